// `lamina watch` as a process, on a real BuildKit and real files: what is stopped and what goes on, what edits lead to, a checkout of
// thousands of files, and keys on a terminal.

import { execFileSync, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { lock as lockSchema } from "../../schemas/lock.ts";
import { plan as planSchema } from "../../schemas/plan.ts";
import { runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { commandLinesWith } from "./builder-setting.ts";
import { Gate, mainPath, Watching } from "./watching.ts";

const rig = inject("rig");
const env = {
  BUILDKIT_HOST: rig.buildkit.address,
  PATH: `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`,
};
const base = `busybox:1=oci-layout:${rig.busybox.directory}`;

let project: WrittenProject;
let gate: Gate;
let watching: Watching | undefined;

function workflow(name: string, buildBase?: string, more = ""): string {
  const declared = buildBase === undefined ? '{ image = "busybox:1" }' : `"${buildBase}"`;
  return `{
  name = "${name}", kind = 'utility, language = "none", build_base = ${declared},
  tools_provided = [], artifact_paths = [], ${more}
}
`;
}

/** Files of a layer that copies its file, then does `then`. */
function layer(name: string, buildBase?: string, then = ""): Record<string, string> {
  return {
    [`catalog/${name}/workflow.ncl`]: workflow(name, buildBase),
    [`catalog/${name}/Dockerfile`]: `FROM ${buildBase === undefined ? "busybox:1" : `lamina/${buildBase}`}\nCOPY . /${name}\n${then}`,
    [`catalog/${name}/file`]: "0\n",
  };
}

/** Seven hundred files in twenty folders of a layer. */
function many(name: string, text: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: 700 }, (_, index) => [
      `catalog/${name}/src/${index % 20}/file-${index}`,
      `${text} ${index}\n`,
    ]),
  );
}

beforeEach(async () => {
  gate = await Gate.open();
});
afterEach(async () => {
  await watching?.stop();
  await gate.close();
  project.remove();
});

function watch(...args: readonly string[]): Watching {
  watching = new Watching(["--base", base, ...args], project.root, env);
  return watching;
}

/** Names of the layers in the lock, once each is found to stand there as a fresh look would have it. */
async function currentLayers(): Promise<readonly string[]> {
  const { stdout } = await runCli(["plan", "--json", "--with-ancestors", "--base", base], {
    cwd: project.root,
    env,
  });
  const planned = planSchema
    .parse(JSON.parse(stdout))
    .nodes.map(({ layer: name, action, inputDigest }) => `${action} ${name} ${inputDigest}`);
  const locked = Object.entries(localLock()).flatMap(([name, platforms]) =>
    Object.values(platforms).map(({ input }) => `reuse ${name} ${input}`),
  );
  expect(planned.toSorted()).toEqual(locked);
  return Object.keys(localLock());
}

test("an edit while layers are built stops the one that it made stale, and the other goes on", async () => {
  project = writeProject({
    ...layer("a", undefined, gate.instruction("a")),
    ...layer("b", undefined, gate.instruction("b")),
    ...layer("b-child", "b"),
  });
  const it = watch("--concurrency", "2");
  await Promise.all([gate.waiting("a"), gate.waiting("b")]);
  await it.next("run.started");
  project.write("catalog/a/file", "1\n");
  const round = await it.next("watch.round");
  expect([round.build, round.kept, round.stopped].map((steps) => steps.map((step) => step.layer))).toEqual([
    ["a"],
    ["b"],
    ["a"],
  ]);
  await it.next("layer.started");
  await gate.release("a");
  await gate.release("b");
  expect(await it.next("run.completed")).toMatchObject({ result: "ok", built: 3 });
  expect(await it.next("watch.waiting")).toMatchObject({ stale: [] });
  expect([it.starts("a"), it.starts("b"), it.starts("b-child")]).toEqual([2, 1, 1]);
  expect(await currentLayers()).toEqual(["a", "b", "b-child"]);
});

test("edits of declarations, of what they import, of .dockerignore; layers that come and go; a fault and its mending", async () => {
  project = writeProject({
    ...layer("a"),
    ...layer("a-child", "a"),
    "catalog/a/workflow.ncl": `(import "../../shared/common.ncl") & ${workflow("a")}`,
    "shared/common.ncl": '{ args = { LEVEL = "1" } }\n',
    "catalog/a/notes.txt": "nothing\n",
  });
  const it = watch();
  await it.next("run.completed");
  await it.next("watch.waiting");
  const edit = async (path: string, text: string) => {
    project.write(path, text);
    const round = await it.next("watch.round");
    expect(await it.next("run.completed")).toMatchObject({ failed: 0, canceled: 0 });
    expect(await it.next("watch.waiting")).toMatchObject({ invalid: false, stale: [] });
    return round.build.map((step) => step.layer);
  };
  expect(await edit("shared/common.ncl", '{ args = { LEVEL = "2" } }\n')).toEqual(["a", "a-child"]);
  expect(await edit("catalog/a-child/workflow.ncl", workflow("a-child", "a", 'args = { B = "1" },'))).toEqual(
    ["a-child"],
  );
  expect(await edit("catalog/a/.dockerignore", "notes.txt\n")).toEqual(["a", "a-child"]);
  // What is not sent, and what changes no value, is looked at and leads to nothing.
  const rounds = it.count("watch.round");
  project.write("catalog/a/notes.txt", "something\n");
  await it.next("watch.waiting");
  project.write("shared/common.ncl", '# a comment\n{ args = { LEVEL = "2" } }\n');
  await it.next("watch.waiting");
  expect(it.count("watch.round")).toBe(rounds);

  project.write("catalog/c/file", "0\n");
  project.write("catalog/c/Dockerfile", layer("c", "a-child")["catalog/c/Dockerfile"] ?? "");
  expect(await edit("catalog/c/workflow.ncl", workflow("c", "a-child"))).toEqual(["c"]);
  expect(await currentLayers()).toEqual(["a", "a-child", "c"]);

  project.write("catalog/c/workflow.ncl", workflow("c", "nowhere"));
  const { diagnostics } = await it.next("watch.invalid");
  expect(diagnostics.filter(({ severity }) => severity === "error")).toMatchObject([
    { file: "catalog/c/workflow.ncl", line: 2, message: 'there is no layer "nowhere" to build on' },
  ]);
  expect(await it.next("watch.waiting")).toMatchObject({ invalid: true });
  project.write("catalog/a/file", "1\n");
  await it.next("watch.waiting");
  expect(it.count("watch.round")).toBe(rounds + 1);
  expect(await edit("catalog/c/workflow.ncl", workflow("c", "a-child"))).toEqual(["a", "a-child", "c"]);

  rmSync(join(project.root, "catalog/c"), { recursive: true });
  rmSync(join(project.root, "catalog/a-child"), { recursive: true });
  while (Object.keys(localLock()).length > 1) await it.next("watch.waiting");
  expect(await currentLayers()).toEqual(["a"]);
});

test("a checkout of another branch with thousands of files leads to its state, and back", async () => {
  project = writeProject({
    ...layer("a"),
    ...layer("b", "a"),
    ...layer("old", "b"),
    ...many("a", "one"),
    ...many("b", "one"),
    ...many("old", "one"),
    ".gitignore": ".lamina\n",
  });
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: project.root, stdio: "pipe" });
  const commit = () => {
    git("add", "-A");
    git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "state");
  };
  git("init", "-q", "-b", "one");
  commit();
  git("checkout", "-q", "-b", "two");
  rmSync(join(project.root, "catalog/old"), { recursive: true });
  rmSync(join(project.root, "catalog/b/src/3"), { recursive: true });
  const changed = { ...many("a", "two"), ...layer("new", "b"), ...many("new", "two") };
  for (const [path, text] of Object.entries(changed)) project.write(path, text);
  commit();
  git("checkout", "-q", "one");

  const it = watch();
  await it.next("run.completed");
  await it.next("watch.waiting");
  git("checkout", "-q", "two");
  // As many rounds as it takes: what counts is where they end.
  while (!("new" in localLock()) || "old" in localLock()) await it.next("watch.waiting");
  await settled(it);
  expect(await currentLayers()).toEqual(["a", "b", "new"]);
  git("checkout", "-q", "one");
  while (!("old" in localLock()) || "new" in localLock()) await it.next("watch.waiting");
  await settled(it);
  expect(await currentLayers()).toEqual(["a", "b", "old"]);
});

test("files that change while `lamina build` builds: the layer fails, and its image is in no lock", async () => {
  project = writeProject({
    ...layer("a", undefined, gate.instruction("a")),
    ...layer("a-child", "a"),
    "catalog/a/.dockerignore": "notes.txt\n",
    "catalog/a/notes.txt": "0\n",
  });
  const build = () => runCli(["build", "--base", base], { cwd: project.root, env });
  const failing = build();
  await gate.waiting("a");
  project.write("catalog/a/file", "1\n");
  await gate.release("a");
  const failed = await failing;
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain(
    "a: failed: file changed while it was being built, so that nobody knows what the image was made of\n",
  );
  expect(failed.stderr).toContain("help: build again: BuildKit's cache has all that stayed the same\n");
  expect(() => localLock()).toThrow("ENOENT");
  // What is not sent may change as it likes.
  const building = build();
  await gate.waiting("a");
  project.write("catalog/a/notes.txt", "1\n");
  await gate.release("a");
  expect((await building).exitCode).toBe(0);
  expect(await currentLayers()).toEqual(["a", "a-child"]);
});

test("Ctrl-C while a layer is built: 130, nothing left running, the lock as it was", async () => {
  project = writeProject(layer("a", undefined, gate.instruction("a")));
  const it = watch();
  await gate.waiting("a");
  it.child.kill("SIGINT");
  expect(await it.exitCode).toBe(130);
  await gate.left("a");
  expect(commandLinesWith(project.root)).toEqual([]);
  expect(it.events.at(-1)).toMatchObject({ type: "run.completed", result: "canceled" });
});

/** `lamina watch` on a terminal; the terminal's modes of before and after are files in the project. */
function watchOnTerminal(own: Readonly<Record<string, string>>) {
  const lamina = `${process.execPath} ${mainPath} watch --base ${base}`;
  const command = `stty cols 120 rows 30; stty -g > before; ${lamina}; echo "ended with $?"; stty -g > after`;
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    cwd: project.root,
    env: { HOME: process.env["HOME"], ...own, TERM: "xterm", NO_COLOR: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const screen = { seen: "" };
  let wake: (() => void) | undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen.seen += text;
    wake?.();
  });
  const ended = new Promise((resolve) => {
    child.on("close", resolve);
  });
  /** Resolves to where the text ends. */
  const sees = async (text: string, from = 0): Promise<number> => {
    for (;;) {
      const at = screen.seen.indexOf(text, from);
      if (at !== -1) return at + text.length;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { screen, sees, ended, type: (keys: string) => child.stdin.write(keys) };
}

test("on a terminal: what is done is told, keys are heard, and the terminal is as it was", async () => {
  project = writeProject(layer("a"));
  const { screen, sees, ended, type } = watchOnTerminal(env);
  let at = await sees("all is current, waiting for a change · r rebuild  w why  h help  q quit");
  expect(screen.seen).toMatch(/\d\d:\d\d:\d\d a: it was never built -> a/);
  expect(screen.seen).toMatch(/\d\d:\d\d:\d\d 1 built in /);
  type("w");
  at = await sees("a: it was never built", at);
  type("h");
  at = await sees("r  build what failed again", at);
  type("r");
  at = await sees("a: it was asked for -> a", at);
  await sees("all is current", at);
  type("q");
  await sees("ended with 0");
  await ended;
  const modes = ["before", "after"].map((name) => readFileSync(join(project.root, name), "utf8"));
  expect(modes[1]).toBe(modes[0]);
  expect(screen.seen.lastIndexOf("\x1b[?25h")).toBeGreaterThan(screen.seen.lastIndexOf("\x1b[?25l"));
});

describe("without any BuildKit", () => {
  const nowhere = { ...env, BUILDKIT_HOST: "unix:///nowhere/buildkitd.sock" };

  test("and without a terminal it ends as a build does, and tells how to get one", async () => {
    project = writeProject(layer("a"));
    const built = await runCli(["build", "--base", base], { cwd: project.root, env: nowhere });
    watching = new Watching(["--base", base], project.root, nowhere);
    expect([await watching.exitCode, built.exitCode]).toEqual([3, 3]);
    expect(watching.events).toEqual([]);
    const told = watching.stderr;
    expect(told).toMatch(/^error: there is no BuildKit to build with\n/);
    expect(told).toMatch(/\n {2}`lamina doctor` checks again\n$/);
    expect(built.stderr.endsWith(told)).toBe(true);
  });

  test("it waits where nothing is to be built, and ends when something is", async () => {
    project = writeProject(layer("a"));
    watching = new Watching(["--base", base, "--no-initial"], project.root, nowhere);
    await watching.next("watch.waiting");
    project.write("catalog/a/file", "1\n");
    expect(await watching.exitCode).toBe(3);
  });

  test("on a terminal it says what is missing, and waits", async () => {
    project = writeProject(layer("a"));
    const { screen, sees, ended, type } = watchOnTerminal(nowhere);
    let at = await sees("error: there is no BuildKit to build with");
    at = await sees("`lamina doctor` checks again");
    at = await sees("until then nothing is built: the next change, or r, tries again", at);
    at = await sees("not current: a; waiting for a change", at);
    type("r");
    at = await sees("error: there is no BuildKit to build with", at);
    type("q");
    await ended;
    expect(screen.seen.slice(at)).toContain("ended with 0");
  });
});

function localLock() {
  const text = readFileSync(join(project.root, ".lamina/local.lock"), "utf8");
  return lockSchema.parse(JSON.parse(text)).layers;
}

/** Until it waits with nothing stale. */
async function settled(it: Watching): Promise<void> {
  const last = it.events.findLast(({ type }) => type === "watch.waiting" || type === "watch.round");
  if (last?.type === "watch.waiting" && !last.invalid && last.stale.length === 0) return;
  await it.next("watch.waiting");
  await settled(it);
}
