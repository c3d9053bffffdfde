// Where a layer stands, for a terminal: "current", "to build: Dockerfile was modified, and 2 more reasons".

import type pc from "picocolors";
import { unreachable } from "../../engine/core/unreachable.ts";
import { describeReason } from "../../engine/plan/explain-reason.ts";
import type { Step } from "../../engine/plan/step.ts";
import { mainReason, type Standing, standingOf, standingWord } from "./standing.ts";

type Colors = ReturnType<typeof pc.createColors>;

export function describeState(step: Step, colors: Colors): string {
  const standing = standingOf(step);
  const word = paintStanding(standing, standingWord(standing), colors);
  const reason = mainReason(step.reasons, step.reasons.map(describeReason));
  return reason === "" ? word : `${word}: ${reason}`;
}

export function paintStanding(standing: Standing, text: string, colors: Colors): string {
  switch (standing) {
    case "build":
    case "maybe":
      return colors.yellow(text);
    case "current":
      return colors.green(text);
    case "blocked":
      return colors.red(text);
    default:
      return unreachable(standing);
  }
}
