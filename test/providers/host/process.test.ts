// Child processes on real ones: outcomes, line readers, stopping in grades, pipes.

import { expect, test } from "vitest";
import { openPipe, runProcess } from "../../../providers/host/process.ts";

const never = new AbortController().signal;
const node = process.execPath;

test("gives both outputs of a program that ends well", async () => {
  const result = await runProcess(
    { program: node, args: ["-e", "console.log('out'); console.error('err')"] },
    never,
  );
  expect(result).toEqual({ ok: true, value: { stdout: "out", stderr: "err" } });
});

test("passes arguments as they are, without a shell", async () => {
  const worst = ["$(id)", "a b", "*", '"', "'", "\n", ";", ""];
  const script = "process.stdout.write(JSON.stringify(process.argv.slice(1)))";
  const result = await runProcess({ program: node, args: ["-e", script, "--", ...worst] }, never);
  expect(result.ok && JSON.parse(result.value.stdout)).toEqual(worst);
});

test("tells the exit code", async () => {
  const result = await runProcess(
    { program: node, args: ["-e", "console.error('no'); process.exit(7)"] },
    never,
  );
  expect(result).toEqual({
    ok: false,
    error: { kind: "exited", program: node, exitCode: 7, signal: undefined, stdout: "", stderr: "no" },
  });
});

test("tells the signal that ended it", async () => {
  const result = await runProcess(
    { program: node, args: ["-e", "process.kill(process.pid, 'SIGKILL')"] },
    never,
  );
  expect(result).toMatchObject({
    ok: false,
    error: { kind: "exited", exitCode: undefined, signal: "SIGKILL" },
  });
});

test("tells that there is no such program", async () => {
  const result = await runProcess({ program: "/no/such/program", args: [] }, never);
  expect(result).toEqual({
    ok: false,
    error: { kind: "not-started", program: "/no/such/program", message: "spawn /no/such/program ENOENT" },
  });
});

test("hands over lines as they come, and keeps none", async () => {
  const lines: string[] = [];
  const result = await runProcess(
    {
      program: node,
      args: ["-e", "process.stderr.write('one\\ntwo\\n\\nlast')"],
      onStderrLine: (line) => lines.push(line),
    },
    never,
  );
  expect(lines).toEqual(["one", "two", "", "last"]);
  expect(result).toEqual({ ok: true, value: { stdout: "", stderr: "" } });
});

test("adds to the environment, takes out of it, and writes stdin", async () => {
  const script = `process.stdin.pipe(process.stdout); process.stderr.write(process.env.LAMINA_A + String(process.env.HOME))`;
  const result = await runProcess(
    { program: node, args: ["-e", script], env: { LAMINA_A: "a", HOME: undefined }, input: "in" },
    never,
  );
  expect(result).toEqual({ ok: true, value: { stdout: "in", stderr: "aundefined" } });
});

/** Runs a script that says "ready" with its pid, and aborts then. */
async function cancelWhenReady(script: string, graceMs: number): Promise<{ kind: string; pid: number }> {
  const canceller = new AbortController();
  let pid = 0;
  const result = await runProcess(
    {
      program: node,
      args: ["-e", script],
      graceMs,
      onStdoutLine: (line) => {
        pid = Number(line);
        canceller.abort();
      },
    },
    canceller.signal,
  );
  return { kind: result.ok ? "ok" : result.error.kind, pid };
}

test("stops with SIGTERM, and settles when the process is gone", async () => {
  const { kind, pid } = await cancelWhenReady(
    "console.log(process.pid); setInterval(() => {}, 1000)",
    60_000,
  );
  expect(kind).toBe("canceled");
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("kills what does not hear SIGTERM", async () => {
  const deaf = "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)";
  const { kind, pid } = await cancelWhenReady(deaf, 10);
  expect(kind).toBe("canceled");
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("starts nothing after the signal", async () => {
  const result = await runProcess({ program: "/no/such/program", args: [] }, AbortSignal.abort());
  expect(result).toEqual({ ok: false, error: { kind: "canceled", program: "/no/such/program" } });
});

test("a pipe carries both ways and tells its end", async () => {
  const pipe = openPipe(node, ["-e", "process.stdin.pipe(process.stdout); console.error('bye')"]);
  pipe.stdin.end("ping");
  let answer = "";
  for await (const chunk of pipe.stdout) answer += String(chunk);
  expect(answer).toBe("ping");
  expect(await pipe.ended).toEqual({ exitCode: 0, stderr: "bye" });
});

test("a pipe to a program that is not there ends at once", async () => {
  const pipe = openPipe("/no/such/program", []);
  expect(await pipe.ended).toEqual({ exitCode: undefined, stderr: "spawn /no/such/program ENOENT" });
});

test("a pipe that is stopped ends", async () => {
  const pipe = openPipe(node, ["-e", "process.stdout.write('up'); setInterval(() => {}, 1000)"]);
  await new Promise((resolve) => pipe.stdout.once("data", resolve));
  pipe.stop();
  expect(await pipe.ended).toEqual({ exitCode: undefined, stderr: "" });
});
