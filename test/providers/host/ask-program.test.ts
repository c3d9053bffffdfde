// A short question to a program, on real ones: the same outcomes as those of process.ts.

import { expect, test } from "vitest";
import { askProgram } from "../../../providers/host/ask-program.ts";
import { type ProcessRequest, runProcess } from "../../../providers/host/process.ts";

const never = new AbortController().signal;
const node = process.execPath;

test.each<readonly [string, Pick<ProcessRequest, "program" | "args" | "directory" | "env">]>([
  ["both outputs", { program: node, args: ["-e", "console.log('out'); console.error('err')"] }],
  ["nothing said", { program: node, args: ["-e", ""] }],
  [
    "arguments as they are",
    {
      program: node,
      args: ["-e", "console.log(process.argv.slice(1))", "--", "$(id)", "a b", "*", '"', "\n", ""],
    },
  ],
  [
    "an exit code",
    { program: node, args: ["-e", "console.log('so far'); console.error('no'); process.exit(7)"] },
  ],
  ["a signal", { program: node, args: ["-e", "process.kill(process.pid, 'SIGKILL')"] }],
  ["no such program", { program: "/no/such/program", args: [] }],
  ["another folder", { program: node, args: ["-e", "console.log(process.cwd())"], directory: "/usr" }],
  [
    "another environment",
    {
      program: node,
      args: ["-e", "console.log(process.env.ADDED, process.env.HOME)"],
      env: { ADDED: "yes", HOME: undefined },
    },
  ],
  [
    "an empty stdin",
    { program: node, args: ["-e", "process.stdin.on('end', () => console.log('end')).resume()"] },
  ],
])("%s: as the other one says", async (_, request) => {
  expect(await askProgram(request, never)).toEqual(await runProcess(request, never));
});

test("output of any length is whole", async () => {
  const script = "process.stdout.write('x'.repeat(30_000_000))";
  const result = await askProgram({ program: node, args: ["-e", script] }, never);
  expect(result.ok && result.value.stdout.length).toBe(30_000_000);
});

test("canceled before it begins, or while it runs", async () => {
  const forever = { program: node, args: ["-e", "setInterval(() => {}, 1000)"] };
  const stop = new AbortController();
  const running = askProgram(forever, stop.signal);
  stop.abort();
  const canceled = { ok: false, error: { kind: "canceled", program: node } };
  expect(await running).toEqual(canceled);
  expect(await askProgram(forever, stop.signal)).toEqual(canceled);
});
