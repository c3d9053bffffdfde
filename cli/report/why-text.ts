// Why a layer would be built, or what it was built from where it is current, as people read it.

import pc from "picocolors";
import { type ImageDigest, shortDigest } from "../../engine/core/digest.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import { type Cause, parentOf, shortestChain, traceCauses } from "../../engine/plan/causes.ts";
import { describeReason } from "../../engine/plan/explain-reason.ts";
import { type Action, type Plan, type Step, stepKey } from "../../engine/plan/step.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import { count, formatBytes } from "./format.ts";
import { pad } from "./text-width.ts";

export interface WhyTextOptions {
  readonly color: boolean;
  /** All reasons of a layer, however many. */
  readonly verbose: boolean;
}

/** Reasons of one layer that are shown without --verbose. */
const mostReasons = 10;
/** Deeper than this, a tree goes on below, from the left edge. */
const mostLevels = 12;
/** Layers of a chain that are named. */
const mostLinks = 8;

/**
 * The tree from a layer down to everything that changed, the nearest cause first and what several stand on told once;
 * before it the shortest chain, where that has links. Of a current layer what the lock has. With line ends.
 */
export function renderWhy(
  plan: Plan,
  step: Step,
  entry: LockEntry | undefined,
  options: WhyTextOptions,
): string {
  const colors = pc.createColors(options.color);
  const head = `${colors.bold(step.layer)} (${step.platform}) ${verdict(step.action)}`;
  if (step.action === "reuse") return `${[head, ...describeLocked(entry, colors)].join("\n")}\n`;
  const causes = traceCauses(plan);
  const chain = shortestChain(causes, step);
  const because = chain.length < 2 ? [] : [`because ${writeChain(chain)}`];
  return `${[head, ...because, ...new WhyTree(causes, options).render(step)].join("\n")}\n`;
}

function verdict(action: Action): string {
  switch (action) {
    case "build":
      return "would be built";
    case "reuse":
      return "is current: nothing that its build can see has changed, and its image is here";
    case "blocked":
      return "is held back";
    default:
      return unreachable(action);
  }
}

/** "app <- deps <- rust"; of a long one both ends. */
function writeChain(chain: readonly LayerName[]): string {
  if (chain.length <= mostLinks) return chain.join(" <- ");
  const end = chain.slice(-3);
  const start = chain.slice(0, mostLinks - 1 - end.length);
  return [...start, `… ${chain.length - start.length - end.length} more …`, ...end].join(" <- ");
}

interface Line {
  readonly text: string;
  /** Told below it. */
  readonly cause?: Cause;
}

/** Writes each layer once; so it is linear in what there is to tell, however deep and entangled that is. */
class WhyTree {
  readonly #causes: ReadonlyMap<string, Cause>;
  readonly #colors: ReturnType<typeof pc.createColors>;
  readonly #verbose: boolean;
  /** Layers that were told, and where those are whose turn comes later, from the left edge. */
  readonly #told = new Map<LayerName, "above" | "below">();
  readonly #later: Cause[] = [];
  readonly #lines: string[] = [];

  constructor(causes: ReadonlyMap<string, Cause>, { color, verbose }: WhyTextOptions) {
    this.#causes = causes;
    this.#colors = pc.createColors(color);
    this.#verbose = verbose;
  }

  render({ layer, platform }: Step): readonly string[] {
    const cause = this.#causes.get(stepKey(layer, platform));
    if (cause !== undefined) this.#write(cause, "", 0);
    // Grows while it is walked.
    for (const next of this.#later) {
      this.#lines.push(this.#colors.bold(next.step.layer));
      this.#write(next, "", 0);
    }
    return this.#lines;
  }

  /** What is to be told of a layer, below its own line. */
  #write(cause: Cause, indent: string, level: number): void {
    this.#told.set(cause.step.layer, "above");
    const lines = this.#describe(cause);
    for (const [index, { text, cause: below }] of lines.entries()) {
      const isLast = index === lines.length - 1;
      const stem = this.#colors.dim(`${indent}${isLast ? "└─ " : "├─ "}`);
      const place = below === undefined ? undefined : this.#told.get(below.step.layer);
      if (below === undefined) this.#lines.push(`${stem}${text}`);
      else if (place !== undefined) this.#lines.push(`${stem}${text} (see ${place})`);
      else if (level + 1 < mostLevels) {
        this.#lines.push(`${stem}${text}`);
        this.#write(below, `${indent}${isLast ? "   " : "│  "}`, level + 1);
      } else {
        this.#lines.push(`${stem}${text} (see below)`);
        this.#told.set(below.step.layer, "below");
        this.#later.push(below);
      }
    }
  }

  /** Its own reasons first, then its parents, the one with the nearest cause first, then whether it may be cut off. */
  #describe({ step, parents }: Cause): readonly Line[] {
    const waiting = new Set(parents);
    const own = step.reasons.filter((reason) => {
      const parent = parentOf(reason);
      return parent === undefined || !waiting.has(parent);
    });
    const shown = this.#verbose ? own : own.slice(0, mostReasons);
    const lines: Line[] = shown.map((reason) => ({ text: describeReason(reason) }));
    if (own.length > shown.length)
      lines.push({ text: `… and ${own.length - shown.length} more (--verbose)` });
    const isBlocked = step.action === "blocked";
    const tail =
      step.mayBeReused && parents.length === 1
        ? `; if its image comes out the same, ${step.layer} is reused`
        : "";
    for (const parent of parents)
      lines.push({
        text: `${this.#colors.bold(parent)} ${isBlocked ? "is not current" : `is built first${tail}`}`,
        ...this.#below(parent, step),
      });
    if (step.mayBeReused && parents.length !== 1) {
      const what = parents.length === 0 ? "if that is the same image" : "if their images come out the same";
      lines.push({ text: `${what}, ${step.layer} is reused` });
    }
    return lines;
  }

  #below(parent: LayerName, { platform }: Step): { readonly cause?: Cause } {
    const cause = this.#causes.get(stepKey(parent, platform));
    return cause === undefined ? {} : { cause };
  }
}

/** What a current layer's image is, and what it was built from. */
function describeLocked(
  entry: LockEntry | undefined,
  colors: ReturnType<typeof pc.createColors>,
): readonly string[] {
  if (entry === undefined) return [];
  const { parents, bases, files } = entry.inputs;
  const from = [...Object.entries(parents), ...Object.entries(bases)].map(
    ([name, image]: readonly [string, ImageDigest]) => `${name} ${colors.dim(shortDigest(image))}`,
  );
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["image", [`${entry.image} (${formatBytes(entry.sizeBytes)})`]],
    ["input", [entry.input]],
    [
      "built from",
      [...from, `its declaration and ${count(Object.keys(files).length, "path")} of its folder`],
    ],
  ];
  return rows.flatMap(([title, values]) =>
    values.map((value, index) => `  ${colors.dim(pad(index === 0 ? title : "", 10))}  ${value}`),
  );
}
