// What build and plan are told to be about: layers, platforms and bases that do not fit the catalog.

import { afterAll, describe, expect, test } from "vitest";
import { callCli, layerFiles, runCli, writeProject } from "./run-cli.ts";

const project = writeProject({
  ...layerFiles(
    "base",
    '{ image = "debian:trixie-slim" }',
    '  platforms = ["linux/amd64", "linux/arm64"],\n',
  ),
  ...layerFiles("arm", '"base"', '  platforms = ["linux/arm64"],\n'),
  ...layerFiles("any", '"arm"', '  platforms = ["linux/arm64"],\n'),
  ...layerFiles("both", '"base"', '  platforms = ["linux/amd64", "linux/arm64"],\n'),
});
afterAll(() => project.remove());

describe("a platform that layers are not declared for", () => {
  test.each([
    [
      ["arm"],
      'error: "arm" is not declared for linux/amd64\n' +
        "help: it can be built for linux/arm64: its platforms, and those of what it stands on, say so\n",
    ],
    [
      ["any", "both"],
      'error: "any" is not declared for linux/amd64\n' +
        "help: it can be built for linux/arm64: its platforms, and those of what it stands on, say so\n",
    ],
    [
      ["both", "--platform", "linux/riscv64"],
      "error: no selected layer is declared for linux/riscv64\n" +
        "help: they can be built for linux/amd64 or linux/arm64\n",
    ],
    [
      ["--platform", "linux/riscv64"],
      "error: no selected layer is declared for linux/riscv64\n" +
        "help: they can be built for linux/amd64 or linux/arm64\n",
    ],
  ])("plan --platform linux/amd64 %j", async (args, stderr) => {
    for (const command of [["plan"], ["build", "--dry-run"]]) {
      expect(await callCli([...command, "--platform", "linux/amd64", ...args], project.root)).toEqual({
        exitCode: 2,
        stdout: "",
        stderr,
      });
    }
  });

  test("where all are selected, they are left out by name", async () => {
    const { exitCode, stdout, stderr } = await callCli(["plan", "--platform", "linux/amd64"], project.root);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: "left out, not declared for linux/amd64: arm, any\n",
    });
    expect(stdout).toContain("2 layers: 2 to build");
  });
});

describe("operands that stand for no layer", () => {
  test.each([
    [["java"], 'there is no layer "java"', "the layers are base, arm, any, both"],
    [["+amr"], 'there is no layer "amr"', 'did you mean "arm"?'],
    [["z*"], 'no layer is named like "z*"', "the layers are base, arm, any, both"],
    [["[ab"], 'the pattern "[ab" has no closing "]"', "patterns know *, ?, [ab], [!ab] and {a,b}"],
    [["kinds:deps"], 'layers are not selected by "kinds"', 'did you mean "kind"?'],
    [["x:deps"], 'layers are not selected by "x"', "they are by kind: or language:"],
    [["kind:utilities"], 'no layer has the kind "utilities"', 'did you mean "utility"?'],
    [["language:rust"], 'no layer has the language "rust"', "they have none"],
    [
      ["arm", "!a*"],
      "every layer that is named is excluded again",
      'operands that begin with "!" exclude: leave one out',
    ],
  ])("%j", async (operands, message, help) => {
    for (const command of ["plan", "list"])
      expect(await callCli([command, ...operands], project.root)).toEqual({
        exitCode: 2,
        stdout: "",
        stderr: `error: ${message}\nhelp: ${help}\n`,
      });
  });
});

async function namesOf(...args: readonly string[]): Promise<ReadonlySet<string | undefined>> {
  const { stdout } = await callCli(["list", "--json", ...args], project.root);
  // One row for each platform.
  return new Set(Array.from(stdout.matchAll(/"layer": "(.*)"/g), ([, name]) => name));
}

test("list shows the layers that operands stand for, and with --with-ancestors what these stand on", async () => {
  expect(await namesOf("a*", "!arm")).toEqual(new Set(["any"]));
  expect(await namesOf("any", "--with-ancestors")).toEqual(new Set(["base", "arm", "any"]));
  expect(await namesOf("+arm", "--changed")).toEqual(new Set(["base", "arm"]));
});

test("watch does not wait for what was never there", async () => {
  for (const reporter of ["plain", "json"]) {
    const told = await runCli(["watch", "amr", "--reporter", reporter], { cwd: project.root });
    expect(told).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: 'error: there is no layer "amr"\nhelp: did you mean "arm"?\n',
    });
  }
});

test("--only and --with-ancestors exclude each other", async () => {
  expect(await callCli(["plan", "--only", "--with-ancestors", "arm"], project.root)).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `\
error: --only and --with-ancestors exclude each other
help: --only leaves out what the layers stand on, --with-ancestors names it: keep one of them
`,
  });
});

describe("a replaced base that no layer stands on is warned of", () => {
  test.each([
    ["debain:trixie-slim", "did you mean debian:trixie-slim?"],
    ["docker.io/library/debian:trixie-slim", "did you mean debian:trixie-slim?"],
    [
      "alpine:3",
      "images from outside are debian:trixie-slim: name one of them with --base or in .lamina/local.json",
    ],
  ])("%s", async (image, help) => {
    const { exitCode, stderr } = await callCli(["plan", "--base", `${image}=other:1`], project.root);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: `\
warning[W0407]: nothing stands on ${image}, which another image is to replace
  = help: ${help}

1 warning
local: ${image} is replaced by other:1; results go to .lamina/local.lock
`,
    });
  });
});
