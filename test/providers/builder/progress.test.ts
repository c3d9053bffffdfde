// BuildKit's progress lines: merging, logs cut anywhere, warnings, and what a failure is told as. Lines as BuildKit
// v0.34 writes them, with shortened digests.

import { expect, test } from "vitest";
import type { SolveFailure, SolveProgress } from "../../../engine/ports/builder.ts";
import { SolveLog } from "../../../providers/builder/progress.ts";
import { explainFailure } from "../../../providers/builder/solve-failure.ts";
import { createRedactor } from "../../../providers/secrets/redact.ts";

const at = "2026-11-22T11:37:40.392017411Z";

function vertex(digest: string, name: string, rest: object = {}): string {
  return JSON.stringify({ vertexes: [{ digest, inputs: ["sha256:0"], name, ...rest }] });
}

function log(digest: string, text: string | Uint8Array, stream = 1): string {
  return JSON.stringify({
    logs: [{ vertex: digest, stream, data: Buffer.from(text).toString("base64"), timestamp: at }],
  });
}

function readAll(
  lines: readonly string[],
  secrets: readonly string[] = [],
): { log: SolveLog; seen: SolveProgress[] } {
  const solve = new SolveLog(createRedactor(secrets));
  const seen = lines.flatMap((line) => solve.read(line));
  return { log: solve, seen: [...seen, ...solve.finish()] };
}

/** "started [1/2] COPY" and the like, for short. */
function steps(seen: readonly SolveProgress[]): string[] {
  return seen.flatMap((one) => (one.kind === "step" ? [`${one.step.state} ${one.step.name}`] : []));
}

test("a step is told once for each of its states, however often it is reported", () => {
  const name = "[2/2] RUN make";
  const { log: solve, seen } = readAll([
    vertex("a", name),
    vertex("a", name, { started: at }),
    vertex("a", name, { started: at }),
    '{"statuses":[{"id":"x","vertex":"a","current":0,"timestamp":"t"}]}',
    vertex("a", name, { started: at, completed: at }),
    vertex("a", name, { started: at, completed: at }),
  ]);
  expect(steps(seen)).toEqual(["started [2/2] RUN make", "completed [2/2] RUN make"]);
  expect(solve.count()).toEqual({ run: 1, cached: 0 });
});

test("a load that completes twice is told as it happens, and counts as no instruction", () => {
  const name = "[internal] load build context";
  const { log: solve, seen } = readAll([
    vertex("a", name),
    vertex("a", name, { started: at, completed: at }),
    vertex("a", name, { started: at }),
    vertex("a", name, { started: at, completed: at }),
  ]);
  expect(steps(seen)).toEqual([
    `started ${name}`,
    `completed ${name}`,
    `started ${name}`,
    `completed ${name}`,
  ]);
  expect(solve.count()).toEqual({ run: 0, cached: 0 });
});

test("cached steps are told at once, also where BuildKit first says started", () => {
  const { log: solve, seen } = readAll([
    vertex("a", "[1/2] FROM docker.io/library/debian", { started: at, completed: at, cached: true }),
    vertex("b", "[linux/arm64 cooker 1/2] COPY . .", { started: at, completed: at, cached: true }),
    vertex("c", "[cooker 2/2] RUN true", { started: at, cached: true }),
    vertex("c", "[cooker 2/2] RUN true", { started: at, completed: at, cached: true }),
  ]);
  expect(steps(seen)).toEqual([
    "cached [1/2] FROM docker.io/library/debian",
    "cached [linux/arm64 cooker 1/2] COPY . .",
    "started [cooker 2/2] RUN true",
    "cached [cooker 2/2] RUN true",
  ]);
  expect(solve.count()).toEqual({ run: 0, cached: 2 });
});

test("logs come as whole lines, cut neither in a character nor in a line", () => {
  const euro = Buffer.from("1 €\n");
  const { seen } = readAll([
    vertex("a", "[1/1] RUN x", { started: at }),
    log("a", euro.subarray(0, 3)),
    log("a", "err", 2),
    log("a", euro.subarray(3)),
    log("a", "10%\r20%\r"),
    log("a", "or\nrest", 2),
    vertex("a", "[1/1] RUN x", { started: at, completed: at }),
  ]);
  expect(seen.filter((one) => one.kind === "log")).toEqual([
    { kind: "log", stepId: "a", stream: "stdout", text: "1 €\n" },
    { kind: "log", stepId: "a", stream: "stdout", text: "10%\r20%\r" },
    { kind: "log", stepId: "a", stream: "stderr", text: "error\n" },
    { kind: "log", stepId: "a", stream: "stderr", text: "rest" },
  ]);
});

test("a line that does not end is handed on all the same", () => {
  const { seen } = readAll([log("a", "x".repeat(70_000)), log("a", "y\n")]);
  expect(seen.map((one) => (one.kind === "log" ? one.text.length : 0))).toEqual([70_000, 2]);
});

test("what BuildKit warns of", () => {
  const { seen } = readAll([
    '{"warnings":[{"vertex":"a","level":1,"short":"U3RhZ2VOYW1lQ2FzaW5nOiBTdGFnZSBuYW1lICdGb28nIHNob3VsZCBiZSBsb3dlcmNhc2UgKGxpbmUgMSk="}]}',
  ]);
  expect(seen).toEqual([
    { kind: "warning", text: "StageNameCasing: Stage name 'Foo' should be lowercase (line 1)" },
  ]);
});

test("caches that are read are told of, and one that is not there is no failed step", () => {
  const name = "importing cache manifest from r/c:main";
  const { seen } = readAll([
    vertex("a", name, { started: at }),
    vertex("a", name, { started: at, completed: at, error: "not found" }),
    vertex("b", "importing cache manifest from r/d:main", { started: at, completed: at }),
  ]);
  expect(seen.filter(({ kind }) => kind === "cache")).toEqual([
    { kind: "cache", address: "r/c:main", state: "reading", message: "" },
    { kind: "cache", address: "r/c:main", state: "unread", message: "not found" },
    { kind: "cache", address: "r/d:main", state: "read", message: "" },
  ]);
  expect(steps(seen).filter((step) => step.startsWith("failed"))).toEqual([]);
});

test("what comes out of a registry's cache counts as cached, though it is brought later", () => {
  const name = "[2/2] RUN make";
  const { log: solve, seen } = readAll([
    vertex("a", name, { started: at, completed: at, cached: true }),
    vertex("a", name, { started: at }),
    vertex("a", name, { started: at, completed: at }),
  ]);
  expect(steps(seen)).toEqual([`cached ${name}`]);
  expect(solve.count()).toEqual({ run: 0, cached: 1 });
});

test("lines that are no status are kept, buildctl's own log is not", () => {
  const { log: solve } = readAll([
    'time="2026-11-22T14:44:17Z" level=warning msg="failed check for fsverity support"',
    "{",
    '{"vertexes":7}',
    "",
    "Dockerfile:3",
  ]);
  expect(solve.plainLines).toEqual(["{", '{"vertexes":7}', "Dockerfile:3"]);
});

test("secrets are blanked in names, logs and errors, also where a chunk cuts them, and line by line", () => {
  const { log: solve, seen } = readAll(
    [
      vertex("a", "[1/1] RUN echo hunter2", { started: at }),
      log("a", "it is hun"),
      log("a", "ter2!\nKEY-LINE-OF-SECRET\nnot KEY\n"),
      vertex("a", "[1/1] RUN echo hunter2", { started: at, completed: at, error: "hunter2: exit code: 1" }),
      "error: failed to solve: hunter2: exit code: 1",
    ],
    ["hunter2\n", "KEY-LINE-OF-SECRET\nlast"],
  );
  const all = JSON.stringify([seen, solve.vertices, solve.plainLines, explainFailure(solve)]);
  expect(all).not.toMatch(/hunter2|KEY-LINE-OF-SECRET/);
  expect(explainFailure(solve)).toEqual({
    kind: "step-failed",
    step: "[1/1] RUN echo ***",
    exitCode: 1,
    message: "***: exit code: 1",
    logTail: ["it is ***!", "***", "not KEY"],
  });
});

test("too short a secret blanks nothing", () => {
  expect(createRedactor(["abc", ""]).redact("abc")).toBe("abc");
});

function failure(...lines: readonly string[]): SolveFailure {
  return explainFailure(readAll(lines).log);
}

test("a step that fails, with the last twenty lines of its log", () => {
  const name = "[2/2] RUN seq 30; exit 7";
  const error = 'process "/bin/sh -c seq 30; exit 7" did not complete successfully: exit code: 7';
  const numbers = Array.from({ length: 30 }, (_, index) => String(index + 1));
  expect(
    failure(
      vertex("b", "[other 1/1] RUN sleep 9", { started: at }),
      vertex("a", name, { started: at }),
      log("a", `${numbers.join("\n")}\n`),
      vertex("a", name, { started: at, completed: at, error }),
      vertex("b", "[other 1/1] RUN sleep 9", {
        started: at,
        completed: at,
        error:
          'process "/bin/sh -c sleep 9" did not complete successfully: exit code: 137: context canceled: context canceled',
      }),
      "Dockerfile:3",
      "--------------------",
      "   3 | >>> RUN seq 30; exit 7",
      "--------------------",
      `error: failed to solve: ${error}`,
    ),
  ).toEqual({ kind: "step-failed", step: name, exitCode: 7, message: error, logTail: numbers.slice(10) });
});

test("a step that Docker 20.10 ran", () => {
  const error = "executor failed running [/bin/sh -c false]: exit code: 1";
  expect(
    failure(
      vertex("a", "[1/1] RUN false", { started: at, completed: at, error }),
      `error: failed to solve: rpc error: code = Unknown desc = ${error}`,
    ),
  ).toEqual({ kind: "step-failed", step: "[1/1] RUN false", exitCode: 1, message: error, logTail: [] });
});

test("a COPY of a file that is not there", () => {
  const error = 'failed to calculate checksum of ref b6dz::2zvl: "/nope.txt": not found';
  expect(
    failure(
      vertex("a", "[1/1] COPY nope.txt /", { started: at, completed: at, error }),
      `error: failed to solve: failed to compute cache key: ${error}`,
    ),
  ).toEqual({
    kind: "step-failed",
    step: "[1/1] COPY nope.txt /",
    exitCode: undefined,
    message: '"/nope.txt": not found',
    logTail: [],
  });
});

test("an image that is not there", () => {
  const error = 'failed to do request: Head "http://127.0.0.1:1/v2/foo/manifests/bar": connection refused';
  expect(
    failure(
      vertex("a", "[internal] load metadata for 127.0.0.1:1/foo:bar", { started: at, completed: at, error }),
      "Dockerfile:1",
      "--------------------",
      "   1 | >>> FROM 127.0.0.1:1/foo:bar",
      "--------------------",
      `error: failed to solve: 127.0.0.1:1/foo:bar: failed to resolve source metadata for 127.0.0.1:1/foo:bar: ${error}`,
    ),
  ).toEqual({
    kind: "source-missing",
    message: `127.0.0.1:1/foo:bar: failed to resolve source metadata for 127.0.0.1:1/foo:bar: ${error}`,
  });
});

test.each<[string, readonly string[], SolveFailure]>([
  [
    "an instruction that is none",
    [
      "Dockerfile:2",
      "--------------------",
      "   2 | >>> RUNN foo",
      "--------------------",
      "error: failed to solve: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)",
    ],
    {
      kind: "dockerfile-refused",
      message: "dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)",
    },
  ],
  [
    "a target that is none",
    ['error: failed to solve: target stage "onne" could not be found (did you mean one?)'],
    { kind: "dockerfile-refused", message: 'target stage "onne" could not be found (did you mean one?)' },
  ],
  [
    "a Dockerfile that is not there",
    ["error: failed to solve: failed to read dockerfile: open nope: no such file or directory"],
    {
      kind: "dockerfile-refused",
      message: "failed to read dockerfile: open nope: no such file or directory",
    },
  ],
  [
    "an argument that is empty",
    [
      "Dockerfile:1",
      "--------------------",
      "   1 | >>> FROM ${NOPE}",
      "--------------------",
      "error: failed to solve: base name (${NOPE}) should not be blank",
    ],
    { kind: "dockerfile-refused", message: "base name (${NOPE}) should not be blank" },
  ],
  ["a secret", ["error: failed to solve: secret tok: not found"], { kind: "secret-missing", id: "tok" }],
  [
    "a daemon that died",
    ["error: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF"],
    {
      kind: "daemon-lost",
      message:
        "failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
    },
  ],
  [
    "a daemon that died, when the solve itself hears of it first",
    ["error: failed to solve: Unavailable: error reading from server: EOF"],
    { kind: "daemon-lost", message: "Unavailable: error reading from server: EOF" },
  ],
  [
    "a registry that is unavailable, which is no word on the daemon",
    ["error: failed to solve: unexpected status from HEAD request: 503 Service Unavailable"],
    { kind: "other", message: "unexpected status from HEAD request: 503 Service Unavailable" },
  ],
  [
    "a daemon that is not there",
    [
      'error: listing workers for Build: failed to list workers: Unavailable: connection error: desc = "transport: Error while dialing: dial unix /s: connect: no such file or directory"',
    ],
    {
      kind: "daemon-lost",
      message:
        'listing workers for Build: failed to list workers: Unavailable: connection error: desc = "transport: Error while dialing: dial unix /s: connect: no such file or directory"',
    },
  ],
  ["Ctrl-C at buildctl itself", ["error: failed to solve: Canceled: context canceled"], { kind: "canceled" }],
  ["no word at all", [], { kind: "other", message: "buildctl failed and did not say why" }],
  [
    "anything else",
    ["error: failed to solve: no space left on device"],
    { kind: "other", message: "no space left on device" },
  ],
])("tells %s", (_what, lines, expected) => {
  expect(failure(...lines)).toEqual(expected);
});
