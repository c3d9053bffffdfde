// What `npm run build` makes, used from elsewhere: as a package that has nothing but dist/ and package.json.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { layerFiles, threeLayers, writeProject } from "../cli/run-cli.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "lamina-build-"));
const project = writeProject(threeLayers);
const main = join(folder, manifest.bin.lamina);

beforeAll(() => {
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  execFileSync(process.execPath, [join(root, "scripts/build.ts"), join(folder, "dist")]);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  project.remove();
});

function run(program: string, args: readonly string[], cwd = project.root) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: folder },
  });
  return { status, stdout, stderr };
}

test("anybody may read the contracts", () => {
  expect(statSync(join(folder, "dist/lamina/workflow.ncl")).mode & 0o777).toBe(0o644);
});

test("both bins can be executed, and answer from any folder", () => {
  for (const bin of Object.values(manifest.bin)) {
    expect(statSync(join(folder, bin)).mode & 0o111).toBe(0o111);
    expect(readFileSync(join(folder, bin), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  }
  expect(run(main, ["--version"], "/").stdout).toBe(`lamina ${manifest.version}\n`);
  expect(run(join(folder, manifest.bin["catalog-validate"]), [])).toEqual({
    status: 0,
    stdout: "3 layers, all sound\n",
    stderr: "",
  });
});

test("a link to a bin finds its package", () => {
  symlinkSync(main, join(folder, "lamina"));
  expect(run(join(folder, "lamina"), ["list"]).stdout).toMatch(/^layer +kind +base +state\n/);
});

test("the page of the graph is within", () => {
  const { status, stdout } = run(main, ["graph", "--format", "html"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^<!doctype html>\n/);
  expect(stdout).toMatch(/\n<style>[^<]*:root \{/);
});

test("contracts are found, and shown by the name they are imported by", () => {
  const broken = layerFiles("top", '"middle"')["catalog/top/workflow.ncl"] ?? "";
  project.write("catalog/top/workflow.ncl", broken.replace('"none"', "3"));
  const { status, stderr } = run(main, ["plan"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/\n +--> lamina\/workflow\.ncl:\d+:\d+\n/);
  expect(run(main, ["doctor", "--json"]).stdout).toContain('"name": "buildkit"');
});

test("the self-test judges rightly with what is within", () => {
  const { status, stdout, stderr } = run(main, ["catalog-validate", "--self-test"], "/");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("each found at its place, and nothing else\n");
});

test("an older Node is told so, with exit code 3", () => {
  const pretend = "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })";
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`, main, "plan"],
    { encoding: "utf8" },
  );
  expect({ status, stderr }).toEqual({
    status: 3,
    stderr:
      "error: lamina needs Node 24 or later; this is Node 20.20.2\n" +
      "help: install a newer Node; in a clone of lamina, npx brings one\n",
  });
});

/** Files of ours that a program loads, relative to dist/, in order. */
function loadedBy(program: string, args: readonly string[], cwd: string): readonly string[] {
  const told = join(folder, "loaded.json");
  // Seen by Node's loader itself: what is not asked of it does not run.
  const watch = `
    import { writeFileSync } from "node:fs";
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({
      load(url, context, next) {
        loaded.push(url);
        return next(url, context);
      },
    });
    process.on("exit", () => writeFileSync(${JSON.stringify(told)}, JSON.stringify(loaded)));`;
  expect(runAfter(watch, program, args, cwd).status).toBe(0);
  const dist = pathToFileURL(join(folder, "dist/")).href;
  return z
    .array(z.string())
    .parse(JSON.parse(readFileSync(told, "utf8")))
    .filter((url) => url.startsWith(dist))
    .map((url) => url.slice(dist.length));
}

/** Runs a program after a module of this text. */
function runAfter(module: string, program: string, args: readonly string[], cwd: string) {
  return spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(module)}`, program, ...args],
    { cwd, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: folder } },
  );
}

test("the commands of every day load few files", () => {
  const repository = writeProject(threeLayers);
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: repository.root });
  try {
    git("init", "--quiet");
    git("add", "--all");
    git("-c", "user.name=lamina", "-c", "user.email=lamina@localhost", "commit", "--quiet", "--message=all");
    // From here on what the catalog says is remembered, and nothing evaluated.
    expect(run(main, ["plan"], repository.root).status).toBe(0);
    for (const args of [
      ["plan"],
      ["list"],
      ["list", "--since", "HEAD", "--json"],
      ["build", "--since", "HEAD"],
    ]) {
      const loaded = loadedBy(main, args, repository.root);
      expect(loaded.slice(0, 2)).toEqual(["cli/main.js", expect.stringMatching(/^chunks\/start-/)]);
      expect(loaded).toContainEqual(expect.stringMatching(/^chunks\/common-/));
      expect(loaded.slice(16)).toEqual([]);
    }
    expect(loadedBy(main, ["--version"], repository.root)).toHaveLength(2);
  } finally {
    repository.remove();
  }
});

test("a bug is told with the names of our functions", () => {
  const bug = 'process.cwd = () => { throw new Error("planted"); };';
  const { status, stderr } = runAfter(bug, main, ["plan", "-v"], project.root);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: lamina itself failed: Error: planted\n/);
  expect(stderr).toMatch(/\n +at dispatch \(file:.*\)\n +at async runCommandLine \(file:.*\)\n/);
});

test("the evaluator is a library of its own", () => {
  const loaded = loadedBy(join(folder, manifest.exports["./nickel"].default), [], project.root);
  expect(loaded).toContainEqual(expect.stringMatching(/^chunks\/library-/));
  expect(loaded).not.toContainEqual(expect.stringMatching(/^chunks\/(common|base)-/));
});

test("every bundled package has its notice", () => {
  const notices = readFileSync(join(folder, "dist/THIRD-PARTY-NOTICES.txt"), "utf8");
  for (const name of ["zod", "yaml", "graphology", "p-queue", "picocolors", "execa", "semver"])
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC|Apache-2.0)\\)$`, "m"));
});
