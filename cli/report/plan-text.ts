// A plan as people read it: a table with reasons, and a chain of reasons for one layer.

import pc from "picocolors";
import { unreachable } from "../../engine/core/unreachable.ts";
import { describeReason } from "../../engine/plan/explain-reason.ts";
import type { Action, Plan, Step } from "../../engine/plan/step.ts";
import { count, formatSeconds } from "./format.ts";
import { renderTable } from "./table.ts";

export interface PlanTextOptions {
  readonly color: boolean;
  /** With runner and cache refs. */
  readonly verbose: boolean;
}

/** The table of all steps, and how many there are of each kind; with line ends. */
export function renderPlan(plan: Plan, { color, verbose }: PlanTextOptions): string {
  const colors = pc.createColors(color);
  const several = new Set(plan.steps.map(({ platform }) => platform)).size > 1;
  const actions: Action[] = [];
  const rows: string[][] = [];
  for (const step of plan.steps) {
    const reasons = step.action === "reuse" ? ["current"] : step.reasons.map(describeReason);
    if (verbose)
      reasons.push(
        ...step.cache.from.map((ref) => `cache from ${ref}`),
        ...step.cache.to.map((ref) => `cache to ${ref}`),
      );
    const [first = "", ...others] = reasons;
    rows.push([
      step.layer,
      several ? step.platform : "",
      step.action,
      step.action === "build" ? formatMinutes(step.estimate.seconds) : "",
      step.estimate.costEur > 0 ? step.estimate.costEur.toFixed(3) : "",
      verbose ? `${step.runner.tier} (${step.runner.cpu} cpu, ${step.runner.memoryGb} GB)` : "",
      first,
    ]);
    for (const other of others) rows.push(["", "", "", "", "", "", other]);
    while (actions.length < rows.length) actions.push(step.action);
  }
  const table = renderTable(
    [
      { title: "layer" },
      { title: "platform" },
      { title: "action", paint: (cell, row) => paintAction(colors, actions[row] ?? "reuse", cell) },
      { title: "about", align: "right" },
      { title: "EUR", align: "right" },
      { title: "runner" },
      { title: "why" },
    ],
    rows,
    colors.dim,
  );
  return `${plan.steps.length === 0 ? "" : table}${summarizePlan(plan)}\n`;
}

/** "local: debian:trixie-slim is replaced by …; results go to .lamina/local.lock", a line each; "" for none. */
export function renderLocalWorld(replacedBases: ReadonlyMap<string, string>): string {
  return Array.from(
    replacedBases,
    ([image, reference]) => `local: ${image} is replaced by ${reference}; results go to .lamina/local.lock\n`,
  ).join("");
}

/** "3 layers: 1 to build, 2 current; about 3 m". */
export function summarizePlan({ steps }: Plan): string {
  const of = (action: Action) => steps.filter((step) => step.action === action);
  const parts = [
    of("build").length > 0 ? `${of("build").length} to build` : "",
    of("reuse").length > 0 ? `${of("reuse").length} current` : "",
    of("blocked").length > 0 ? `${of("blocked").length} blocked` : "",
  ].filter((part) => part !== "");
  if (parts.length === 0) return "nothing selected";
  const seconds = of("build").reduce((sum, { estimate }) => sum + estimate.seconds, 0);
  return `${count(steps.length, "layer")}: ${parts.join(", ")}${seconds > 0 ? `; about ${formatMinutes(seconds)} of building` : ""}`;
}

/** The chain of reasons of one step, down through the parents that are built first; with line ends. */
export function renderWhy(plan: Plan, step: Step): string {
  const chain = (one: Step, indent: string): string[] =>
    one.reasons.flatMap((reason) => {
      const line = `${indent}${describeReason(reason)}`;
      if (reason.kind !== "parent-pending" && reason.kind !== "parent-not-current") return [line];
      const parent = plan.steps.find(
        ({ layer, platform }) => layer === reason.parent && platform === one.platform,
      );
      return parent === undefined ? [line] : [`${line}:`, ...chain(parent, `${indent}  `)];
    });
  return `${[`${step.layer} (${step.platform}) ${verdict(step.action)}`, ...chain(step, "  ")].join("\n")}\n`;
}

function verdict(action: Action): string {
  switch (action) {
    case "build":
      return "would be built:";
    case "reuse":
      return "is current: nothing that its build can see has changed, and its image is here";
    case "blocked":
      return "is held back:";
    default:
      return unreachable(action);
  }
}

/** Whole minutes from one on: an estimate says no more. */
function formatMinutes(seconds: number): string {
  return seconds < 60 ? formatSeconds(Math.ceil(seconds)).replace(".0", "") : `${Math.round(seconds / 60)} m`;
}

function paintAction(colors: ReturnType<typeof pc.createColors>, action: Action, cell: string): string {
  switch (action) {
    case "build":
      return colors.yellow(cell);
    case "reuse":
      return colors.green(cell);
    case "blocked":
      return colors.red(cell);
    default:
      return unreachable(action);
  }
}
