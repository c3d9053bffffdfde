// Logs of layers that are being built, kept until it is known whether anybody wants to read them: those of what failed.

import type { Event, EventOf } from "../../engine/events/event.ts";
import { stepKey } from "../../engine/plan/step.ts";

/** Of each step; older lines are dropped. */
const maxLines = 20_000;

interface StepLog {
  readonly name: string;
  lines: string[];
  dropped: number;
}

export interface FailedLog {
  /** The instruction, as the Dockerfile has it. */
  readonly step: string;
  readonly lines: readonly string[];
  /** Lines that came before and were not kept. */
  readonly dropped: number;
}

export class FailedLogs {
  /** By layer and platform, then by the step's id. */
  readonly #logs = new Map<string, Map<string, StepLog>>();
  readonly #failedSteps = new Map<string, string>();

  /** To be told of every event. */
  note(event: Event): void {
    switch (event.type) {
      case "layer.step": {
        const key = stepKey(event.layer, event.platform);
        if (event.state === "started") this.#open(key, event.stepId, event.name);
        else if (event.state === "failed") this.#failedSteps.set(key, event.stepId);
        else this.#logs.get(key)?.delete(event.stepId);
        return;
      }
      case "layer.log":
        return this.#append(event);
      case "layer.completed":
      case "layer.canceled":
        this.#logs.delete(stepKey(event.layer, event.platform));
        return;
      default:
    }
  }

  /** What the failed step printed, and is forgotten then; else the tail that came with the failure. */
  take(failure: EventOf<"layer.failed">): FailedLog {
    const key = stepKey(failure.layer, failure.platform);
    const stepId = this.#failedSteps.get(key);
    const log = stepId === undefined ? undefined : this.#logs.get(key)?.get(stepId);
    this.#logs.delete(key);
    this.#failedSteps.delete(key);
    if (log === undefined || log.lines.length === 0)
      return { step: log?.name ?? "", lines: failure.logTail, dropped: 0 };
    return { step: log.name, lines: log.lines, dropped: log.dropped };
  }

  #open(key: string, stepId: string, name: string): StepLog {
    const steps = this.#logs.get(key) ?? new Map<string, StepLog>();
    this.#logs.set(key, steps);
    const log = steps.get(stepId) ?? { name, lines: [], dropped: 0 };
    steps.set(stepId, log);
    return log;
  }

  #append(event: EventOf<"layer.log">): void {
    const key = stepKey(event.layer, event.platform);
    const log = this.#logs.get(key)?.get(event.stepId) ?? this.#open(key, event.stepId, "");
    log.lines.push(...event.text.replace(/\n$/, "").split("\n"));
    if (log.lines.length <= maxLines * 2) return;
    log.dropped += log.lines.length - maxLines;
    log.lines = log.lines.slice(-maxLines);
  }
}
