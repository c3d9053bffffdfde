// `lamina build` as a process, on a real BuildKit: what it prints, what it leaves, how it stops; and on a terminal.

import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { event as eventSchema } from "../../schemas/event.ts";
import { list as listSchema } from "../../schemas/list.ts";
import { lock as lockSchema } from "../../schemas/lock.ts";
import { plan as planSchema } from "../../schemas/plan.ts";
import { show as showSchema } from "../../schemas/show.ts";
import { Screen } from "../cli/report/screen.ts";
import { type CliResult, runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { commandLinesWith } from "./builder-setting.ts";

const rig = inject("rig");
const env = {
  BUILDKIT_HOST: rig.buildkit.address,
  PATH: `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`,
};
const base = `busybox:1=oci-layout:${rig.busybox.directory}`;
/** Seconds that no other process sleeps for. */
const sleep = `sleep 74${process.pid}01`;
let project: WrittenProject;

function workflow(name: string, buildBase: string, tools: string): string {
  return `{
  name = "${name}",
  kind = 'utility,
  language = "none",
  build_base = ${buildBase},
  tools_provided = [${tools}],
  artifact_paths = [],
}
`;
}

const tool = (name: string) =>
  `RUN printf '#!/bin/sh\\necho ${name} 1.2.3\\n' > /bin/${name} && chmod +x /bin/${name}\n`;

beforeEach(() => {
  project = writeProject({
    "catalog/one/workflow.ncl": workflow("one", '{ image = "busybox:1" }', '"one"'),
    "catalog/one/Dockerfile": `FROM busybox:1\n${tool("one")}`,
    "catalog/two/workflow.ncl": workflow("two", '"one"', '"two"'),
    "catalog/two/Dockerfile": `FROM lamina/one\n${tool("two")}`,
  });
});
afterEach(() => project.remove());

function lamina(...args: readonly string[]): Promise<CliResult> {
  return runCli(args, { cwd: project.root, env });
}

function localLock() {
  return lockSchema.parse(JSON.parse(readFileSync(join(project.root, ".lamina/local.lock"), "utf8")));
}

test("builds, then finds everything current; an edit names what it changes; lists and shows what was built", async () => {
  const built = await lamina("build", "--base", base, "--summary-file", "how.md");
  expect(built.exitCode).toBe(0);
  expect(built.stdout.replaceAll(/ +/g, " ").replaceAll(/\b[0-9a-f]{12}\b|\d+\.\d+( MB)?/g, "N")).toBe(
    "layer action seconds size digest\none built N N N\ntwo built N N N\n",
  );
  expect(built.stderr).toContain(`local: busybox:1 is replaced by oci-layout:${rig.busybox.directory}`);
  expect(readFileSync(join(project.root, "how.md"), "utf8")).toContain("| two | built |");
  expect(Object.keys(localLock().layers)).toEqual(["one", "two"]);

  const again = await lamina("build", "--base", base, "--reporter", "json");
  const events = again.stdout
    .trimEnd()
    .split("\n")
    .map((line) => eventSchema.parse(JSON.parse(line)));
  expect(events.map(({ type }) => type)).toEqual([
    "run.started",
    "layer.reused",
    "layer.reused",
    "run.completed",
  ]);

  expect((await lamina("show", "one", "--json")).stdout).toContain('"locked": null');
  project.write(".lamina/local.json", JSON.stringify({ bases: { "busybox:1": base.split("=")[1] } }));
  const shown = showSchema.parse(JSON.parse((await lamina("show", "one", "--json")).stdout));
  expect(shown.platforms.map(({ action, locked }) => [action, locked?.tools])).toEqual([
    ["reuse", { one: "1.2.3" }],
  ]);
  const listed = listSchema.parse(JSON.parse((await lamina("list", "one", "--json")).stdout));
  expect(listed.layers.map(({ image, sizeBytes }) => ({ image, sizeBytes }))).toEqual([
    { image: shown.platforms[0]?.locked?.image, sizeBytes: shown.platforms[0]?.locked?.sizeBytes },
  ]);
  expect((await lamina("show", "one")).stdout).toMatch(/\n {2}tools +one 1\.2\.3\n/);
  expect((await lamina("lock", "--check")).exitCode).toBe(0);
  expect((await lamina("graph")).stdout).toBe(
    `busybox:1  replaced by ${base.split("=")[1] ?? ""}\n└─ one     current\n   └─ two  current\n2 layers, all current\n`,
  );

  writeFileSync(join(project.root, "catalog/two/Dockerfile"), `FROM lamina/one\n${tool("two")}RUN true\n`);
  const plan = planSchema.parse(JSON.parse((await lamina("plan", "--json")).stdout));
  expect(plan.nodes.map(({ layer, action, reasons }) => ({ layer, action, reasons }))).toEqual([
    { layer: "one", action: "reuse", reasons: [] },
    {
      layer: "two",
      action: "build",
      reasons: [
        {
          kind: "file-changed",
          path: "Dockerfile",
          change: "modified",
          was: expect.stringMatching(/^[0-9a-f]{16} /),
          is: expect.stringMatching(/^[0-9a-f]{16} /),
        },
      ],
    },
  ]);
  const tested = await lamina("ctx-test", "--layer", "two", "--mode", "docker-local");
  expect(tested.exitCode).toBe(0);
  expect(tested.stdout).toMatch(/\ntwo 1\.2\.3\n$/);
});

test("a tool that is missing fails the layer by name, dooms what stands on it, and keeps the old entry", async () => {
  await lamina("build", "--base", base);
  const before = localLock();
  writeFileSync(join(project.root, "catalog/one/Dockerfile"), "FROM busybox:1\nRUN true\n");
  const { exitCode, stdout, stderr } = await lamina("build", "--base", base);
  expect(exitCode).toBe(1);
  expect(stdout.replaceAll(/ +/g, " ")).toMatch(/\none failed .*\ntwo not built \(one\)\n$/);
  expect(stderr).toMatch(/one: failed: .*one/);
  expect(localLock()).toEqual(before);
});

test("Ctrl-C stops in grades: 130, no process left, the lock sound with what was finished", async () => {
  writeFileSync(join(project.root, "catalog/two/Dockerfile"), `FROM lamina/one\nRUN ${sleep}\n`);
  const child = spawn(process.execPath, [mainPath(), "build", "--base", base, "--reporter", "json"], {
    cwd: project.root,
    env: { ...env, HOME: process.env["HOME"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let seen = "";
  let asked = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
    if (!asked && seen.includes(sleep)) {
      asked = true;
      child.kill("SIGINT");
    }
  });
  const exitCode = await new Promise((resolve) => {
    child.on("close", resolve);
  });
  expect(exitCode).toBe(130);
  expect(seen).toContain('"type":"layer.canceled"');
  expect(commandLinesWith(sleep)).toEqual([]);
  expect(commandLinesWith(project.root)).toEqual([]);
  expect(Object.keys(localLock().layers)).toEqual(["one"]);
});

test("on a terminal: live lines, then the table, the cursor given back", async () => {
  const recording = join(project.root, "recording");
  // Long enough to be seen by a display that is drawn ten times a second.
  project.write("catalog/one/Dockerfile", `FROM busybox:1\nRUN sleep 1\n${tool("one")}`);
  const command = `stty cols 100 rows 30; exec ${process.execPath} ${mainPath()} build --base ${base}`;
  const child = spawn("script", ["-qefc", command, recording], {
    cwd: project.root,
    env: { ...env, HOME: process.env["HOME"], TERM: "xterm", NO_COLOR: "1" },
    stdio: ["pipe", "ignore", "inherit"],
  });
  const exitCode = await new Promise((resolve) => {
    child.on("close", resolve);
  });
  expect(exitCode).toBe(0);
  const typed = readFileSync(recording, "utf8").split("\n").slice(1, -2).join("\n");
  const screen = new Screen();
  const pictures: string[] = [];
  for (const piece of typed.split("\x1b[?2026l")) {
    screen.write(piece);
    pictures.push(screen.text());
  }
  expect(pictures.some((picture) => / one +\d+\.\d s .*RUN sleep 1/.test(picture))).toBe(true);
  expect(pictures.some((picture) => /✓ one .*\n. two +\d+\.\d s /.test(picture))).toBe(true);
  expect(screen.cursorIsVisible).toBe(true);
  const end = screen
    .text()
    .replaceAll(/ +/g, " ")
    .replaceAll(/\b[0-9a-f]{12}\b|\d+\.\d+/g, "N");
  expect(end).toMatch(
    /^local: .*\n2 layers with .*\nlayer action seconds size digest\none built N N MB N\ntwo built N N MB N\n2 built in N s\n?$/,
  );
  rmSync(recording);
});

function mainPath(): string {
  return join(import.meta.dirname, "../../cli/main.ts");
}
