// What shows a run to people and programs while it happens: a reader of events, chosen by --reporter or by where the
// output goes.

import type { Host } from "../../engine/core/host.ts";
import type { EventSink } from "../../engine/ports/event-sink.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Output } from "../output.ts";

export const reporterNames = ["tty", "plain", "json", "github"] as const;
export type ReporterName = (typeof reporterNames)[number];

export interface ReporterContext {
  readonly output: Output;
  /** Logs of what succeeds are shown as well. */
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Whether the run is for more than one platform, so that a layer's name alone does not tell which is meant. */
  readonly severalPlatforms: boolean;
}

/** A reader of events that may be told that the user wants to stop. */
export interface Reporter extends EventSink {
  /** Shows a line of ours amid the progress, such as "stopping…". */
  announce(text: string): void;
}

/** GitHub's own form in its workflows, live lines on a terminal, else plain lines. */
export function chooseReporter(output: Output, host: Pick<Host, "env">): ReporterName {
  if (host.env("GITHUB_ACTIONS") === "true") return "github";
  return output.stderr.isTerminal && host.env("TERM") !== "dumb" && host.env("CI") === undefined
    ? "tty"
    : "plain";
}

/** How a run names one of its steps: "rust", or "rust (linux/arm64)" where there are several platforms. */
export function stepLabel(context: Pick<ReporterContext, "severalPlatforms">) {
  return ({ layer, platform }: { readonly layer: LayerName; readonly platform: Platform }): string =>
    context.severalPlatforms ? `${layer} (${platform})` : layer;
}
