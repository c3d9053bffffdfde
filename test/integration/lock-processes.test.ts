// One lock, several real processes: those that write at once lose nothing of each other's, and one that is killed loses nothing
// that it said was written.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLockFile } from "../../engine/lock/lock-file.ts";
import { parseLock } from "../../engine/lock/parse-lock.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import { systemFiles } from "../../providers/host/files.ts";
import type { Lock } from "../../schemas/lock.ts";
import { entry, lockWith } from "../lock/samples.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lamina-lock-processes-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const source = (path: string) => JSON.stringify(join(import.meta.dirname, "../..", path));

/** Records layers "<prefix>-0" and so on, and says each name when it is written; settles after the last. */
function startWriter(prefix: string, amount: number): ChildProcess {
  const text = `
import fs from "node:fs";
import { openLockFile } from ${source("engine/lock/lock-file.ts")};
import { systemFiles } from ${source("providers/host/files.ts")};
import { amd64, entry, layer } from ${source("test/lock/samples.ts")};
const path = ${JSON.stringify(join(root, "lamina.lock"))};
const opened = await openLockFile(systemFiles, { path, folder: ${JSON.stringify(join(root, ".lamina"))} });
if (!opened.ok) throw new Error("the lock cannot be opened");
for (let at = 0; at < ${amount}; at += 1) {
  const name = ${JSON.stringify(prefix)} + "-" + at;
  const entries = [{ layer: layer(name), platform: amd64, entry: entry({}) }];
  const recorded = await opened.value.record({ pins: [], entries });
  if (!recorded.ok) throw new Error(JSON.stringify(recorded.error));
  fs.writeSync(1, name + "\\n");
}
const settled = await opened.value.settle();
if (!settled.ok) throw new Error(JSON.stringify(settled.error));
`;
  return spawn(process.execPath, ["--input-type=module", "--eval", text], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function exitOf(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const [code]: unknown[] = await once(child, "exit");
  return code;
}

function namesOf(lock: Lock): readonly string[] {
  return Object.keys(lock.layers).sort();
}

/** As the next command sees it. */
async function openNow(): Promise<Lock> {
  const opened = await openLockFile(systemFiles, {
    path: join(root, "lamina.lock"),
    folder: join(root, ".lamina"),
  });
  if (!opened.ok) throw new Error("the lock cannot be opened");
  return opened.value.current;
}

/** Layers that are there from the start: with many of them the lock is big. */
const starts: readonly (readonly [string, number])[] = [
  ["small", 1],
  ["big", 300],
];

describe.each(starts)("a %s lock", (_size, amount) => {
  const old = Object.fromEntries(Array.from({ length: amount }, (_, at) => [`old-${at}`, entry({})]));
  beforeEach(() => writeFileSync(join(root, "lamina.lock"), serializeLock(lockWith(old))));

  test("to which four processes add at once has all of it in the end", async () => {
    const prefixes = ["a", "b", "c", "d"];
    const codes = await Promise.all(prefixes.map((prefix) => exitOf(startWriter(prefix, 40))));
    expect(codes).toEqual([0, 0, 0, 0]);
    const added = prefixes.flatMap((prefix) => Array.from({ length: 40 }, (_, at) => `${prefix}-${at}`));
    const parsed = parseLock(readFileSync(join(root, "lamina.lock"), "utf8"), "lamina.lock");
    expect(parsed.ok && namesOf(parsed.value)).toEqual([...Object.keys(old), ...added].sort());
    expect(readdirSync(join(root, ".lamina"))).toEqual(["lamina.lock.turn"]);
  });

  test("has all that a process said was written before it was killed, again and again", async () => {
    const said = new Set(Object.keys(old));
    for (const [round, after] of [1, 2, 7, 19, 40].entries()) {
      const writer = startWriter(`round-${round}`, 100_000);
      if (writer.stdout === null) throw new Error("the writer has no output");
      let heard = 0;
      const lines = createInterface(writer.stdout);
      lines.on("line", (name) => {
        said.add(name);
        heard += 1;
        if (heard === after) writer.kill("SIGKILL");
      });
      await once(lines, "close");
      await exitOf(writer);
      const names = new Set(namesOf(await openNow()));
      expect(Array.from(said).filter((name) => !names.has(name))).toEqual([]);
      // What it was just about to say may be in it or not.
      expect(names.size - said.size).toBeLessThanOrEqual(1);
      for (const name of names) said.add(name);
    }
    expect(await exitOf(startWriter("last", 1))).toBe(0);
    expect(namesOf(await openNow())).toEqual([...said, "last-0"].sort());
    const left = readdirSync(join(root, ".lamina")).filter((name) => name.endsWith(".journal"));
    expect(left).toEqual([]);
  });
});
