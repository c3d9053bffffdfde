// The graph of layers as a tree: each layer once, below its base, with where it stands; what it copies from is marked
// behind.

import pc from "picocolors";
import { count } from "./format.ts";
import type { Graph, GraphNode } from "./graph-json.ts";
import { loudest, mainReason, standingOf, standingWord } from "./standing.ts";
import { paintStanding } from "./state-text.ts";
import { displayWidth, pad } from "./text-width.ts";

export interface GraphTextOptions {
  readonly color: boolean;
  /** Levels of layers to show: what stands deeper is counted. All by default. */
  readonly depth?: number | undefined;
}

/** Deeper trees go on below, so that lines stay readable. */
const maxIndents = 24;
/** Of the tree: longer lines stick out, and do not push all states to the right. */
const maxTreeWidth = 60;

interface Row {
  /** What the tree shows before the name. */
  readonly stem: string;
  readonly name: string;
  /** Undefined for external images and for what is only counted. */
  readonly node?: GraphNode;
  /** Stands where a layer's state does. */
  readonly note?: string;
}

/** With line ends. */
export function renderGraphText(graph: Graph, options: GraphTextOptions): string {
  const colors = pc.createColors(options.color);
  const copies = copiesOf(graph);
  const rows = layRows(graph, options.depth ?? Number.POSITIVE_INFINITY);
  const width = rows
    .filter(({ node, note }) => node !== undefined || note !== undefined)
    .reduce((most, row) => Math.max(most, Math.min(maxTreeWidth, widthOf(row))), 0);
  const states = rows.map(({ node }) => loudest(node?.states ?? []));
  const stateWidth = states.reduce(
    (most, state) => Math.max(most, state === undefined ? 0 : standingWord(standingOf(state)).length),
    0,
  );
  const lines = rows.map((row, index) => {
    const tree = `${colors.dim(row.stem)}${row.node === undefined ? colors.dim(row.name) : row.name}`;
    const cells = [`${tree}${" ".repeat(Math.max(0, width - widthOf(row)))}`];
    const state = states[index];
    if (state !== undefined && row.node !== undefined) {
      const standing = standingOf(state);
      cells.push(paintStanding(standing, pad(standingWord(standing), stateWidth), colors));
      const differ = row.node.states.some((other) => standingOf(other) !== standing);
      const reason = mainReason(state.reasons, state.why);
      if (reason !== "" || differ) cells.push(`${differ ? `${state.platform}: ` : ""}${reason}`);
      const others = copies.get(row.node.layer) ?? [];
      if (others.length > 0) cells.push(colors.dim(`+ ${others.join(", ")}`));
    } else if (row.note !== undefined) cells.push(colors.dim(row.note));
    return cells.join("  ").trimEnd();
  });
  return lines.map((line) => `${line}\n`).join("");
}

function widthOf({ stem, name }: Row): number {
  return displayWidth(stem) + displayWidth(name);
}

/** What layers take from besides their base, as spelt. */
function copiesOf(graph: Graph): ReadonlyMap<string, readonly string[]> {
  const copies = new Map<string, string[]>();
  for (const { from, to, kind } of graph.edges)
    if (kind === "copy") copies.set(from, [...(copies.get(from) ?? []), to]);
  return copies;
}

/** External images, and layers on nothing, are the roots; each is followed by all that stands on it. */
function layRows(graph: Graph, depth: number): readonly Row[] {
  const onImage = new Map<string, GraphNode[]>();
  const onLayer = new Map<string, GraphNode[]>();
  const rootLayers: GraphNode[] = [];
  const bases = new Map(graph.edges.filter(({ kind }) => kind === "base").map((edge) => [edge.from, edge]));
  for (const node of graph.nodes.toSorted(byName)) {
    const base = bases.get(node.layer);
    if (base === undefined) rootLayers.push(node);
    else {
      const children = base.external ? onImage : onLayer;
      const siblings = children.get(base.to);
      if (siblings === undefined) children.set(base.to, [node]);
      else siblings.push(node);
    }
  }
  const rows: Row[] = [];
  const walk = (roots: readonly Entry[]): readonly GraphNode[] => walkTree(roots, onLayer, depth, rows);
  let pending: GraphNode[] = [];
  for (const { image, replacedBy, pins } of graph.images) {
    const children = onImage.get(image) ?? [];
    // What is only copied from stands behind the layers that do it.
    if (children.length === 0) continue;
    const pinned = Object.keys(pins).length > 0 ? "pinned" : "not pinned";
    rows.push({ stem: "", name: image, note: replacedBy === null ? pinned : `replaced by ${replacedBy}` });
    pending.push(...walk(entriesBelow(children, "", 1)));
  }
  pending.push(...walk(rootLayers.map((node) => ({ node, stem: "", indent: "", level: 1 }))));
  while (pending.length > 0) {
    const next: GraphNode[] = [];
    for (const node of pending) {
      rows.push({ stem: "", name: `${node.layer} …` });
      next.push(...walk(entriesBelow(onLayer.get(node.layer) ?? [], "", 1)));
    }
    pending = next;
  }
  return rows;
}

interface Entry {
  readonly node: GraphNode;
  readonly stem: string;
  /** Of what stands on it. */
  readonly indent: string;
  readonly level: number;
}

/** Adds the rows of trees; gives back layers that were shown but whose own trees are to go on below. */
function walkTree(
  roots: readonly Entry[],
  childrenOf: ReadonlyMap<string, readonly GraphNode[]>,
  depth: number,
  rows: Row[],
): readonly GraphNode[] {
  const goOn: GraphNode[] = [];
  const pending = roots.toReversed();
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const { node, stem, indent, level } = entry;
    const children = childrenOf.get(node.layer) ?? [];
    const isCut = children.length > 0 && level >= depth;
    const isContinued = children.length > 0 && !isCut && level >= maxIndents;
    rows.push({ stem, name: `${node.layer}${isContinued ? " …" : ""}`, node });
    if (isContinued) goOn.push(node);
    else if (isCut) rows.push({ stem: `${indent}└─ `, name: countBelow(children, childrenOf) });
    else pending.push(...entriesBelow(children, indent, level + 1).toReversed());
  }
  return goOn;
}

function entriesBelow(children: readonly GraphNode[], indent: string, level: number): readonly Entry[] {
  return children.map((node, index) => {
    const isLast = index === children.length - 1;
    return {
      node,
      stem: `${indent}${isLast ? "└─ " : "├─ "}`,
      indent: `${indent}${isLast ? "   " : "│  "}`,
      level,
    };
  });
}

/** "… 12 layers, 3 to build, 1 blocked". */
function countBelow(
  children: readonly GraphNode[],
  childrenOf: ReadonlyMap<string, readonly GraphNode[]>,
): string {
  const below = new Set(children);
  // A set that grows is walked to its end.
  for (const node of below) for (const child of childrenOf.get(node.layer) ?? []) below.add(child);
  const found = Array.from(below, ({ states }) => loudest(states)).filter((state) => state !== undefined);
  const parts = [count(below.size, "layer")];
  for (const standing of ["build", "maybe", "blocked"] as const) {
    const amount = found.filter((state) => standingOf(state) === standing).length;
    if (amount > 0) parts.push(`${amount} ${standingWord(standing)}`);
  }
  return `… ${parts.join(", ")}`;
}

function byName(a: GraphNode, b: GraphNode): number {
  return a.layer < b.layer ? -1 : 1;
}
