// `lamina doctor` on machines that a test makes up: a PATH of programs that say what they are told to.

import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCli, writeProject } from "./run-cli.ts";

const folder = writeProject({});
afterAll(() => folder.remove());

/** A PATH with the Node that runs this test, and programs that print these texts. */
function machineOf(name: string, programs: Readonly<Record<string, string>>) {
  const bin = join(folder.root, name);
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, "node"));
  for (const [program, text] of Object.entries(programs)) {
    writeFileSync(join(bin, program), `#!/bin/sh\necho '${text}'\n`);
    chmodSync(join(bin, program), 0o755);
  }
  return { PATH: bin, HOME: folder.root, XDG_RUNTIME_DIR: folder.root, LAMINA_CACHE: folder.root };
}

/** Matches an object that has these fields, and others. */
function finding(shape: Readonly<Record<string, unknown>>): unknown {
  return expect.objectContaining(shape);
}

test.concurrent("what is missing, with how to get it; without a builder it ends with 3", async () => {
  const env = machineOf("bare", { git: "git version 2.39.5", age: "v1.0.0", oras: "Version: 1.2.3" });
  const { exitCode, stdout, stderr } = await runCli(["doctor"], { env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "1 requirement missing\n" });
  const lines = stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  ").trimEnd());
  expect(lines).toContain(`✓ node  ${process.versions.node} (24 or later)  runs lamina itself`);
  expect(lines).toContain("✓ git  2.39.5  tells what changed since a commit, for --since");
  expect(lines).toContain("✗ buildkit  does not work  builds the images");
  expect(lines).toContain("✓ oras  1.2.3 (1.2.0 or later)  moves artifacts between registries");
  expect(lines.find((line) => line.includes(" age "))).toBe(
    "– age  1.0.0 is too old (1.1.0 or later)  holds the keys that secrets are encrypted for",
  );
  expect(lines).toContain(
    "  get cosign 2.0.0 or later: https://docs.sigstore.dev/cosign/system_config/installation/",
  );
});

test.concurrent("as JSON", async () => {
  const env = machineOf("json", { git: "git version 2.39.5", sops: "no version here" });
  const { exitCode, stdout } = await runCli(["doctor", "--json"], { env });
  expect(exitCode).toBe(3);
  const found: unknown = JSON.parse(stdout);
  expect(found).toMatchObject({ version: 1, ok: false });
  expect(found).toHaveProperty(
    "findings",
    expect.arrayContaining([
      finding({
        name: "git",
        need: "Hard",
        met: true,
        checks: [{ kind: "met", name: "git", version: "2.39.5" }],
      }),
      finding({
        name: "sops",
        need: "Soft",
        met: false,
        checks: [{ kind: "unversioned", name: "sops", versionMin: "3.9.0" }],
        versionMin: "3.9.0",
      }),
      finding({ name: "rsync", met: false, checks: [{ kind: "missing", name: "rsync" }] }),
      finding({ name: "buildkit", need: "Hard", met: false }),
    ]),
  );
});
