// Turns at one file, taken by real processes: nothing of anybody's work is lost, and the dead hold nobody up.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeTurn } from "../../providers/host/take-turn.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lamina-turns-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const turns = join(import.meta.dirname, "../../providers/host/take-turn.ts");

/** A process that runs a module's text with `takeTurn`, `fs`, `turn` and `counter` at hand. */
function start(text: string): ChildProcess {
  const head = `
import { takeTurn } from ${JSON.stringify(turns)};
import fs from "node:fs";
const turn = ${JSON.stringify(join(directory, "turn"))};
const counter = ${JSON.stringify(join(directory, "counter"))};
`;
  return spawn(process.execPath, ["--input-type=module", "--eval", head + text], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function exitOf(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const [code]: unknown[] = await once(child, "exit");
  return code;
}

test("eight processes that read, add and write at once lose nothing", async () => {
  writeFileSync(join(directory, "counter"), "0");
  const adder = `
for (let at = 0; at < 100; at += 1) {
  const done = takeTurn(turn, () => fs.writeFileSync(counter, String(Number(fs.readFileSync(counter, "utf8")) + 1)));
  if (!done.ok) throw new Error(done.error.message);
}`;
  const codes = await Promise.all(Array.from({ length: 8 }, () => exitOf(start(adder))));
  expect(codes).toEqual(Array.from({ length: 8 }, () => 0));
  expect(readFileSync(join(directory, "counter"), "utf8")).toBe("800");
});

test("a holder that does not end its turn is waited for no longer than agreed; killed, it holds nobody", async () => {
  const holder = start(`
takeTurn(turn, () => {
  fs.writeSync(1, "in\\n");
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
});`);
  if (holder.stdout === null) throw new Error("the holder has no output");
  await once(createInterface(holder.stdout), "line");
  const file = join(directory, "turn");
  expect(takeTurn(file, () => "mine", 50)).toEqual({
    ok: false,
    error: { kind: "busy", path: file, message: `another process has held ${file} for 0.05 s` },
  });
  holder.kill("SIGKILL");
  await exitOf(holder);
  expect(takeTurn(file, () => "mine", 50)).toEqual({ ok: true, value: "mine" });
});
