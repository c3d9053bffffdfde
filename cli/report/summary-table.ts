// How a run ended, as a table: for a terminal, and as Markdown for pages.

import pc from "picocolors";
import { type Digest, shortDigest } from "../../engine/core/digest.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import {
  elapsedSeconds,
  type LayerState,
  type LayerSummary,
  type RunSummary,
} from "../../engine/events/summary.ts";
import { formatBytes, formatSeconds } from "./format.ts";
import { describeReuse } from "./phrases.ts";
import { stepLabel } from "./reporter.ts";
import { formatEur } from "./runner-phrases.ts";
import { renderTable } from "./table.ts";
import { printable } from "./text-width.ts";

const titles = ["layer", "action", "seconds", "size", "digest"] as const;

/** More layers than this, and those that were current before are only counted. */
const mostCurrent = 40;

/** layer, action, seconds, size, digest; with line ends; "" where no layer is shown. */
export function renderSummaryTable(
  summary: RunSummary,
  severalPlatforms: boolean,
  { color, verbose }: { readonly color: boolean; readonly verbose: boolean },
): string {
  const colors = pc.createColors(color);
  const all = Array.from(summary.layers.values());
  const layers =
    verbose || all.length <= mostCurrent
      ? all
      : all.filter(({ state }) => state.kind !== "reused" || state.reason !== "current");
  if (layers.length === 0) return "";
  return renderTable(
    [
      { title: titles[0] },
      { title: titles[1], paint: (cell, row) => paintState(colors, layers[row]?.state, cell) },
      { title: titles[2], align: "right" },
      { title: titles[3], align: "right" },
      { title: titles[4] },
    ],
    layers.map((layer) => cellsOf(layer, severalPlatforms)),
    colors.dim,
  );
}

/** The same as a Markdown table under a heading that names the command, with what failed in full below it. */
export function renderSummaryMarkdown(
  summary: RunSummary,
  severalPlatforms: boolean,
  command = "build",
): string {
  const layers = Array.from(summary.layers.values());
  const table = [
    markdownRow(titles),
    markdownRow(["---", "---", "---:", "---:", "---"]),
    ...layers.map((layer) => markdownRow(cellsOf(layer, severalPlatforms))),
  ];
  const failures = layers.flatMap((layer) => describeFailure(layer, stepLabel({ severalPlatforms })(layer)));
  return `${[`## lamina ${command}`, "", describeResult(summary), "", ...table, ...failures].join("\n")}\n`;
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function describeFailure({ state }: LayerSummary, label: string): string[] {
  if (state.kind !== "failed") return [];
  const lines = ["", `**${label}**: ${printable(state.message)}`];
  if (state.help !== undefined) lines.push("", `Help: ${printable(state.help)}`);
  if (state.logTail.length > 0) lines.push("", ...fence(state.logTail));
  return lines;
}

/** "2 built, 1 current in 12.3 s", and ", 0.0240 EUR" where machines were paid for; from the last event of a run. */
export function describeResult({
  completed,
  caches,
}: Pick<RunSummary, "completed"> & Partial<Pick<RunSummary, "caches">>): string {
  if (completed === undefined) return "not finished";
  const parts = [
    [completed.built, "built"],
    [completed.reused, "current"],
    [completed.failed, "failed"],
    [completed.doomed, "not built because of others"],
    [completed.canceled, "canceled"],
  ] as const;
  const shown = parts.filter(([amount]) => amount > 0).map(([amount, word]) => `${amount} ${word}`);
  const { seconds, costEur = 0 } = completed;
  const cost = costEur > 0 ? `, ${formatEur(costEur)}` : "";
  const result = shown.length === 0 ? "nothing to do" : shown.join(", ");
  return `${result} in ${formatSeconds(seconds)}${cost}${describeCaches(caches)}`;
}

/** Only what went wrong: "; caches: 2 not written, 1 not used". */
function describeCaches(caches: RunSummary["caches"] | undefined): string {
  if (caches === undefined) return "";
  const { unwritten, dropped, unread } = caches;
  const parts = [
    [unwritten, "not written"],
    [dropped, "left as they were"],
    [unread, "not used"],
  ] as const;
  const shown = parts.filter(([amount]) => amount > 0).map(([amount, word]) => `${amount} ${word}`);
  return shown.length === 0 ? "" : `; caches: ${shown.join(", ")}`;
}

function cellsOf(layer: LayerSummary, severalPlatforms: boolean): string[] {
  const { state } = layer;
  const seconds = layer.startedAtMs === undefined ? "" : elapsedSeconds(layer, layer.startedAtMs).toFixed(1);
  const size = "sizeBytes" in state ? formatBytes(state.sizeBytes) : "";
  const digest: Digest | undefined = "image" in state ? state.image : undefined;
  return [
    stepLabel({ severalPlatforms })(layer),
    describeState(state),
    seconds,
    size,
    digest === undefined ? "" : shortDigest(digest),
  ];
}

function describeState(state: LayerState): string {
  switch (state.kind) {
    case "built":
      return state.changed ? "built" : "built, unchanged";
    case "reused":
      return state.reason === "current" ? "current" : `reused (${describeReuse(state.reason)})`;
    case "doomed":
      return `not built (${state.cause})`;
    case "queued":
    case "waiting":
    case "running":
    case "proving":
      return "not finished";
    case "failed":
    case "canceled":
      return state.kind;
    default:
      return unreachable(state);
  }
}

function paintState(
  colors: ReturnType<typeof pc.createColors>,
  state: LayerState | undefined,
  cell: string,
): string {
  switch (state?.kind) {
    case "built":
    case "reused":
      return colors.green(cell);
    case "failed":
      return colors.red(cell);
    default:
      return colors.yellow(cell);
  }
}

/** A fence longer than any run of backticks within. */
function fence(lines: readonly string[]): string[] {
  const text = lines.map(printable);
  const longest = Math.max(
    2,
    ...text.flatMap((line) => Array.from(line.matchAll(/`+/g), ([ticks]) => ticks.length)),
  );
  const mark = "`".repeat(longest + 1);
  return [mark, ...text, mark];
}
