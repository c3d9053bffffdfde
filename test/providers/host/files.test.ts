// What only a real file system has: pipes and devices, which are written into, and never replaced.

import { execFileSync } from "node:child_process";
import { lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemFiles } from "../../../providers/host/files.ts";

test("a pipe is not replaced by a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "lamina-files-"));
  try {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(systemFiles.writeAtomically(pipe, "text")).toEqual({
      ok: false,
      error: { kind: "not-a-file", path: pipe, message: `not a file: ${pipe}` },
    });
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(systemFiles.info(pipe)).toMatchObject({ ok: true, value: { kind: "other" } });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
