// Where a layer stands, for a terminal: "current", "to build: Dockerfile was modified, and 2 more reasons".

import type pc from "picocolors";
import { unreachable } from "../../engine/core/unreachable.ts";
import { describeReason } from "../../engine/plan/explain-reason.ts";
import type { Action, Step } from "../../engine/plan/step.ts";
import { mainReason, stateWord } from "./standing.ts";

type Colors = ReturnType<typeof pc.createColors>;

export function describeState({ action, reasons }: Pick<Step, "action" | "reasons">, colors: Colors): string {
  const word = paintState(action, stateWord(action), colors);
  const reason = mainReason(reasons, reasons.map(describeReason));
  return reason === "" ? word : `${word}: ${reason}`;
}

export function paintState(action: Action, text: string, colors: Colors): string {
  switch (action) {
    case "build":
      return colors.yellow(text);
    case "reuse":
      return colors.green(text);
    case "blocked":
      return colors.red(text);
    default:
      return unreachable(action);
  }
}
