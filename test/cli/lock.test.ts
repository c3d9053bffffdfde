// `lamina lock` and `lamina outdated` where no registry answers: usage, checks, and what is left alone.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { hostPlatform } from "../../cli/wire.ts";
import { emptyLock, withPin } from "../../engine/lock/lock.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import { lockCheck, lockUpdate, outdated } from "../../schemas/lock-reports.ts";
import { a, b, entry, lockWith } from "../lock/samples.ts";
import { callCli, layerFiles, threeLayers, type WrittenProject, writeProject } from "./run-cli.ts";

const own = hostPlatform();
/** Where nobody listens. */
const nowhere = "127.0.0.1:2/base:1";
let project: WrittenProject;
beforeEach(() => {
  project = writeProject({ ...threeLayers, ...layerFiles("aside", `{ image = "${nowhere}" }`) });
});
afterEach(() => project.remove());

const lamina = (...args: readonly string[]) => callCli(args, project.root);
const lockText = () => readFileSync(join(project.root, "lamina.lock"), "utf8");

describe("usage", () => {
  test.each([
    [["--check", "--update"], "error: --check and --update do not go together\n"],
    [["--check", "--all"], "error: --all goes with --update only\n"],
    [["--merge", "--dry-run"], "error: --dry-run goes with --update only\n"],
    [["--merge", "--json"], "error: --merge has no --json\n"],
    [["--check", "base"], "error: lock --check takes no names\nhelp: it checks the whole lock\n"],
    [["--update", "--all", "base"], "error: --all looks up every external image: no names go with it\n"],
    [
      ["--merge", "one", "two"],
      "error: lock --merge needs three files: BASE OURS THEIRS\nhelp: git config merge.lamina.driver 'npx lamina lock --merge %O %A %B'\n",
    ],
    [
      ["--update", "debian:trixi-slim"],
      'error: no layer stands on "debian:trixi-slim"\nhelp: did you mean debian:trixie-slim?\n',
    ],
    [
      ["--update", "ubuntu:24.04"],
      `error: no layer stands on "ubuntu:24.04"\nhelp: external images are ${nowhere} or debian:trixie-slim\n`,
    ],
    [["--update", "midle"], 'error: there is no layer "midle"\nhelp: did you mean "middle"?\n'],
    [
      ["--update", "top"],
      "error: top takes from no external image directly\nhelp: +top stands for top and what it stands on\n",
    ],
  ])("lock %j", async (args, stderr) => {
    expect(await lamina("lock", ...args)).toEqual({ exitCode: 2, stdout: "", stderr });
  });

  test("where nothing below is external, nothing below is advised", async () => {
    for (const [path, text] of Object.entries(layerFiles("root", '{ image = "scratch" }')))
      project.write(path, text);
    for (const [path, text] of Object.entries(layerFiles("leaf", '"root"'))) project.write(path, text);
    const cases = [
      [["root"], "root takes from no external image, directly or by what it stands on"],
      [["+leaf"], "+leaf takes from no external image, directly or by what it stands on"],
    ] as const;
    for (const [names, message] of cases)
      expect(await lamina("lock", "--update", ...names)).toEqual({
        exitCode: 2,
        stdout: "",
        stderr: `error: ${message}\nhelp: external images are ${nowhere} or debian:trixie-slim\n`,
      });
    // Of several, the one that leads to an image.
    expect((await lamina("lock", "--update", "leaf", "top")).stderr).toBe(
      "error: leaf, top take from no external image directly\nhelp: +top stands for top and what it stands on\n",
    );
  });

  test("a catalog from scratch has nothing to look up", async () => {
    const bare = writeProject(layerFiles("base", '{ image = "scratch" }'));
    try {
      expect(await callCli(["lock", "--update", "base"], bare.root)).toEqual({
        exitCode: 2,
        stdout: "",
        stderr:
          "error: base takes from no external image, directly or by what it stands on\nhelp: the catalog stands on none\n",
      });
    } finally {
      bare.remove();
    }
  });

  test("outdated knows external images only", async () => {
    expect(await lamina("outdated", "base")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `error: no layer stands on "base"\nhelp: external images are ${nowhere} or debian:trixie-slim\n`,
    });
  });
});

describe("lock --check", () => {
  test("tells what is behind, not pinned, and foreign", async () => {
    const lock = withPin(lockWith({ gone: entry({}) }), "alpine:3", own, a);
    project.write("lamina.lock", serializeLock(withPin(lock, "debian:trixie-slim", own, b)));
    const { exitCode, stdout, stderr } = await lamina("lock", "--check");
    expect([exitCode, stdout.split("\n").slice(-5), stderr]).toEqual([
      1,
      [
        "4 layers: 4 to build",
        `${nowhere} is not pinned for ${own}`,
        "alpine:3 is in the lock, but not in the catalog",
        "gone is in the lock, but not in the catalog",
        "",
      ],
      "`lamina build` brings the lock up to date\n",
    ]);
    const json = lockCheck.parse(JSON.parse((await lamina("lock", "--check", "--json")).stdout));
    const layers = ["aside", "base", "middle", "top"];
    expect(json).toMatchObject({
      version: 1,
      ok: false,
      behind: layers.map((layer) => ({ layer, platform: own })),
      foreign: ["alpine:3", "gone"],
      unpinned: [{ image: nowhere, platform: own }],
    });
  });
});

describe("lock --update without a registry", () => {
  test("takes out what is foreign, and leaves what it cannot look up", async () => {
    const kept = withPin(withPin(emptyLock, "debian:trixie-slim", own, b), nowhere, own, a);
    const before = serializeLock({ ...kept, layers: lockWith({ gone: entry({}) }).layers });
    project.write("lamina.lock", before);
    const failed = {
      exitCode: 3,
      stderr: `error: ${nowhere} cannot be looked up: connect ECONNREFUSED 127.0.0.1:2\n`,
    };
    expect(await lamina("lock", "--update", "--dry-run", "aside")).toEqual({
      ...failed,
      stdout: "to be taken out, as the catalog does not have it: gone\nnothing was written\n",
    });
    expect(lockText()).toBe(before);
    expect(await lamina("lock", "--update", "aside")).toEqual({
      ...failed,
      stdout: "taken out, as the catalog does not have it: gone\n",
    });
    expect(lockText()).toBe(serializeLock(kept));
    const { stdout } = await lamina("lock", "--update", nowhere, "--json");
    expect(lockUpdate.parse(JSON.parse(stdout))).toEqual({
      version: 1,
      pins: [],
      stale: [],
      foreign: [],
      failures: [{ image: nowhere, platform: own, kind: "unreachable" }],
    });
    expect(await lamina("lock", "--update")).toEqual({
      exitCode: 0,
      stdout:
        "every base is pinned, and nothing in the lock is foreign\nnew digests are looked up for the bases that are named, or with --all\n",
      stderr: "",
    });
  });

  test("pins nothing that is replaced here", async () => {
    project.write(".lamina/local.json", JSON.stringify({ bases: { [nowhere]: "oci-layout:mine" } }));
    const local = `local: ${nowhere} is replaced by oci-layout:${project.root}/mine; results go to .lamina/local.lock\n`;
    expect(await lamina("lock", "--update", nowhere)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `error: ${nowhere} is replaced here, and what is replaced is not pinned\nhelp: take it out of .lamina/local.json first\n`,
    });
    expect(await lamina("outdated", nowhere)).toEqual({
      exitCode: 0,
      stdout: "no external image to ask for\n",
      stderr: local,
    });
    const { stdout } = await lamina("outdated", nowhere, "--json");
    expect(outdated.parse(JSON.parse(stdout))).toEqual({
      version: 1,
      bases: [],
      replacedBases: { [nowhere]: `oci-layout:${project.root}/mine` },
    });
  });
});

test("outdated says which could not be asked", async () => {
  expect(await lamina("outdated", nowhere)).toEqual({
    exitCode: 3,
    stdout: `base                platform     pinned      now      layers
${nowhere}  ${own.padEnd(11)}  not pinned  unknown       1
1 base: 1 could not be looked up
`,
    stderr: `error: ${nowhere} cannot be looked up: connect ECONNREFUSED 127.0.0.1:2\n`,
  });
});

describe("a lock that cannot be read stays as it is, whatever is called", () => {
  const valid = serializeLock(emptyLock);
  const broken: readonly (readonly [string, string, string])[] = [
    ["torn", valid.slice(0, 20), "E0503"],
    ["of a newer lamina", valid.replace('"version": 1', '"version": 2'), "E0505"],
    ["of another shape", valid.replace('"layers": {}', '"layers": []'), "E0506"],
    ["empty", "", "E0503"],
  ];
  test.each(broken)("%s", async (_how, text, code) => {
    project.write("lamina.lock", text);
    project.write("valid.lock", valid);
    const file = join(project.root, "lamina.lock");
    for (const args of [
      ["build"],
      ["build", "base", "--force"],
      ["lock", "--update"],
      ["lock", "--update", "--all"],
      ["lock", "--merge", "valid.lock", "lamina.lock", "valid.lock"],
      ["lock", "--check"],
      ["outdated"],
    ]) {
      const { exitCode, stderr } = await lamina(...args);
      expect([args, exitCode, z.string().parse(stderr).includes(`error[${code}]`)]).toEqual([args, 1, true]);
      expect(readFileSync(file, "utf8")).toBe(text);
    }
    const merged = await lamina("lock", "--merge", "valid.lock", "valid.lock", "lamina.lock");
    expect(merged.exitCode).toBe(1);
    expect(readFileSync(join(project.root, "valid.lock"), "utf8")).toBe(valid);
  });
});
