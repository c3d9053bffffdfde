// What people see while lamina watches: each text whole, but for the time of day.

import { describe, expect, test } from "vitest";
import { createPlainReporter } from "../../../cli/report/plain.ts";
import { createTtyReporter } from "../../../cli/report/tty.ts";
import { describeRound } from "../../../cli/report/watch-phrases.ts";
import { createWatchScreen } from "../../../cli/report/watch-screen.ts";
import type { EventOf } from "../../../engine/events/event.ts";
import { layerName } from "../../../schemas/layer-name.ts";
import { type Platform, platform } from "../../../schemas/platform.ts";
import { FakeClock } from "../../fakes/clock.ts";
import { collectOutput } from "../collect-output.ts";
import { sampleRun } from "./sample-run.ts";
import { Screen } from "./screen.ts";

const amd64 = platform.parse("linux/amd64");
const arm64 = platform.parse("linux/arm64");

function step(name: string, on: Platform = amd64) {
  return { layer: layerName.parse(name), platform: on };
}

function round(parts: Partial<EventOf<"watch.round">>): EventOf<"watch.round"> {
  return {
    type: "watch.round",
    at: 0,
    round: 1,
    trigger: "change",
    build: [],
    kept: [],
    stopped: [],
    ...parts,
  };
}

const edited = round({
  build: [
    { ...step("rust"), reasons: ["src/main.rs was modified", "Cargo.toml was modified"] },
    { ...step("rust-deps"), reasons: [] },
  ],
});

describe("a round in a line", () => {
  test.each<readonly [text: string, event: EventOf<"watch.round">]>([
    ["rust: src/main.rs was modified and 1 more -> rust, rust-deps", edited],
    [
      "a: x was added -> a; b goes on; c is stopped",
      round({
        build: [{ ...step("a"), reasons: ["x was added"] }],
        kept: [step("b")],
        stopped: [step("a"), step("c")],
      }),
    ],
    [
      "b, c go on; d, e are stopped",
      round({ kept: [step("b"), step("c")], stopped: [step("d"), step("e")] }),
    ],
    [
      "a: x; b: x; 8 layers more -> a, b, c, d, e, f, g, h, 2 more",
      round({ build: Array.from("abcdefghij", (name) => ({ ...step(name), reasons: ["x"] })) }),
    ],
    [
      "a (linux/amd64): x; a (linux/arm64): x -> a (linux/amd64), a (linux/arm64)",
      round({
        build: [
          { ...step("a", amd64), reasons: ["x"] },
          { ...step("a", arm64), reasons: ["x"] },
        ],
      }),
    ],
  ])("%s", (text, event) => {
    expect(describeRound(event)).toBe(text);
  });
});

const waiting: EventOf<"watch.waiting"> = {
  type: "watch.waiting",
  at: 0,
  round: 1,
  invalid: false,
  stale: [],
};
const timeless = (text: string) => text.replaceAll(/\b\d\d:\d\d:\d\d\b/g, "HH:MM:SS");

describe("without a terminal", () => {
  test("rounds, what is built, how it ended, and that it waits", () => {
    const output = collectOutput();
    const screen = createWatchScreen({
      output,
      hasKeys: false,
      quiet: false,
      openReporter: (severalPlatforms) =>
        createPlainReporter({ output, quiet: false, verbose: false, severalPlatforms }),
      renderComplaint: () => "error[E0401]: there is no layer\n",
    });
    screen.emit(waiting);
    screen.emit(edited);
    for (const event of sampleRun) if (!event.type.startsWith("layer.")) screen.emit(event);
    screen.emit({ ...waiting, stale: [layerName.parse("rust"), layerName.parse("rust-deps")] });
    screen.emit({ type: "run.note", at: 0, text: "some changes will not be noticed" });
    screen.emit({ type: "watch.invalid", at: 0, round: 2, diagnostics: [] });
    screen.emit({ ...waiting, invalid: true });
    expect(timeless(output.remarks())).toBe(`\
all is current, waiting for a change
HH:MM:SS rust: src/main.rs was modified and 1 more -> rust, rust-deps
[   0.0s] 4 layers with buildkitd v0.34.2 at unix:///run/b.sock, 2 at once
HH:MM:SS 1 built, 1 current, 1 failed, 1 not built because of others in 13.1 s
not current: rust, rust-deps; waiting for a change
note: some changes will not be noticed
error[E0401]: there is no layer
not valid, waiting for it to be mended
`);
  });

  test("quiet: only what is wrong", () => {
    const output = collectOutput();
    const screen = createWatchScreen({
      output,
      hasKeys: false,
      quiet: true,
      openReporter: (severalPlatforms) =>
        createPlainReporter({ output, quiet: true, verbose: false, severalPlatforms }),
      renderComplaint: () => "error[E0401]: there is no layer\n",
    });
    screen.emit(edited);
    screen.emit(waiting);
    screen.emit({ type: "watch.invalid", at: 0, round: 2, diagnostics: [] });
    expect(output.remarks()).toBe("error[E0401]: there is no layer\n");
  });
});

describe("on a terminal", () => {
  test("a status line below all that was told, gone while something is built; keys answer above it", async () => {
    const clock = new FakeClock(1_000_000);
    const terminal = new Screen();
    const output = {
      ...collectOutput({ isTerminal: true, columns: 100, rows: 24 }),
      remark: (text: string) => terminal.write(text),
    };
    let complaint = "";
    const screen = createWatchScreen({
      output,
      hasKeys: true,
      quiet: false,
      openReporter: (severalPlatforms) =>
        createTtyReporter({ output, quiet: false, verbose: false, severalPlatforms }, clock),
      renderComplaint: () => complaint,
    });
    const status = "all is current, waiting for a change · r rebuild  w why  h help  q quit";
    screen.explain();
    screen.emit(waiting);
    expect(terminal.text()).toBe(`nothing was built yet\n${status}\n`);
    expect(terminal.cursorIsVisible).toBe(false);
    screen.emit(edited);
    const run = sampleRun.filter(({ type }) => type === "run.started" || type === "run.completed");
    for (const event of run) screen.emit(event);
    screen.emit(waiting);
    screen.explain();
    screen.help();
    screen.redraw();
    const shown = timeless(terminal.text());
    expect(shown).toBe(`\
nothing was built yet
HH:MM:SS rust: src/main.rs was modified and 1 more -> rust, rust-deps
4 layers with buildkitd v0.34.2 at unix:///run/b.sock, 2 at once
HH:MM:SS 1 built, 1 current, 1 failed, 1 not built because of others in 13.1 s
rust: src/main.rs was modified; Cargo.toml was modified
rust-deps: what it stands on is built first
r  build what failed again; if nothing did, all that is watched
w  why the layers of the last round were built
q  stop what runs, and end (also Ctrl-C)
h  this help
${status}
`);
    complaint = "error[E0401]: there is no layer\n";
    screen.explain();
    expect(timeless(terminal.text())).toBe(shown.replace(status, `${complaint}${status}`));
    await screen.close();
    expect(terminal.cursorIsVisible).toBe(true);
    expect(timeless(terminal.text())).toBe(shown.replace(`${status}\n`, complaint));
  });
});
