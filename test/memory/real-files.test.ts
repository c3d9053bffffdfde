// A memory over real files: times of a real file system, several processes at once.

import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Memory } from "../../engine/memory/memory.ts";
import { systemFiles } from "../../providers/host/files.ts";

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "lamina-memory-")));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function nowMs(): never {
  throw new Error("the folder can be written: its own clock is to be read");
}

function open(): Memory {
  return new Memory({ files: systemFiles, folder: join(root, "cache"), producer: "test", nowMs });
}

function remember(memory: Memory, path: string): unknown {
  const kept = memory.recall(path, "");
  if (kept !== undefined) return kept.brief;
  const notes = memory.takeNotes();
  const text = notes.files.readText(path);
  const brief = text.ok ? text.value : text.error.kind;
  memory.keep(path, "", notes, { brief }, "large");
  return brief;
}

test("a file written again at once, with the same length and the time set back, is read again", () => {
  const path = join(root, "file");
  const time = new Date(Date.UTC(2020, 0, 1));
  let memory = open();
  for (let count = 0; count < 150; count++) {
    const text = String(1000 + count);
    writeFileSync(path, text);
    utimesSync(path, time, time);
    if (count % 3 === 0) memory.startRound();
    else {
      memory.save();
      memory = open();
    }
    expect(remember(memory, path)).toBe(text);
  }
});

test("several processes that remember and write at once: each sees what is, and a sound file stays", async () => {
  mkdirSync(join(root, "files"));
  for (let file = 0; file < 40; file++) writeFileSync(join(root, "files", String(file)), `content ${file}`);
  const program = join(import.meta.dirname, "remember-all.ts");
  const runs = Array.from({ length: 4 }, async (_, seed) => {
    const child = spawn(process.execPath, [program, root, String(seed)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, output: Buffer.concat(output).toString() };
  });
  for (const run of await Promise.all(runs)) expect(run).toEqual({ code: 0, output: "all right\n" });
  const memory = open();
  for (let file = 0; file < 40; file++) {
    const path = join(root, "files", String(file));
    expect(remember(memory, path)).toBe(readFileSync(path, "utf8"));
  }
  expect(systemFiles.list(join(root, "cache"))).toEqual({
    ok: true,
    value: [
      { name: "clock", kind: "file" },
      { name: "memory", kind: "file" },
    ],
  });
});
