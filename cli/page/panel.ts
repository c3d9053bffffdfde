// The panel beside the graph: all that is known of the node pointed at or pinned, else where the whole catalog stands.

import { count, formatBytes, formatSeconds } from "../report/format.ts";
import type { GraphState } from "../report/graph-json.ts";
import {
  loudest,
  mainReason,
  type Standing,
  standingOf,
  standings,
  standingWord,
} from "../report/standing.ts";
import { button, html } from "./dom.ts";
import type { Model, PageEdge, PageNode } from "./model.ts";
import type { ViewStore } from "./view.ts";

/** Of a list, the rest is counted. */
const maxListed = 40;

/** `open` is called with a node that is chosen in the panel. */
export function createPanel(model: Model, view: ViewStore, open: (id: string) => void): HTMLElement {
  const element = html("aside", { class: "panel", "aria-label": "Details" });
  let shown: string | undefined;
  const show = (): void => {
    const { pointed, pinned } = view.get();
    const node = model.node(pointed ?? pinned ?? "");
    shown = node?.id;
    element.replaceChildren(
      ...(node === undefined ? showCatalog(model, open) : showNode(model, node, pinned === node.id, open)),
    );
    element.scrollTop = 0;
  };
  view.onChange((now, before) => {
    const hasMoved = now.pointed !== before.pointed || now.pinned !== before.pinned;
    if (hasMoved && ((now.pointed ?? now.pinned) !== shown || now.pinned !== before.pinned)) show();
  });
  model.onChange((id) => {
    if (shown === undefined || shown === id) show();
  });
  show();
  return element;
}

function showCatalog(model: Model, open: (id: string) => void): readonly Node[] {
  const layers = model.nodes.filter(({ layer }) => layer !== undefined);
  const byStanding = Map.groupBy(layers, ({ id }) => model.standing(id));
  const seconds = layers
    .flatMap(({ id }) => model.states(id))
    .filter(({ action }) => action === "build")
    .reduce((sum, { estimate }) => sum + estimate.seconds, 0);
  const sections = standings
    .toReversed()
    .filter((standing) => standing !== "current")
    .map((standing) => {
      const those = byStanding.get(standing) ?? [];
      return those.length === 0
        ? undefined
        : section(titleOf(standing), listLayers(model, those, standing, open));
    });
  const bound = byStanding.has("maybe") ? " at most" : "";
  return [
    html("h2", {}, count(layers.length, "layer")),
    html(
      "p",
      { class: "lead" },
      byStanding.get("current")?.length === layers.length
        ? "All are current: a build has nothing to do."
        : seconds > 0
          ? `About ${formatSeconds(seconds)} of building${bound}.`
          : "",
    ),
    ...sections.filter((one) => one !== undefined),
    section(
      "Keys",
      html(
        "dl",
        { class: "keys" },
        ...[
          ["/", "search; Enter goes to the next match"],
          ["← ↑ ↓ →", "walk from layer to layer"],
          ["Enter", "pin a layer; Esc lets go"],
          ["+ − 0", "closer, farther, all of it"],
          ["t", "table or graph"],
        ].flatMap(([key = "", does = ""]) => [html("dt", {}, html("kbd", {}, key)), html("dd", {}, does)]),
      ),
    ),
  ];
}

function titleOf(standing: Standing): string {
  const when = standing === "maybe" ? ": only if what they stand on comes out changed" : "";
  return `${capital(standingWord(standing))}${when}`;
}

function listLayers(
  model: Model,
  nodes: readonly PageNode[],
  standing: Standing,
  open: (id: string) => void,
): HTMLElement {
  const reasonsOf = (node: PageNode) =>
    model.states(node.id).find((one) => standingOf(one) === standing) ?? { reasons: [], why: [] };
  // Causes before what only follows from them.
  const follows = (node: PageNode): boolean =>
    reasonsOf(node).reasons.every(({ kind }) => kind === "parent-pending" || kind === "parent-not-current");
  const sorted = nodes.toSorted((a, b) => Number(follows(a)) - Number(follows(b)));
  const items = sorted.slice(0, maxListed).map((node) => {
    const { reasons, why } = reasonsOf(node);
    return html("li", {}, link(node, open), html("p", { class: "quiet" }, mainReason(reasons, why)));
  });
  if (nodes.length > maxListed)
    items.push(html("li", { class: "quiet" }, `and ${nodes.length - maxListed} more`));
  return html("ul", { class: "layers" }, ...items);
}

function showNode(
  model: Model,
  node: PageNode,
  isPinned: boolean,
  open: (id: string) => void,
): readonly Node[] {
  const { layer, image } = node;
  const states = model.states(node.id);
  const parts: (Node | undefined)[] = [
    html("h2", { class: "code" }, node.name),
    html(
      "p",
      { class: "lead" },
      layer === undefined
        ? "External image"
        : `${capital(layer.kind)}${layer.language === "none" ? "" : `, ${layer.language}`}`,
      isPinned ? html("span", { class: "pin" }, "pinned") : undefined,
    ),
    ...states.map((state) => showState(state)),
  ];
  if (image !== undefined) {
    if (image.replacedBy !== null)
      parts.push(section("Replaced here by", html("p", { class: "code" }, image.replacedBy)));
    const pins = Object.entries(image.pins);
    parts.push(
      section(
        "Pinned",
        pins.length === 0
          ? html("p", {}, "Not yet: the next build asks the registry.")
          : facts(pins.map(([platform, digest]) => [platform, digestText(digest)])),
      ),
    );
  }
  if (layer !== undefined) {
    const seen = loudest(states)?.built?.tools ?? {};
    if (layer.tools.length > 0)
      parts.push(
        section(
          "Tools",
          facts(
            layer.tools.map(({ name, version }) => [
              name,
              [Object.hasOwn(seen, name) ? seen[name] : "", version === undefined ? "" : `(${version})`]
                .filter((text) => text !== "")
                .join(" "),
            ]),
          ),
        ),
      );
    if (layer.artifactPaths.length > 0)
      parts.push(
        section(
          "Artifacts",
          html("ul", {}, ...layer.artifactPaths.map((path) => html("li", { class: "code" }, path))),
        ),
      );
  }
  parts.push(
    showEdges(
      "Stands on",
      model,
      model.below(node.id),
      ({ from }) => from,
      model.ancestors(node.id).size,
      "copied from",
      open,
    ),
    showEdges(
      "Carries",
      model,
      model.above(node.id),
      ({ to }) => to,
      model.descendants(node.id).size,
      "copies from it",
      open,
    ),
  );
  return parts.filter((part) => part !== undefined);
}

function showState(state: GraphState): HTMLElement {
  const standing = standingOf(state);
  const { action, why, platform, built, estimate, inputDigest, runner } = state;
  const rows: (readonly [string, string | Node])[] = [["Platform", platform]];
  if (action === "build") rows.push(["Estimate", describeEstimate(estimate)]);
  if (estimate.costEur > 0) rows.push(["Cost", `${estimate.costEur.toFixed(3)} €`]);
  rows.push(["Runner", `${runner.cpu} cpu, ${runner.memoryGb} GB`]);
  if (built !== null) {
    rows.push(["Size", formatBytes(built.sizeBytes)]);
    rows.push([action === "reuse" ? "Image" : "Last image", digestText(built.image)]);
  }
  if (inputDigest !== null) rows.push(["Inputs", digestText(inputDigest)]);
  return html(
    "section",
    { class: "standing", "data-state": standing },
    html("h3", {}, html("i", { class: `swatch ${standing}` }), capital(standingWord(standing))),
    why.length === 0
      ? undefined
      : html("ul", { class: "why" }, ...why.map((reason) => html("li", {}, reason))),
    facts(rows),
  );
}

function describeEstimate({ seconds, source, builds }: GraphState["estimate"]): string {
  const from =
    source === "recorded" ? `, as in ${count(builds, "build")}` : source === "budget" ? ", its budget" : "";
  return `${formatSeconds(seconds)}${from}`;
}

function showEdges(
  title: string,
  model: Model,
  edges: readonly PageEdge[],
  end: (edge: PageEdge) => string,
  reached: number,
  copyWord: string,
  open: (id: string) => void,
): HTMLElement | undefined {
  if (edges.length === 0) return undefined;
  const items = edges.slice(0, maxListed).map((edge) => {
    const node = model.node(end(edge));
    return html(
      "li",
      {},
      node === undefined ? undefined : link(node, open),
      html("span", { class: "quiet" }, edge.kind === "copy" ? copyWord : ""),
    );
  });
  if (edges.length > maxListed)
    items.push(html("li", { class: "quiet" }, `and ${edges.length - maxListed} more`));
  const all = reached > edges.length ? ` · ${reached} in all` : "";
  return section(`${title}${all}`, html("ul", { class: "layers" }, ...items));
}

function link({ id, name }: PageNode, open: (id: string) => void): HTMLElement {
  return button({ class: "link code" }, () => open(id), name);
}

function section(title: string, ...children: readonly Node[]): HTMLElement {
  return html("section", {}, html("h3", {}, title), ...children);
}

function facts(rows: readonly (readonly [string, string | Node])[]): HTMLElement {
  return html(
    "dl",
    { class: "facts" },
    ...rows.flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]),
  );
}

/** Short to read, whole to copy. */
function digestText(digest: string): HTMLElement {
  return html("span", { class: "code digest", title: digest }, digest.replace("sha256:", "").slice(0, 12));
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
