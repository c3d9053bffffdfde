import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeDirOnce } from "../../../scripts/tools/cache-dir.ts";

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "lamina-cache-test-"));
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

test("a folder that is there is left as it is", async () => {
  const dir = join(parent, "tool");
  await mkdir(dir);
  await makeDirOnce(dir, () => Promise.reject(new Error("made again")));
  expect(await readdir(dir)).toEqual([]);
});

test("a folder whose making fails is not there, and nothing is left of the attempt", async () => {
  const making = makeDirOnce(join(parent, "tool"), async (temporary) => {
    await writeFile(join(temporary, "half"), "");
    throw new Error("no way to the archive");
  });
  await expect(making).rejects.toThrow("no way to the archive");
  expect(await readdir(parent)).toEqual([]);
});

test("where another was quicker its folder stays, and both go on", async () => {
  const dir = join(parent, "tool");
  await makeDirOnce(dir, async (temporary) => {
    await writeFile(join(temporary, "by"), "the slower");
    await mkdir(dir);
    await writeFile(join(dir, "by"), "the quicker");
  });
  expect(await readFile(join(dir, "by"), "utf8")).toBe("the quicker");
  expect(await readdir(parent)).toEqual(["tool"]);
});

test("what a maker that is gone left behind is removed, what one that runs is making is not", async () => {
  // No process has the highest number that there can be; this one runs.
  const gone = ".tool.4194304";
  const running = `.tool.${String(process.ppid)}`;
  await mkdir(join(parent, gone));
  await mkdir(join(parent, running));
  await makeDirOnce(join(parent, "tool"), () => Promise.resolve());
  expect((await readdir(parent)).sort()).toEqual([running, "tool"]);
});
