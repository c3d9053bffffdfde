// Progress where there is no terminal: a line for every event that matters, with the seconds since the run began. Of the
// logs, those of layers that fail, or all with --verbose.

import pc from "picocolors";
import { shortDigest } from "../../engine/core/digest.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { Event } from "../../engine/events/event.ts";
import { formatBytes } from "./format.ts";
import {
  describeCanceled,
  describeCompleted,
  describeHeld,
  describePromotion,
  describeProof,
  describeReuse,
  describeRun,
  describeStep,
  isInstruction,
  isSendingContext,
} from "./phrases.ts";
import { type Reporter, type ReporterContext, stepLabel } from "./reporter.ts";
import {
  describeMeasured,
  describePlaced,
  describeRetried,
  describeRunner,
  describeWaiting,
} from "./runner-phrases.ts";
import { printable } from "./text-width.ts";

export function createPlainReporter(context: ReporterContext): Reporter {
  const { output, verbose, quiet } = context;
  const colors = pc.createColors(output.stderr.color);
  const label = stepLabel(context);
  let startedAt: number | undefined;
  /** Layers that have a machine, and whose contexts do not go there yet. */
  const arrived = new Set<string>();

  const line = (event: Event, text: string) => {
    const seconds = Math.max(0, (event.at - (startedAt ?? event.at)) / 1000).toFixed(1);
    output.remark(`${colors.dim(`[${seconds.padStart(6)}s]`)} ${text}\n`);
  };
  const remark = (event: Event, text: string) => {
    if (!quiet) line(event, text);
  };

  return {
    emit: (event) => {
      startedAt ??= event.at;
      switch (event.type) {
        case "run.started":
          return remark(event, describeRun(event));
        case "run.note":
          return remark(event, `note: ${printable(event.text)}`);
        case "base.pinned":
          return remark(event, `base ${event.image} (${event.platform}) is ${shortDigest(event.digest)}`);
        case "layer.queued":
          return verbose
            ? remark(event, `${label(event)}: to build: ${event.reasons.join("; ")}`)
            : undefined;
        case "layer.started":
          return remark(event, `${label(event)}: started`);
        case "layer.step":
          // To a machine elsewhere it may take its time.
          if (event.state === "started" && isSendingContext(event.name) && arrived.delete(label(event)))
            return remark(event, `${label(event)}: ${describeStep(event.name)}`);
          if (!verbose && (event.state === "started" || !isInstruction(event.name))) return undefined;
          return remark(event, `${label(event)}: ${event.state} ${printable(event.name)}`);
        case "layer.log":
          return verbose ? remark(event, `${label(event)} | ${printable(event.text).trimEnd()}`) : undefined;
        case "layer.proving":
          return remark(event, `${label(event)}: ${describeProof(event)}`);
        case "layer.reused":
          return remark(
            event,
            `${label(event)}: reused ${shortDigest(event.image)}${event.reason === "current" ? "" : ` (${describeReuse(event.reason)})`}`,
          );
        case "layer.completed":
          return remark(event, `${label(event)}: ${colors.green(describeCompleted(event))}`);
        case "layer.failed":
          line(event, `${label(event)}: ${colors.red(`failed: ${printable(event.message)}`)}`);
          for (const text of event.logTail) output.remark(`          | ${printable(text)}\n`);
          if (event.help !== undefined) output.remark(`          help: ${printable(event.help)}\n`);
          return undefined;
        case "layer.doomed":
          return line(event, `${label(event)}: ${colors.yellow(`not built, because of ${event.cause}`)}`);
        case "layer.canceled":
          return line(event, `${label(event)}: ${colors.yellow(describeCanceled(event))}`);
        case "layer.held":
          return line(event, `${label(event)}: ${colors.yellow(describeHeld(event))}`);
        case "layer.waiting":
          // What it waits for is told as soon as the provider has answered.
          if (event.for === "provider" && !verbose) return undefined;
          return remark(event, `${label(event)}: ${describeWaiting(event)}`);
        case "layer.placed":
          arrived.add(label(event));
          return remark(event, `${label(event)}: ${describePlaced(event)}`);
        case "layer.measured":
          return verbose ? remark(event, `${label(event)}: ${describeMeasured(event)}`) : undefined;
        case "layer.retried":
          return line(event, `${label(event)}: ${colors.yellow(describeRetried(event))}`);
        case "runner.requested":
        case "runner.ordered":
        case "runner.declined":
        case "runner.leased":
        case "runner.connected":
        case "runner.ready":
        case "runner.released":
          return remark(event, describeRunner(event));
        case "runner.lost":
        case "runner.left-over":
          return line(event, colors.yellow(describeRunner(event)));
        // What went wrong with it is a note as well.
        case "layer.cache":
          return verbose
            ? remark(event, `${label(event)}: cache ${event.cache}: ${event.result}`)
            : undefined;
        case "layer.pushed":
          return line(
            event,
            `${label(event)}: pushed to ${event.repository} (${formatBytes(event.sentBytes)} sent)`,
          );
        case "promotion.completed":
          return remark(event, describePromotion(event));
        case "promotion.failed":
          return line(event, colors.red(describePromotion(event)));
        case "lock.written":
          return verbose ? remark(event, `${event.layer} is in ${event.path}`) : undefined;
        case "run.completed":
        case "watch.round":
        case "watch.invalid":
        case "watch.waiting":
          return undefined;
        default:
          return unreachable(event);
      }
    },
    announce: (text) => output.remark(`${text}\n`),
    close: () => output.flush(),
  };
}
