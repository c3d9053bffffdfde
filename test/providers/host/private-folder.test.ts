import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makePrivateFolder } from "../../../providers/host/private-folder.ts";

const module = join(import.meta.dirname, "../../../providers/host/private-folder.ts");
let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "lamina-private-folder-"));
});
afterEach(() => rmSync(parent, { recursive: true }));

/** Makes one in a process of its own, which ends without removing it. */
function leaveOne(): string {
  const script = `const { makePrivateFolder } = await import(${JSON.stringify(module)}); process.stdout.write(makePrivateFolder(${JSON.stringify(parent)}));`;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
}

test("only this user may enter it", () => {
  const folder = makePrivateFolder(parent);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("what a process left that is no more goes when another one is made; a live one's stays", () => {
  const left = leaveOne();
  expect(existsSync(left)).toBe(true);
  const first = makePrivateFolder(parent);
  expect(existsSync(left)).toBe(false);
  makePrivateFolder(parent);
  expect(existsSync(first)).toBe(true);
});

test("folders that say nothing of an owner, and others' names, stay", () => {
  const unowned = join(parent, "lamina-abcdef");
  mkdirSync(unowned);
  const other = join(parent, "other-abcdef");
  mkdirSync(other);
  const left = leaveOne();
  writeFileSync(join(other, "owner"), "x");
  makePrivateFolder(parent);
  expect([unowned, other, left].map((folder) => existsSync(folder))).toEqual([true, true, false]);
});
