// Phrases that more than one reporter says.

import { shortDigest } from "../../engine/core/digest.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { EventOf } from "../../engine/events/event.ts";
import { idleBuilder } from "../idle-builder.ts";
import { count, formatBytes, formatSeconds } from "./format.ts";
import { printable } from "./text-width.ts";

/** "2 layers with buildkitd v0.34.2 at unix:///…, 1 at once". */
export function describeRun(event: EventOf<"run.started">): string {
  if (event.builder === idleBuilder.description) return `${count(event.steps, "layer")}: ${event.builder}`;
  return `${count(event.steps, "layer")} with ${event.builder}, ${event.concurrency} at once${event.local ? " (local world)" : ""}`;
}

/** Whether a step is an instruction of the Dockerfile, and no errand of BuildKit's own. */
export function isInstruction(name: string): boolean {
  return /^\[(?!internal\]|context |auth\])/.test(name);
}

/** A step as people call it: BuildKit's word for sending a context is "[internal] load build context". */
export function describeStep(name: string): string {
  return isSendingContext(name)
    ? "sending the context"
    : printable(name.replace(/^\[internal\] (?=(sending|fetching) )/, ""));
}

/** Whether a step is the context's way to what builds, by whatever transport. */
export function isSendingContext(name: string): boolean {
  return /^\[internal\] (load build context|sending the context by rsync)$/.test(name);
}

/** "proving rustc, cargo"; a layer may promise artifacts only. */
export function describeProof({ tools }: { readonly tools: readonly string[] }): string {
  return `proving ${tools.length === 0 ? "artifacts" : tools.join(", ")}`;
}

/** "built 0123456789ab in 12.3 s after 41.0 s for a machine: 2 steps run, 5 cached, 48.2 MB". */
export function describeCompleted(event: EventOf<"layer.completed">): string {
  const same = event.changed ? "" : ", the same image as before";
  const steps = `${count(event.stepsRun, "step")} run, ${event.stepsCached} cached`;
  const waited = event.waitedSeconds ?? 0;
  const wait = waited < shownWaitSeconds ? "" : ` after ${formatSeconds(waited)} for a machine`;
  return `built ${shortDigest(event.image)} in ${formatSeconds(event.seconds)}${wait}: ${steps}, ${formatBytes(event.sizeBytes)}${same}`;
}

const shownWaitSeconds = 0.5;

/** "canceled"; where it is not the whole that was stopped, why. */
export function describeCanceled(event: Pick<EventOf<"layer.canceled">, "reason">): string {
  return event.reason === undefined ? "canceled" : "stopped, as its inputs changed";
}

/** "not tried again, as nothing changed since it failed: RUN make failed with exit code 2". */
export function describeHeld({ message }: Pick<EventOf<"layer.held">, "message">): string {
  return `not tried again, as nothing changed since it failed: ${printable(message)}`;
}

/** Why a layer was not built. */
export function describeReuse(reason: EventOf<"layer.reused">["reason"]): string {
  switch (reason) {
    case "current":
      return "current";
    case "cut-off":
      return "what it stands on came out the same";
    case "published":
      return "published before";
    default:
      return unreachable(reason);
  }
}

/** What became of the tags; several lines where there is help. */
export function describePromotion(event: EventOf<"promotion.completed" | "promotion.failed">): string {
  if (event.type === "promotion.completed")
    return event.tags === 0
      ? "all tags are where they belong"
      : `promoted: ${count(event.tags, "tag")} moved`;
  const help = event.help === undefined ? "" : `\n  help: ${printable(event.help)}`;
  return `not promoted: ${printable(event.message)}${help}`;
}
