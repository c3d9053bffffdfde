// How the command line is called: version, help, what is said of wrong usage, and exit codes.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandTable } from "../../cli/command-table.ts";
import manifest from "../../package.json" with { type: "json" };
import { callCli, runCli } from "./run-cli.ts";

describe("version and help", () => {
  test.concurrent("the version, also among other options", async () => {
    const said = { exitCode: 0, stdout: `lamina ${manifest.version}\n`, stderr: "" };
    expect(await runCli(["--version"])).toEqual(said);
    expect(await runCli(["--no-color", "--version"])).toEqual(said);
    const entry = join(import.meta.dirname, "../../cli/catalog-validate.ts");
    expect((await runCli(["--version"], { entry })).stdout).toBe(
      `lamina catalog-validate ${manifest.version}\n`,
    );
  });

  test.concurrent("the overview names every command; without a command it is a complaint", async () => {
    const { exitCode, stdout, stderr } = await runCli(["help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const { name, summary } of commandTable) {
      expect(stdout).toContain(`\n  ${name}`);
      expect(stdout).toContain(summary);
    }
    expect((await runCli(["--help"])).stdout).toBe(stdout);
    expect(await runCli([])).toEqual({ exitCode: 2, stdout: "", stderr: stdout });
  });

  test.concurrent("a command's options and examples", async () => {
    const { exitCode, stdout } = await callCli(["help", "why"]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`\
Usage: lamina why LAYER [PATH…] [options]

Tells why a layer would be built: what changed in its folder or its declaration, and the
same of every layer below that is to be built first, the nearest cause first. Of a layer
that is current it tells the image, and what that was built from.

With paths, from here or in the layer's folder, it tells whether the build sees them, by
which instruction or what keeps them out, and what a change would rebuild; of what is not
there yet, what it would be.

Options
      --platform OS/ARCH  only this platform, such as linux/arm64; may be repeated
      --base IMAGE=REF    put REF (an image, or oci-layout:FOLDER) in place of an external base; may be repeated
      --json              as JSON (schemas/why.ts)

Common options
  -C, --directory DIR     run as if started in DIR
  -q, --quiet             only results and complaints
  -v, --verbose           say more: logs of what succeeds, causes of what fails
      --no-color          no colours (also NO_COLOR)
  -h, --help              show this help

Examples
  lamina why rust-deps                                                   the tree of reasons
  lamina why rust-deps Dockerfile                                        would a change of this file rebuild it?
  lamina why rust-deps --platform linux/arm64                            on one platform
  lamina why rust-deps --json | jq -r '.targets[].chain | join(" <- ")'  for scripts
`);
    expect((await callCli(["why", "--help"])).stdout).toBe(stdout);
    expect((await callCli(["why", "rust", "-h"])).stdout).toBe(stdout);
  });

  test("every command has a description and an example that begins with its name", async () => {
    for (const entry of commandTable) {
      const { command } = await entry.load();
      expect(command.name).toBe(entry.name);
      expect(command.description).not.toBe("");
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) expect(example.command).toContain(`lamina ${entry.name}`);
    }
  });
});

test.concurrent("a process ends with the code of its command", async () => {
  expect(await runCli(["biuld"])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: 'error: there is no command "biuld"\nhelp: did you mean "build"?\n',
  });
});

test.concurrent("results that cannot be written are told, and are no success", async () => {
  const script = 'exec "$0" "$1" help > /dev/full';
  const main = join(import.meta.dirname, "../../cli/main.ts");
  const child = spawn("sh", ["-c", script, process.execPath, main], { stdio: ["ignore", "ignore", "pipe"] });
  const closed = once(child, "close");
  let stderr = "";
  for await (const text of child.stderr.setEncoding("utf8")) stderr += String(text);
  await closed;
  expect({ exitCode: child.exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: "error: the results could not be written: ENOSPC: no space left on device, write\n",
  });
});

describe("wrong usage ends with 2 and says what to do", () => {
  const cases: readonly (readonly [args: readonly string[], stderr: string])[] = [
    [["biuld"], 'error: there is no command "biuld"\nhelp: did you mean "build"?\n'],
    [["frobnicate"], 'error: there is no command "frobnicate"\nhelp: `lamina help` shows all commands\n'],
    [
      ["nickel"],
      "error: nickel needs one of: export, eval, typecheck, batch\nhelp: `lamina help` shows all commands\n",
    ],
    [
      ["nickel", "exprot", "x"],
      'error: there is no command "nickel exprot"\nhelp: did you mean "nickel export"?\n',
    ],
    [["plan", "--jsno"], "error: plan: there is no option --jsno\nhelp: did you mean --json?\n"],
    [
      ["build", "--until", "main"],
      "error: build: there is no option --until\nhelp: `lamina help build` shows its options\n",
    ],
    [["show"], "error: show needs a LAYER\nhelp: usage: lamina show LAYER [options]\n"],
    [
      ["doctor", "rust"],
      'error: doctor does not know what to do with "rust"\nhelp: usage: lamina doctor [options]\n',
    ],
    [
      ["graph", "--format", "svg"],
      'error: graph: --format must be text, dot, mermaid, json or html, not "svg"\nhelp: `lamina help graph` shows its options\n',
    ],
    [
      ["graph", "--format", "dot", "--depth", "2"],
      "error: --depth cuts the tree of --format text only\nhelp: name layers to show fewer\n",
    ],
    [
      ["graph", "--json", "--format", "dot"],
      "error: --json and --format dot exclude each other\nhelp: keep one of them\n",
    ],
    [
      ["plan", "--json", "--format", "github-matrix"],
      "error: --json and --format github-matrix exclude each other\nhelp: keep one of them\n",
    ],
    [
      ["build", "--base", "debian"],
      'error: build: --base must be IMAGE=REFERENCE, such as debian:trixie-slim=my/debian:1, not "debian"\nhelp: `lamina help build` shows its options\n',
    ],
    [
      ["build", "--platform", "arm"],
      'error: build: --platform must be a platform that BuildKit builds for, such as "linux/arm64", not "arm"\nhelp: did you mean "linux/arm/v7"?\n',
    ],
    [
      ["plan", "--platform", "linux/foo"],
      'error: plan: --platform must be a platform that BuildKit builds for, such as "linux/arm64", not "linux/foo"\nhelp: it must be one of linux/amd64, linux/arm64, linux/arm/v7, linux/arm/v6, linux/arm/v5, linux/386, linux/ppc64le, linux/ppc64, linux/s390x, linux/riscv64, linux/loong64, linux/mips64le, linux/mips64, linux/amd64/v2, linux/amd64/v3, linux/amd64/v4\n',
    ],
    [
      ["plan", "--format", "github-matrix", "--runs-on", "linux/x86_64=big"],
      'error: plan: --runs-on must name a platform that BuildKit builds for, such as "linux/arm64", not "linux/x86_64=big"\nhelp: did you mean "linux/amd64"?\n',
    ],
    [
      ["lock"],
      "error: lock needs --check, --update or --merge\nhelp: `lamina build` is what brings layers into the lock\n",
    ],
    [["help", "biuld"], 'error: there is no command "biuld"\nhelp: did you mean "build"?\n'],
    [["completion", "csh"], "error: there is no completion for csh\nhelp: use bash, zsh or fish\n"],
  ];

  test.each(cases)("lamina %j", async (args, stderr) => {
    expect(await callCli(args)).toEqual({ exitCode: 2, stdout: "", stderr });
  });
});

test("a folder that is not there", async () => {
  for (const folder of ["/no/such/folder", import.meta.filename]) {
    expect(await callCli(["plan"], folder)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `error: there is no folder ${folder}\nhelp: -C names the folder to run in\n`,
    });
  }
});

describe("completion", () => {
  test("the script for bash completes commands, options and layers", async () => {
    const { stdout } = await callCli(["completion", "bash"]);
    const ask = `${stdout}
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _lamina; echo "\${COMPREPLY[@]}"; }
cd "$(mktemp -d)" && mkdir -p catalog/rust catalog/ruby && touch catalog/rust/workflow.ncl catalog/ruby/workflow.ncl
complete_words lamina bui
complete_words lamina nickel ""
complete_words lamina nickel export --f
complete_words lamina build ru
complete_words lamina show --j
complete_words lamina build --reporter ""
complete_words lamina build --reporter json ru
complete_words lamina ctx-test --layer ""
complete_words lamina lock --update ru
complete_words lamina help do
complete_words lamina completion f
complete_words lamina build -C ""
rm -r "$PWD"`;
    expect(execFileSync("bash", ["-c", ask], { encoding: "utf8" })).toBe(`\
build
export eval typecheck batch
--format --field
ruby rust
--json
tty plain json github
ruby rust
ruby rust
ruby rust
doctor
fish
catalog
`);
  });

  test("the scripts for zsh and fish name every command", async () => {
    for (const shell of ["zsh", "fish"]) {
      const { stdout, exitCode } = await callCli(["completion", shell]);
      expect(exitCode).toBe(0);
      for (const { name } of commandTable) expect(stdout).toContain(name.split(" ").at(-1) ?? "");
    }
  });
});
