// What people see of `lamina watch`: a line when a round begins, the progress of its run by the reporter of builds, a line when it has
// ended, and on a terminal a status line with the keys while nothing runs.

import pc from "picocolors";
import type { Event, EventOf } from "../../engine/events/event.ts";
import type { EventSink } from "../../engine/ports/event-sink.ts";
import type { Output } from "../output.ts";
import { type LiveArea, openLiveArea } from "./live-area.ts";
import type { Reporter } from "./reporter.ts";
import { describeResult } from "./summary-table.ts";
import { printable } from "./text-width.ts";
import { describeRound, explainRound, keyHelp, timeOfDay } from "./watch-phrases.ts";

export interface WatchScreenOptions {
  readonly output: Output;
  /** Whether keys are listened to: they are named, and a line stands below all while nothing runs. */
  readonly hasKeys: boolean;
  /** Rounds are not told, only what fails. */
  readonly quiet: boolean;
  /** A reporter for one run. */
  readonly openReporter: (severalPlatforms: boolean) => Reporter;
  /** Of what is wrong now, as text with line ends; "" where nothing is. */
  readonly renderComplaint: () => string;
}

export interface WatchScreen extends EventSink {
  readonly hasKeys: boolean;
  /** Puts lines above what is live. */
  print(text: string): void;
  /** Says why the layers of the last round were built; while nothing can be, what is wrong. */
  explain(): void;
  /** Says which keys there are. */
  help(): void;
  /** Draws again what is live. */
  redraw(): void;
}

export function createWatchScreen(options: WatchScreenOptions): WatchScreen {
  const { output, hasKeys, quiet } = options;
  const colors = pc.createColors(output.stderr.color);
  let reporter: Reporter | undefined;
  let area: LiveArea | undefined;
  let status = "";
  let lastRound: EventOf<"watch.round"> | undefined;
  let hasToldBuilder = false;

  const clear = () => {
    area?.close();
    area = undefined;
  };
  const print = (text: string) => {
    if (reporter !== undefined) reporter.announce(text.replace(/\n$/, ""));
    else if (area === undefined) output.remark(text);
    else area.print(text);
  };
  const tell = (text: string) => {
    if (!quiet) print(`${text}\n`);
  };
  const showStatus = (text: string) => {
    if (!hasKeys || quiet) return tell(text);
    status = text;
    area ??= openLiveArea(output);
    const keys = ["r rebuild", "w why", "h help", "q quit"].join("  ");
    area.draw([{ text: `${status} · ${keys}`, paint: colors.dim }]);
  };

  const begin = (event: EventOf<"run.started">) => {
    clear();
    const platforms = new Set(lastRound?.build.map(({ platform }) => platform));
    reporter = options.openReporter(platforms.size > 1);
    // The builder is the same in every round: it is told of once.
    if (!hasToldBuilder) reporter.emit(event);
    hasToldBuilder = true;
  };
  const end = (event: EventOf<"run.completed">) => {
    reporter?.emit(event);
    void reporter?.close();
    reporter = undefined;
    tell(`${colors.dim(timeOfDay(event.at))} ${describeResult({ completed: event })}`);
  };

  const emit = (event: Event): void => {
    switch (event.type) {
      case "watch.round":
        lastRound = event.build.length === 0 ? lastRound : event;
        return tell(`${colors.dim(timeOfDay(event.at))} ${describeRound(event)}`);
      case "watch.invalid":
        return print(options.renderComplaint());
      case "watch.waiting":
        return showStatus(describeWaiting(event));
      case "run.started":
        return begin(event);
      case "run.completed":
        return end(event);
      default:
        if (reporter !== undefined) return reporter.emit(event);
        if (event.type === "run.note") print(`note: ${printable(event.text)}\n`);
    }
  };

  return {
    hasKeys,
    emit,
    print,
    explain: () => {
      const complaint = options.renderComplaint();
      if (complaint !== "") return print(complaint);
      const lines = lastRound === undefined ? ["nothing was built yet"] : explainRound(lastRound);
      print(lines.map((line) => `${line}\n`).join(""));
    },
    help: () => print(keyHelp.map((line) => `${line}\n`).join("")),
    redraw: () => {
      if (area !== undefined) showStatus(status);
    },
    close: async () => {
      await reporter?.close();
      clear();
      await output.flush();
    },
  };
}

function describeWaiting({ invalid, stale }: EventOf<"watch.waiting">): string {
  if (invalid) return "not valid, waiting for it to be mended";
  return stale.length === 0
    ? "all is current, waiting for a change"
    : `not current: ${stale.join(", ")}; waiting for a change`;
}
