// The real command line from the sources, in a project written for the test: as a process of its own, or called within
// this one, which is the same but for the process.

import { type ExecFileException, execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { dispatch } from "../../cli/run-command-line.ts";
import { collectOutput } from "./collect-output.ts";

const main = join(import.meta.dirname, "../../cli/main.ts");

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Another entry than cli/main.ts, absolute. */
  readonly entry?: string;
}

/** Runs `lamina` to its end, in an environment that says nothing of terminals, colours or CI. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [options.entry ?? main, ...args],
      {
        cwd: options.cwd ?? tmpdir(),
        env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...options.env },
        maxBuffer: 64 * 1024 * 1024,
      },
      (error: ExecFileException | null, stdout, stderr) => {
        if (error !== null && typeof error.code !== "number") reject(error);
        else resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr });
      },
    );
    child.stdin?.end(options.stdin ?? "");
  });
}

/** Calls `lamina` within this process, as if started in `cwd`. */
export async function callCli(args: readonly string[], cwd = tmpdir()): Promise<CliResult> {
  const output = collectOutput();
  const exitCode = await dispatch(["-C", cwd, ...args], output);
  return { exitCode, stdout: output.results(), stderr: output.remarks() };
}

export interface WrittenProject {
  /** Absolute, without symbolic links. */
  readonly root: string;
  write(path: string, text: string): void;
  remove(): void;
}

/** A project in a folder of its own. Files are by paths relative to it. */
export function writeProject(files: Readonly<Record<string, string>>): WrittenProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "lamina-cli-")));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { root, write, remove: () => rmSync(root, { recursive: true }) };
}

/** Files of a layer that builds on a layer's name, or on `{ image = … }`. */
export function layerFiles(name: string, base: string, fields = ""): Record<string, string> {
  const image = /"(.*)"/.exec(base)?.[1] ?? "";
  const from = base.startsWith("{") ? image : `lamina/${image}`;
  return {
    [`catalog/${name}/workflow.ncl`]: `let W = import "lamina/workflow.ncl" in
{
  name = "${name}",
  kind = 'utility,
  language = "none",
  build_base = ${base},
  tools_provided = ["${name}-tool"],
  artifact_paths = ["/usr/bin/${name}-tool"],
${fields}} | W.Workflow
`,
    [`catalog/${name}/Dockerfile`]: `FROM ${from}\nCOPY tool /usr/bin/${name}-tool\n`,
    [`catalog/${name}/tool`]: "#!/bin/sh\n",
  };
}

/** Three layers: one at the root, two above it in a row. */
export const threeLayers: Readonly<Record<string, string>> = {
  ...layerFiles("base", '{ image = "debian:trixie-slim" }'),
  ...layerFiles("middle", '"base"'),
  ...layerFiles("top", '"middle"'),
};
