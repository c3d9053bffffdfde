// Where programs are looked for, and what a killed run's folders become.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cacheDirectory, findTool } from "../../../providers/builder/find-tools.ts";
import { removeStaleWorkDirectories, withWorkDirectory } from "../../../providers/builder/work-directory.ts";

const root = mkdtempSync(join(tmpdir(), "lamina-tools-"));
afterAll(() => rmSync(root, { recursive: true }));

function readEnv(variables: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => variables[name];
}

function put(path: string, mode: number): string {
  const whole = join(root, path);
  mkdirSync(join(whole, ".."), { recursive: true });
  writeFileSync(whole, "", { mode });
  return whole;
}

test.each([
  [{ LAMINA_CACHE: "/l", XDG_CACHE_HOME: "/x", HOME: "/h" }, "/l"],
  [{ LAMINA_CACHE: "relative", XDG_CACHE_HOME: "/x", HOME: "/h" }, "/x/lamina"],
  [{ XDG_CACHE_HOME: "", HOME: "/h" }, "/h/.cache/lamina"],
])("the cache folder with %j", (variables, expected) => {
  expect(cacheDirectory(readEnv(variables))).toBe(expected);
});

test("PATH comes before the tools cache, in which the newest BuildKit comes first", () => {
  const env = readEnv({
    LAMINA_CACHE: join(root, "cache"),
    PATH: `${join(root, "one")}:${join(root, "two")}`,
  });
  put("cache/tools/other-1/buildctl", 0o755);
  expect(findTool("buildctl", env)).toBeUndefined();
  put("cache/tools/buildkit-0.9.0/buildctl", 0o755);
  expect(findTool("buildctl", env)).toBe(join(root, "cache/tools/buildkit-0.9.0/buildctl"));
  put("cache/tools/buildkit-0.34.2/buildctl", 0o755);
  expect(findTool("buildctl", env)).toBe(join(root, "cache/tools/buildkit-0.34.2/buildctl"));
  put("one/buildctl", 0o644);
  put("two/buildctl", 0o755);
  expect(findTool("buildctl", env)).toBe(join(root, "two/buildctl"));
});

test("a work folder is gone after its use, also after a throw", async () => {
  const store = join(root, "store");
  const directory = await withWorkDirectory(store, (path) => Promise.resolve(path));
  expect(existsSync(directory)).toBe(false);
  let thrown = "";
  await expect(
    withWorkDirectory(store, (path) => {
      thrown = path;
      return Promise.reject(new Error("no"));
    }),
  ).rejects.toThrow("no");
  expect([thrown.startsWith(store), existsSync(thrown)]).toEqual([true, false]);
});

test("folders of processes that are gone are removed after an hour, others never", () => {
  const store = join(root, "stale");
  // Process ids end below 2 ** 22 on Linux.
  for (const name of ["4194305-gone", `${process.pid}-alive`])
    mkdirSync(join(store, "tmp", name), { recursive: true });
  const nowMs = Date.now();
  removeStaleWorkDirectories(store, nowMs);
  expect(existsSync(join(store, "tmp", "4194305-gone"))).toBe(true);
  removeStaleWorkDirectories(store, nowMs + 3_700_000);
  expect(existsSync(join(store, "tmp", "4194305-gone"))).toBe(false);
  expect(existsSync(join(store, "tmp", `${process.pid}-alive`))).toBe(true);
  removeStaleWorkDirectories(join(root, "no such store"), nowMs);
});
