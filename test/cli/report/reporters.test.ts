// What a run looks like in each reporter: the same events, each text pinned whole.

import { describe, expect, test } from "vitest";
import { createGithubReporter } from "../../../cli/report/github.ts";
import { createJsonReporter } from "../../../cli/report/json.ts";
import { createPlainReporter } from "../../../cli/report/plain.ts";
import { chooseReporter, type ReporterContext } from "../../../cli/report/reporter.ts";
import {
  describeResult,
  renderSummaryMarkdown,
  renderSummaryTable,
} from "../../../cli/report/summary-table.ts";
import { createTtyReporter } from "../../../cli/report/tty.ts";
import { RunningSummary } from "../../../engine/events/summary.ts";
import { event as eventSchema } from "../../../schemas/event.ts";
import { layerName } from "../../../schemas/layer-name.ts";
import { FakeClock } from "../../fakes/clock.ts";
import { collectOutput } from "../collect-output.ts";
import { leasedRun, sampleRun } from "./sample-run.ts";
import { Screen } from "./screen.ts";

const quiet = { verbose: false, quiet: false, severalPlatforms: false };

function contextOf(shape: Partial<Omit<ReporterContext, "output">> = {}) {
  return { ...quiet, ...shape, output: collectOutput({ columns: 80, rows: 24 }) };
}

/** Plays a run on a terminal up to so many seconds. */
function play(columns: number, rows: number, until: number, verbose = false, events = sampleRun) {
  const clock = new FakeClock(1_000_000);
  const screen = new Screen();
  const output = collectOutput({ isTerminal: true, columns, rows });
  const context = {
    ...quiet,
    verbose,
    output: { ...output, remark: (text: string) => screen.write(text) },
  };
  const reporter = createTtyReporter(context, clock);
  for (const event of events) {
    if (event.at > 1_000_000 + until * 1000) break;
    clock.advance(event.at - clock.nowMs());
    reporter.emit(event);
  }
  clock.advance(1_000_000 + until * 1000 - clock.nowMs());
  return { screen, reporter, clock };
}

/** An environment of these variables. */
function env(variables: Record<string, string>) {
  return { env: (name: string) => variables[name] };
}

describe("plain", () => {
  test("a line for every event that matters", () => {
    const context = contextOf();
    const reporter = createPlainReporter(context);
    for (const event of sampleRun) reporter.emit(event);
    expect(context.output.remarks()).toBe(`\
[   0.0s] 4 layers with buildkitd v0.34.2 at unix:///run/b.sock, 2 at once
[   0.0s] debian: reused dddddddddddd
[   0.1s] rust: started
[   0.2s] nushell: started
[   0.3s] rust: cached [1/2] FROM lamina/debian
[   1.5s] nushell: failed [2/2] RUN cargo install nu
[   1.5s] nushell: failed: the step "RUN cargo install nu" ended with 101
          | ::error::linker not found
          help: see its log
[   1.5s] shell-plus: not built, because of nushell
[  12.0s] rust: completed [2/2] RUN apt-get install rustc
[  12.1s] rust: proving rustc, cargo
[  13.0s] rust: built aaaaaaaaaaaa in 12.9 s: 1 step run, 1 cached, 312 MB
`);
    expect(context.output.results()).toBe("");
  });

  test("with --quiet only what went wrong", () => {
    const context = contextOf({ quiet: true });
    const reporter = createPlainReporter(context);
    for (const event of sampleRun) reporter.emit(event);
    expect(context.output.remarks()).toBe(`\
[   1.5s] nushell: failed: the step "RUN cargo install nu" ended with 101
          | ::error::linker not found
          help: see its log
[   1.5s] shell-plus: not built, because of nushell
`);
  });

  test("with --verbose logs and reasons, which cannot steer the terminal", () => {
    const context = contextOf({ verbose: true });
    const reporter = createPlainReporter(context);
    for (const event of sampleRun) reporter.emit(event);
    const lines = context.output.remarks().split("\n");
    expect(lines).toContain("[   0.0s] rust: to build: Dockerfile was modified");
    expect(lines).toContain("[   0.5s] rust | Setting up rustc");
    expect(lines).toContain("Compiling ␛[1mmore");
  });
});

describe("a layer that waits for a leased machine says for which, and since when", () => {
  test("in plain lines", () => {
    const context = contextOf();
    const reporter = createPlainReporter(context);
    for (const event of leasedRun) reporter.emit(event);
    expect(context.output.remarks()).toBe(`\
[   0.0s] 2 layers with machines of hcloud, 2 at once
[   0.0s] go: started
[   0.0s] rust: started
[   2.0s] rust: waits for runner k3v9ab
[   2.0s] runner k3v9ab: a machine of 4 cpu and 8 GB asked of hcloud
[   2.0s] runner k3v9ab: tries cax21 in fsn1
[   2.0s] go: waits for a free machine: max_machines is 1
[   3.0s] runner k3v9ab: no cax21 in fsn1: there is none now
[   4.0s] runner k3v9ab: tries cax21 in nbg1
[  10.0s] runner k3v9ab: leased cax21 in nbg1 for 0.0176 EUR an hour, which boots
[  40.0s] runner k3v9ab: booted after 38.0 s, and its BuildKit is awaited
[  42.0s] runner k3v9ab: ready after 40.0 s
[  42.0s] rust: on runner k3v9ab: 4 cpu, 8 GB, by its language
[  43.0s] rust: sending the context
[  70.0s] rust: its machine was lost (the connection was closed): once more, on a machine of 4 cpu and 8 GB
[  70.0s] runner k3v9ab: lost: the connection was closed
[  71.0s] runner k3v9ab: given back after 1 m 01 s and 0 layers, 0.0176 EUR
[  75.0s] rust: waits for a machine, and asks again in 15.0 s: there is no cax21 in nbg1
`);
  });

  test.each([
    [1, "asks for a machine", "asks for a machine"],
    [2.5, "waits for a free machine: max_machines is 1", "cax21 in fsn1 is asked of hcloud, 0.5 s"],
    [
      3.5,
      "waits for a free machine: max_machines is 1",
      "a machine of 4 cpu and 8 GB is asked of hcloud, 0.5 s",
    ],
    [8, "waits for a free machine: max_machines is 1", "cax21 in nbg1 is asked of hcloud, 4.0 s"],
    [35, "waits for a free machine: max_machines is 1", "cax21 in nbg1 boots, 25.0 s"],
    [41, "waits for a free machine: max_machines is 1", "cax21 in nbg1 starts its BuildKit, 1.0 s"],
    [42.5, "waits for a free machine: max_machines is 1", "starting on cax21 in nbg1"],
    [50, "waits for a free machine: max_machines is 1", "sending the context"],
    [65, "waits for a free machine: max_machines is 1", "[2/2] RUN make"],
    [72, "waits for a free machine: max_machines is 1", "starting"],
    [
      80,
      "waits for a free machine: max_machines is 1",
      "waits for a machine, and asks again in 10.0 s: there is no cax21 in nbg1",
    ],
  ])("on a terminal, after %d seconds", async (until, go, rust) => {
    const { screen, reporter } = play(120, 24, until, false, leasedRun);
    const lines = screen.text().trimEnd().split("\n").slice(1);
    await reporter.close();
    expect(lines.map((line) => line.replace(/^. (\w+) .*? s  /, "$1: "))).toEqual([
      `go: ${go}`,
      `rust: ${rust}`,
    ]);
  });
});

test("json: every event, one a line, as the schema has it", () => {
  const output = collectOutput();
  const reporter = createJsonReporter({ output });
  for (const event of sampleRun) reporter.emit(event);
  reporter.announce("stopping…");
  const lines = output.results().trimEnd().split("\n");
  expect(lines.map((line) => eventSchema.parse(JSON.parse(line)))).toEqual(sampleRun);
  expect(output.remarks()).toBe("");
});

describe("github", () => {
  test("logs of what failed fold, with an annotation at its Dockerfile; log lines are no commands", () => {
    const context = {
      ...contextOf(),
      workspace: "/checkout",
      dockerfileOf: (layer: string) => `/checkout/base/catalog/${layer}/Dockerfile`,
    };
    const reporter = createGithubReporter(context);
    for (const event of sampleRun) reporter.emit(event);
    const text = context.output.remarks().replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "TOKEN");
    expect(text).toBe(`\
[   0.0s] 4 layers with buildkitd v0.34.2 at unix:///run/b.sock, 2 at once
[   0.0s] debian: reused dddddddddddd
[   0.1s] rust: started
[   0.2s] nushell: started
[   0.3s] rust: cached [1/2] FROM lamina/debian
[   1.5s] nushell: failed [2/2] RUN cargo install nu
[   1.5s] nushell: failed: the step "RUN cargo install nu" ended with 101
          help: see its log
::group::log of nushell: [2/2] RUN cargo install nu
::stop-commands::TOKEN
Compiling nu
Compiling ␛[1mmore
::error::linker not found
::TOKEN::
::endgroup::
::error file=base/catalog/nushell/Dockerfile,line=1,title=nushell failed::the step "RUN cargo install nu" ended with 101%0Asee its log
[   1.5s] shell-plus: not built, because of nushell
[  12.0s] rust: completed [2/2] RUN apt-get install rustc
[  12.1s] rust: proving rustc, cargo
[  13.0s] rust: built aaaaaaaaaaaa in 12.9 s: 1 step run, 1 cached, 312 MB
`);
  });

  test("a Dockerfile outside of the checkout is no place for an annotation", () => {
    const context = {
      ...contextOf(),
      workspace: "/checkout",
      dockerfileOf: (layer: string) => `/elsewhere/catalog/${layer}/Dockerfile`,
    };
    const reporter = createGithubReporter(context);
    for (const event of sampleRun) reporter.emit(event);
    expect(context.output.remarks()).toContain(
      '\n::error title=nushell failed::the step "RUN cargo install nu" ended with 101%0Asee its log\n',
    );
  });

  test("with --verbose the log of what succeeded as well, in one piece", () => {
    const context = { ...contextOf({ verbose: true }), workspace: "/", dockerfileOf: () => "/Dockerfile" };
    const reporter = createGithubReporter(context);
    for (const event of sampleRun) reporter.emit(event);
    const text = context.output.remarks().replaceAll(/[0-9a-f-]{36}/g, "TOKEN");
    expect(text).toContain(`\
::group::log of rust
::stop-commands::TOKEN
Setting up rustc
::TOKEN::
::endgroup::
`);
  });
});

describe("tty", () => {
  test("a live line a layer, in the order of the plan", () => {
    const { screen } = play(80, 24, 0.8);
    expect(screen.text()).toBe(`\
4 layers with buildkitd v0.34.2 at unix:///run/b.sock, 2 at once
✓ debian                current
⠇ rust           0.7 s  1 cached  [2/2] RUN apt-get install rustc
⠇ nushell        0.6 s  [2/2] RUN cargo install nu
  shell-plus            waiting
`);
    expect(screen.cursorIsVisible).toBe(false);
  });

  test("lines are redrawn in place, and cut to the terminal's width", () => {
    const { screen } = play(40, 24, 12.5);
    expect(screen.text()).toBe(`\
4 layers with buildkitd v0.34.2 at unix:///run/b.sock, 2 at once
✓ debian                current
⠴ rust          12.4 s  proving rustc,…
✗ nushell        1.3 s  the step "RUN …
– shell-plus            not built, bec…
`);
  });

  test("where there are more layers than rows, what runs and failed is shown, the rest counted", () => {
    const { screen } = play(80, 4, 2);
    expect(screen.text()).toBe(`\
4 layers with buildkitd v0.34.2 at unix:///run/b.sock, 2 at once
✗ nushell        1.3 s  the step "RUN cargo install nu" ended with 101
⠋ rust           1.9 s  1 cached  [2/2] RUN apt-get install rustc
3 layers done, 1 running, 0 waiting
`);
  });

  test("in the end the lines are gone, the cursor is back, and the log of what failed is there in full", async () => {
    const { screen, reporter, clock } = play(80, 24, 14);
    await reporter.close();
    clock.advance(1000);
    expect(screen.text()).toBe(`\
4 layers with buildkitd v0.34.2 at unix:///run/b.sock, 2 at once
error: nushell: the step "RUN cargo install nu" ended with 101
  [2/2] RUN cargo install nu
  | Compiling nu
  | Compiling ␛[1mmore
  | ::error::linker not found
help: see its log
`);
    expect(screen.cursorIsVisible).toBe(true);
  });

  test("with --verbose logs run by above the live lines", () => {
    const { screen } = play(80, 24, 0.55, true);
    expect(screen.text()).toBe(`\
4 layers with buildkitd v0.34.2 at unix:///run/b.sock, 2 at once
rust | Setting up rustc
✓ debian                current
⠴ rust           0.4 s  1 cached  [2/2] RUN apt-get install rustc
⠴ nushell        0.3 s  starting
  shell-plus            waiting
`);
  });
});

/** How the sample run ends where its machines cost that. */
function describePaid(costEur: number): string {
  const paid = new RunningSummary();
  for (const event of sampleRun) paid.fold(event.type === "run.completed" ? { ...event, costEur } : event);
  return describeResult(paid);
}

describe("the end of a run", () => {
  const summary = new RunningSummary();
  for (const event of sampleRun) summary.fold(event);

  test("is a table", () => {
    expect(renderSummaryTable(summary, false, { color: false, verbose: false })).toBe(`\
layer       action               seconds     size  digest
debian      current                       48.2 MB  dddddddddddd
rust        built                   12.9   312 MB  aaaaaaaaaaaa
nushell     failed                   1.3
shell-plus  not built (nushell)
`);
    expect(describeResult(summary)).toBe(
      "1 built, 1 current, 1 failed, 1 not built because of others in 13.1 s",
    );
  });

  test("ends with what the machines cost, where any were paid for", () => {
    expect(describePaid(0.024)).toBe(
      "1 built, 1 current, 1 failed, 1 not built because of others in 13.1 s, 0.0240 EUR",
    );
    expect(describePaid(0)).toBe(describeResult(summary));
  });

  test("tells how many build caches were of no use, and nothing of those that were", () => {
    const cached = new RunningSummary();
    const cache = "registry.example/cache/ci/lamina/rust:linux-arm64";
    for (const event of sampleRun) {
      cached.fold(event);
      if (event.type !== "layer.completed") continue;
      const { at, layer, platform } = event;
      for (const result of ["unread", "unwritten", "unwritten", "written", "current"] as const)
        cached.fold({ type: "layer.cache", at, layer, platform, cache, result });
    }
    expect(describeResult(cached)).toBe(`${describeResult(summary)}; caches: 2 not written, 1 not used`);
  });

  test("of many layers only counts those that were current, unless more is asked for", () => {
    const many = new RunningSummary();
    for (const event of sampleRun) many.fold(event);
    const current = sampleRun.filter((event) => event.type === "layer.reused");
    for (let index = 0; index < 40; index++)
      for (const event of current) many.fold({ ...event, layer: layerName.parse(`layer-${index}`) });
    const rows = (verbose: boolean) =>
      renderSummaryTable(many, false, { color: false, verbose }).split("\n").length;
    expect([rows(false), rows(true)]).toEqual([5, 46]);
  });

  test("names platforms where there are several", () => {
    expect(renderSummaryTable(summary, true, { color: false, verbose: false })).toContain(
      "rust (linux/amd64)",
    );
  });

  test("is a page in Markdown", () => {
    expect(renderSummaryMarkdown(summary, false)).toBe(`\
## lamina build

1 built, 1 current, 1 failed, 1 not built because of others in 13.1 s

| layer | action | seconds | size | digest |
| --- | --- | ---: | ---: | --- |
| debian | current |  | 48.2 MB | dddddddddddd |
| rust | built | 12.9 | 312 MB | aaaaaaaaaaaa |
| nushell | failed | 1.3 |  |  |
| shell-plus | not built (nushell) |  |  |  |

**nushell**: the step "RUN cargo install nu" ended with 101

Help: see its log

\`\`\`
::error::linker not found
\`\`\`
`);
  });
});

describe("which reporter is chosen", () => {
  const terminal = collectOutput({ isTerminal: true });

  test("live lines on a terminal, plain ones elsewhere, GitHub's in its workflows", () => {
    expect(chooseReporter(terminal, env({}))).toBe("tty");
    expect(chooseReporter(collectOutput(), env({}))).toBe("plain");
    expect(chooseReporter(terminal, env({ TERM: "dumb" }))).toBe("plain");
    expect(chooseReporter(terminal, env({ CI: "true" }))).toBe("plain");
    expect(chooseReporter(collectOutput(), env({ GITHUB_ACTIONS: "true", CI: "true" }))).toBe("github");
  });
});
