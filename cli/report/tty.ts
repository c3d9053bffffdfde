// Progress on a terminal: one live line a layer, redrawn at most ten times a second; after the run the logs of what
// failed, in full.

import pc from "picocolors";
import { shortDigest } from "../../engine/core/digest.ts";
import type { Clock } from "../../engine/core/host.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import {
  currentStep,
  elapsedSeconds,
  type LayerState,
  type LayerSummary,
  RunningSummary,
  type RunSummary,
} from "../../engine/events/summary.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import { FailedLogs } from "./failed-logs.ts";
import { renderFailure } from "./failure.ts";
import { count, formatBytes, formatSeconds } from "./format.ts";
import { type LiveLine, openLiveArea } from "./live-area.ts";
import { describePromotion, describeProof, describeReuse, describeRun, describeStep } from "./phrases.ts";
import { type Reporter, type ReporterContext, stepLabel } from "./reporter.ts";
import { describeStart, describeWaitNow } from "./runner-phrases.ts";
import { displayWidth, pad, printable } from "./text-width.ts";

const intervalMs = 100;
const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

export function createTtyReporter(context: ReporterContext, clock: Clock): Reporter {
  const { output, verbose } = context;
  const colors = pc.createColors(output.stderr.color);
  const area = openLiveArea(output);
  const logs = new FailedLogs();
  const failures: string[] = [];
  const summary = new RunningSummary();
  let isDrawn = false;
  let stopTimer: (() => void) | undefined;

  const draw = () => {
    isDrawn = true;
    area.draw(liveLines(summary, context, clock.nowMs(), (output.stderr.rows() ?? 24) - 1));
  };
  const tick = () => {
    stopTimer = clock.after(intervalMs, () => {
      draw();
      tick();
    });
  };
  const print = (text: string) => area.print(`${text}\n`);

  return {
    emit: (event) => {
      summary.fold(event);
      logs.note(event);
      switch (event.type) {
        case "run.started":
          print(describeRun(event));
          break;
        case "run.note":
          print(`note: ${printable(event.text)}`);
          break;
        case "promotion.completed":
          print(describePromotion(event));
          break;
        case "promotion.failed":
          failures.push(`${colors.red(describePromotion(event))}\n`);
          break;
        case "layer.log":
          if (verbose)
            print(`${colors.dim(`${stepLabel(context)(event)} |`)} ${printable(event.text).trimEnd()}`);
          break;
        case "layer.failed":
          failures.push(renderFailure(event, logs.take(event), context, output.stderr.color));
          break;
        default:
      }
      // The first picture comes at once, the others when their time has come.
      if (!isDrawn && summary.layers.size > 0) {
        draw();
        tick();
      }
    },
    announce: print,
    close: async () => {
      stopTimer?.();
      area.close();
      for (const failure of failures) output.remark(failure);
      await output.flush();
    },
  };
}

/** A line a layer; where the terminal has not rows enough, what is finished and what waits is only counted. */
export function liveLines(
  summary: RunSummary,
  context: Pick<ReporterContext, "severalPlatforms" | "output">,
  nowMs: number,
  maxRows: number,
): readonly LiveLine[] {
  const layers = Array.from(summary.layers.values());
  const label = stepLabel(context);
  const width = Math.max(0, ...layers.map((layer) => displayWidth(label(layer))));
  const colors = pc.createColors(context.output.stderr.color);
  const line = (layer: LayerSummary) => {
    const work = describeWork(layer, summary.machines, nowMs);
    return liveLine(layer, pad(label(layer), width), work, nowMs, colors);
  };
  if (layers.length <= maxRows) return layers.map(line);
  const busy = layers.filter(({ state }) => busyStates.has(state.kind));
  const failed = layers.filter(({ state }) => state.kind === "failed");
  const shown = [...failed, ...busy].slice(0, Math.max(0, maxRows - 1));
  const waiting = layers.filter(({ state }) => state.kind === "queued").length;
  const finished = layers.length - waiting - busy.length;
  const counted = `${count(finished, "layer")} done, ${busy.length} running, ${waiting} waiting`;
  return [...shown.map(line), { text: counted, paint: colors.dim }];
}

const busyStates: ReadonlySet<LayerState["kind"]> = new Set(["waiting", "running", "proving"]);

/** What is being done, or waited for, right now; "" where nothing is. */
function describeWork(layer: LayerSummary, machines: RunSummary["machines"], nowMs: number): string {
  const { state } = layer;
  const machineOf = (lease: LeaseId | undefined) => (lease === undefined ? undefined : machines.get(lease));
  switch (state.kind) {
    case "waiting":
      return describeWaitNow(state.wait, machineOf(state.wait.lease), nowMs);
    case "running": {
      const step = currentStep(layer);
      if (step !== undefined) return describeStep(step);
      return layer.stepsDone === 0 ? describeStart(machineOf(state.lease)) : "between steps";
    }
    case "proving":
      return describeProof(state);
    default:
      return "";
  }
}

function liveLine(
  layer: LayerSummary,
  label: string,
  work: string,
  nowMs: number,
  colors: ReturnType<typeof pc.createColors>,
): LiveLine {
  const { state } = layer;
  const elapsed = formatSeconds(elapsedSeconds(layer, nowMs));
  const frame = spinner[Math.floor(nowMs / intervalMs) % spinner.length] ?? "";
  const cached = layer.stepsCached > 0 ? `  ${layer.stepsCached} cached` : "";
  switch (state.kind) {
    case "queued":
      return { text: `  ${label}            waiting`, paint: colors.dim };
    case "waiting":
    case "running":
      return { text: `${frame} ${label}  ${elapsed.padStart(8)}${cached}  ${work}`, paint: plain };
    case "proving":
      return { text: `${frame} ${label}  ${elapsed.padStart(8)}  ${work}`, paint: plain };
    case "built": {
      const same = state.changed ? "" : ", unchanged";
      const text = `✓ ${label}  ${elapsed.padStart(8)}${cached}  built ${shortDigest(state.image)}, ${formatBytes(state.sizeBytes)}${same}`;
      return { text, paint: colors.green };
    }
    case "reused":
      return {
        text: `✓ ${label}            ${describeReuse(state.reason)}`,
        paint: colors.green,
      };
    case "failed":
      return {
        text: `✗ ${label}  ${elapsed.padStart(8)}  ${printable(state.message).replaceAll("\n", " ")}`,
        paint: colors.red,
      };
    case "doomed":
      return { text: `– ${label}            not built, because of ${state.cause}`, paint: colors.yellow };
    case "canceled":
      return { text: `– ${label}            canceled`, paint: colors.yellow };
    default:
      return unreachable(state);
  }
}

function plain(text: string): string {
  return text;
}
