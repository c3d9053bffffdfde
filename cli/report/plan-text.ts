// A plan as people read it: a table of what would be done with the reasons, and how long that would take.

import pc from "picocolors";
import { unreachable } from "../../engine/core/unreachable.ts";
import { estimatePlan, type PlanEstimate } from "../../engine/plan/estimate-plan.ts";
import { describeReason } from "../../engine/plan/explain-reason.ts";
import type { Plan, Step } from "../../engine/plan/step.ts";
import type { Prices } from "../machines/appraise-here.ts";
import { count, formatSeconds } from "./format.ts";
import { describeAdvice, describeMachine, describeSize } from "./size-text.ts";
import { type Standing, standingOf } from "./standing.ts";
import { renderTable } from "./table.ts";

export interface PlanTextOptions {
  readonly color: boolean;
  /** Everything, with runner and cache refs. */
  readonly verbose: boolean;
  /** With the layers that are current. */
  readonly showCurrent?: boolean;
  /** Builds at once, for the time that all will take; undefined: no word of that. */
  readonly concurrency?: number | undefined;
  /** What the prices rest on; undefined: there are none. */
  readonly prices?: Prices | undefined;
}

/** Steps, and reasons of one step, that are shown without --verbose. */
const mostSteps = 40;
const mostReasons = 6;

/** What is said of a step, in the order that steps are shown in. */
const states = ["build", "maybe", "blocked", "current"] as const;

/** The table of what is not current (of everything, if asked for), and how many steps there are of each kind; with line ends. */
export function renderPlan(plan: Plan, options: PlanTextOptions): string {
  const { color, verbose, concurrency, prices } = options;
  const byState = Map.groupBy(plan.steps, standingOf);
  const shown = states
    .filter((state) => state !== "current" || verbose || options.showCurrent === true)
    .flatMap((state) => byState.get(state) ?? []);
  const kept = verbose ? shown : shown.slice(0, mostSteps);
  const lines = [
    kept.length === 0 ? "" : renderSteps(kept, color, verbose, prices?.source === "provider"),
    shown.length > kept.length ? `… and ${shown.length - kept.length} more (--verbose)\n` : "",
    `${summarizePlan(plan)}\n`,
    concurrency === undefined ? "" : describeEstimate(estimatePlan(plan, concurrency)),
    prices === undefined ? "" : describePrices(prices),
    verbose ? "" : describeAdvised(plan.steps),
  ];
  return lines.join("");
}

function renderSteps(steps: readonly Step[], color: boolean, verbose: boolean, isAppraised: boolean): string {
  const colors = pc.createColors(color);
  const several = new Set(steps.map(({ platform }) => platform)).size > 1;
  const rowStates: Standing[] = [];
  const rows: string[][] = [];
  for (const step of steps) {
    const { estimate, runner } = step;
    const builds = step.action === "build";
    const [first = "", ...others] = verbose
      ? [...step.reasons.map(describeReason), ...describeAdvice(runner), ...describeCache(step)]
      : describeShortly(step);
    rows.push([
      step.layer,
      several ? step.platform : "",
      standingOf(step),
      builds ? formatMinutes(estimate.seconds) : "",
      estimate.source === "recorded" ? count(estimate.builds, "build") : builds ? "budget" : "",
      builds && isAppraised ? describeMachine(runner.machine) : "",
      estimate.costEur > 0 ? estimate.costEur.toFixed(3) : "",
      verbose ? describeSize(runner) : "",
      first,
    ]);
    for (const other of others) rows.push(["", "", "", "", "", "", "", "", other]);
    while (rowStates.length < rows.length) rowStates.push(standingOf(step));
  }
  return renderTable(
    [
      { title: "layer" },
      { title: "platform" },
      { title: "action", paint: (cell, row) => paintState(colors, rowStates[row] ?? "current", cell) },
      { title: "about", align: "right" },
      { title: "from" },
      { title: "machine" },
      { title: "EUR", align: "right" },
      { title: "runner" },
      { title: "why" },
    ],
    rows,
    colors.dim,
  );
}

/** Of what was never built, nothing else needs to be said, but what holds it back. */
function describeShortly({ reasons }: Step): readonly string[] {
  const isNew = reasons.some(({ kind }) => kind === "never-built");
  const told = isNew
    ? reasons.filter(({ kind }) => kind === "never-built" || kind === "parent-not-current")
    : reasons;
  const shown = told.slice(0, mostReasons).map(describeReason);
  return told.length > shown.length
    ? [...shown, `… and ${told.length - shown.length} more (--verbose)`]
    : shown;
}

function describeCache({ cache }: Step): readonly string[] {
  return [
    ...cache.from.map(({ address }) => `cache from ${address}`),
    ...cache.to.map(({ address }) => `cache to ${address}`),
  ];
}

/** "local: debian:trixie-slim is replaced by …; results go to .lamina/local.lock", a line each; "" for none. */
export function renderLocalWorld(
  replacedBases: ReadonlyMap<string, string>,
  { keepsResults = true }: { readonly keepsResults?: boolean } = {},
): string {
  const results = keepsResults ? "; results go to .lamina/local.lock" : "";
  return Array.from(
    replacedBases,
    ([image, reference]) => `local: ${image} is replaced by ${reference}${results}\n`,
  ).join("");
}

/** "3 layers: 1 to build, 2 current", "3 layers, all current", "rust is current". */
export function summarizePlan({ steps }: Plan): string {
  const [first] = steps;
  if (first === undefined) return "nothing to do";
  const counts = { build: 0, maybe: 0, blocked: 0, current: 0 } satisfies Record<Standing, number>;
  const layers = new Set<string>();
  const platforms = new Set<string>();
  for (const step of steps) {
    counts[standingOf(step)] += 1;
    layers.add(step.layer);
    platforms.add(step.platform);
  }
  if (counts.current === 1 && steps.length === 1) return `${first.layer} is current`;
  const what =
    platforms.size > 1
      ? `${count(layers.size, "layer")} on ${platforms.size} platforms, ${count(steps.length, "image")}`
      : count(layers.size, "layer");
  if (counts.current === steps.length) return `${what}, all current`;
  const parts = [
    counts.build > 0 ? `${counts.build} to build` : "",
    counts.maybe > 0
      ? `${counts.maybe} more if ${counts.maybe === 1 ? "its" : "their"} parents come out changed`
      : "",
    counts.current > 0 ? `${counts.current} current` : "",
    counts.blocked > 0 ? `${counts.blocked} blocked` : "",
  ].filter((part) => part !== "");
  return `${what}: ${parts.join(", ")}`;
}

/** "past builds speak for other sizes of 2 layers: lamina sizing report"; "" where they do not. */
function describeAdvised(steps: readonly Step[]): string {
  const advised = steps.filter(({ action, runner }) => action === "build" && runner.advice !== undefined);
  const layers = new Set(advised.map(({ layer }) => layer));
  if (layers.size === 0) return "";
  return `past builds speak for other sizes of ${count(layers.size, "layer")}: lamina sizing report
`;
}

/** "about 17 m at most, 2 at once: 20 m of building, 15 m along the longest path", and what that rests on. */
function describeEstimate(estimate: PlanEstimate): string {
  if (estimate.builds === 0) return "";
  const bound = estimate.sparable > 0 ? " at most" : "";
  const cost = estimate.costEur > 0 ? `, ${estimate.costEur.toFixed(3)} EUR` : "";
  const parts =
    estimate.builds === 1
      ? cost
      : `, ${estimate.concurrency} at once: ${formatMinutes(estimate.workSeconds)} of building, ${formatMinutes(estimate.criticalPathSeconds)} along the longest path${cost}`;
  const source = estimate.unrecorded === 0 ? "" : "budget: no record, so a quarter of its time budget\n";
  return `about ${formatMinutes(estimate.wallSeconds)}${bound}${parts}\n${source}`;
}

/** "prices are the table's, not those of hcloud: HCLOUD_TOKEN is not set"; nothing of a provider's own. */
function describePrices({ provider, source, reason = "it was not asked" }: Prices): string {
  if (source === "provider") return "";
  return provider === "proxmox"
    ? `what proxmox has is not known: ${reason}\n`
    : `prices are the table's, not those of ${provider}: ${reason}\n`;
}

/** Whole minutes from one on: an estimate says no more. */
function formatMinutes(seconds: number): string {
  if (seconds < 60) return formatSeconds(Math.ceil(seconds)).replace(".0", "");
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} m` : formatSeconds(minutes * 60);
}

function paintState(colors: ReturnType<typeof pc.createColors>, state: Standing, cell: string): string {
  switch (state) {
    case "build":
    case "maybe":
      return colors.yellow(cell);
    case "current":
      return colors.green(cell);
    case "blocked":
      return colors.red(cell);
    default:
      return unreachable(state);
  }
}
