// What a process loads for a lock: the validator only where a text is not known, or is wrong.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import { entry, lockWith } from "../lock/samples.ts";

const source = (path: string) => JSON.stringify(join(import.meta.dirname, "../..", path));
const loading = promisify(execFile);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lamina-lock-loading-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Packages that were loaded by a process that opens the lock and records a layer, and whether that went well. */
async function packagesFor(isKnownGood: boolean): Promise<unknown> {
  const text = `
import { registerHooks } from "node:module";
const packages = new Set();
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const name = /node_modules\\/([^/]+)\\//.exec(found.url)?.[1];
    if (name !== undefined) packages.add(name);
    return found;
  },
});
const { openLockFile } = await import(${source("engine/lock/lock-file.ts")});
const { systemFiles } = await import(${source("providers/host/files.ts")});
const root = ${JSON.stringify(root)};
const opened = await openLockFile(systemFiles, {
  path: root + "/lamina.lock",
  folder: root + "/.lamina",
  isKnownGood: () => ${isKnownGood},
});
const entries = [{ layer: "new", platform: "linux/amd64", entry: opened.value.current.layers.old["linux/amd64"] }];
const recorded = await opened.value.record({ pins: [], entries });
process.stdout.write(JSON.stringify([recorded.ok, [...packages]]));
`;
  const { stdout } = await loading(process.execPath, ["--input-type=module", "--eval", text]);
  return JSON.parse(stdout);
}

test("a lock that is known to be good is opened and added to without a package", async () => {
  writeFileSync(join(root, "lamina.lock"), serializeLock(lockWith({ old: entry({}) })));
  expect(await packagesFor(true)).toEqual([true, []]);
});

test("another one is validated", async () => {
  writeFileSync(join(root, "lamina.lock"), serializeLock(lockWith({ old: entry({}) })));
  expect(await packagesFor(false)).toEqual([true, ["zod"]]);
});
