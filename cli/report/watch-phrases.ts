// What is said of rounds while somebody watches: a line when one begins, why each layer was built, the keys.

import type { EventOf } from "../../engine/events/event.ts";
import { count } from "./format.ts";
import { stepLabel } from "./reporter.ts";
import { printable } from "./text-width.ts";

/** Causes and layers that are named; the rest is counted. */
const mostCauses = 2;
const mostLayers = 8;

export const keyHelp = [
  "r  build what failed again; if nothing did, all that is watched",
  "w  why the layers of the last round were built",
  "q  stop what runs, and end (also Ctrl-C)",
  "h  this help",
] as const;

/** "rust: src/main.rs was modified -> rust, rust-deps; debian goes on". */
export function describeRound(round: EventOf<"watch.round">): string {
  const label = labelOf(round);
  const causes = round.build.filter(({ reasons }) => reasons.length > 0);
  const named = causes.slice(0, mostCauses).map((step) => {
    const [first = "", ...others] = step.reasons;
    return `${label(step)}: ${printable(first)}${others.length === 0 ? "" : ` and ${others.length} more`}`;
  });
  const more = causes.length > mostCauses ? [`${count(causes.length - mostCauses, "layer")} more`] : [];
  const parts = [
    round.build.length === 0 ? [] : [`${[...named, ...more].join("; ")} -> ${list(round.build.map(label))}`],
    round.kept.length === 0
      ? []
      : [`${list(round.kept.map(label))} ${round.kept.length === 1 ? "goes" : "go"} on`],
    describeStopped(round, label),
  ];
  return parts.flat().join("; ");
}

/** Each layer of a round with all its reasons, a line each. */
export function explainRound(round: EventOf<"watch.round">): readonly string[] {
  const label = labelOf(round);
  return round.build.map((step) => {
    const reasons = step.reasons.length === 0 ? ["what it stands on is built first"] : step.reasons;
    return `${label(step)}: ${reasons.map(printable).join("; ")}`;
  });
}

/** "14:02:11", local time. */
export function timeOfDay(atMs: number): string {
  const date = new Date(atMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** What is stopped and not built anew. */
function describeStopped(
  { build, stopped }: EventOf<"watch.round">,
  label: ReturnType<typeof labelOf>,
): readonly string[] {
  const again = new Set(build.map(label));
  const ended = stopped.map(label).filter((name) => !again.has(name));
  return ended.length === 0 ? [] : [`${list(ended)} ${ended.length === 1 ? "is" : "are"} stopped`];
}

function labelOf({ build, kept, stopped }: EventOf<"watch.round">) {
  const platforms = new Set([...build, ...kept, ...stopped].map(({ platform }) => platform));
  return stepLabel({ severalPlatforms: platforms.size > 1 });
}

function list(names: readonly string[]): string {
  const more = names.length - mostLayers;
  const shown = more > 1 ? [...names.slice(0, mostLayers), `${more} more`] : names;
  return shown.join(", ");
}
