// A layer that failed, as people read it: what went wrong, what to do, and what the failed step printed.

import pc from "picocolors";
import type { EventOf } from "../../engine/events/event.ts";
import type { FailedLog } from "./failed-logs.ts";
import { type ReporterContext, stepLabel } from "./reporter.ts";
import { printable } from "./text-width.ts";

/** With line ends. */
export function renderFailure(
  failure: EventOf<"layer.failed">,
  log: FailedLog,
  context: Pick<ReporterContext, "severalPlatforms">,
  color: boolean,
): string {
  const colors = pc.createColors(color);
  const lines = [
    `${colors.bold(colors.red("error"))}: ${stepLabel(context)(failure)}: ${printable(failure.message)}`,
  ];
  if (log.step !== "") lines.push(`  ${colors.bold(printable(log.step))}`);
  if (log.dropped > 0) lines.push(`  ${colors.dim(`… ${log.dropped} lines before`)}`);
  for (const line of log.lines) lines.push(`  ${colors.dim("|")} ${printable(line)}`.trimEnd());
  if (failure.help !== undefined) lines.push(`${colors.bold("help")}: ${printable(failure.help)}`);
  return `${lines.join("\n")}\n`;
}
