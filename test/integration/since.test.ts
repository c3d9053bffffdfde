// --since on real repositories: clones that lack history, and how what helps is told, which then really helps; repositories
// of every kind; and what goes together with it.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { affected as affectedSchema } from "../../schemas/affected.ts";
import { type CliResult, callCli, layerFiles, runCli, threeLayers } from "../cli/run-cli.ts";
import { commitAll, type Folder, folderAt, git, gitSettings, makeFolder } from "./git-project.ts";

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

/** Layers "base", "middle" and "top" in a row, committed on "main". */
function makeProject(below = "project"): Folder {
  const project = folderAt(join(folder.root, below));
  for (const [path, text] of Object.entries(threeLayers)) project.write(path, text);
  project.write(".gitignore", "*.log\n.lamina/\n");
  commitAll(project.root);
  return project;
}

/** "middle: catalog/middle/tool was modified" and so on. */
async function since(root: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr } = await callCli(["list", "--json", "--since", ...args], root);
  if (stdout === "") throw new Error(stderr);
  return affectedSchema.parse(JSON.parse(stdout)).layers.map(({ layer, reasons }) => {
    const told = reasons.map((reason) => {
      switch (reason.kind) {
        case "file-changed":
          return `${reason.path} ${reason.change}`;
        case "parent-affected":
          return `on ${reason.parent}`;
        case "declaration-changed":
          return reason.key;
        case "base-changed":
          return reason.image;
        default:
          return reason.kind;
      }
    });
    return `${layer}: ${told.join(", ")}`;
  });
}

describe("clones that lack history", () => {
  let origin: Folder;
  beforeEach(() => {
    origin = makeProject("origin");
    origin.write("catalog/base/tool", "#!/bin/sh\nexit 1\n");
    git(origin.root, "commit", "-q", "-a", "-m", "two");
    git(origin.root, "switch", "-q", "-c", "feature");
    for (const each of ["1", "2"]) {
      origin.write("catalog/top/tool", `#!/bin/sh\nexit ${each}\n`);
      git(origin.root, "commit", "-q", "-a", "-m", each);
    }
    git(origin.root, "switch", "-q", "main");
    origin.write("catalog/middle/tool", "#!/bin/sh\nexit 2\n");
    git(origin.root, "commit", "-q", "-a", "-m", "three");
  });

  const clone = (...args: readonly string[]): string => {
    git(folder.root, "clone", "-q", "-b", "feature", ...args, `file://${origin.root}`, "clone");
    return join(folder.root, "clone");
  };

  test("with all of it, what the branch changed is told, and nothing of what main did since", async () => {
    const root = clone();
    expect(await since(root, "origin/main")).toEqual(["top: catalog/top/tool modified"]);
    expect(await since(root, "HEAD~2")).toEqual(["top: catalog/top/tool modified"]);
    expect(await since(root, "HEAD~3")).toEqual([
      "base: catalog/base/tool modified",
      "middle: on base",
      "top: catalog/top/tool modified, on middle",
    ]);
    git(root, "checkout", "-q", "--detach");
    expect(await since(root, "origin/main")).toEqual(["top: catalog/top/tool modified"]);
  });

  test.each([
    {
      clones: ["--depth", "1"],
      ref: "origin/main",
      message: '"origin/main" is not in this clone',
      command: "git fetch --unshallow origin main:refs/remotes/origin/main",
    },
    {
      clones: ["--depth", "1"],
      ref: "main",
      message: '"main" is not in this clone',
      command: "git fetch --unshallow origin main:main",
    },
    {
      clones: ["--single-branch"],
      ref: "origin/main",
      message: '"origin/main" is not in this clone',
      command: "git fetch origin main:refs/remotes/origin/main",
    },
    {
      clones: ["--depth", "1", "--no-single-branch"],
      ref: "origin/main",
      message: 'this shallow clone lacks the history that HEAD shares with "origin/main"',
      command: "git fetch --unshallow",
    },
    {
      clones: ["--depth", "1"],
      ref: "HEAD~2",
      message: 'this shallow clone lacks the history that HEAD shares with "HEAD~2"',
      command: "git fetch --unshallow",
    },
  ])("git clone $clones, --since $ref", async ({ clones, ref, message, command }) => {
    const root = clone(...clones);
    for (const args of [["list"], ["plan"], ["build", "--dry-run"]])
      expect(await callCli([...args, "--since", ref], root)).toEqual({
        exitCode: 3,
        stdout: "",
        stderr: `error: --since: ${message}\nhelp: \`${command}\` brings it\n`,
      });
    execFileSync("sh", ["-c", command], {
      cwd: root,
      stdio: "pipe",
      env: { ...process.env, ...gitSettings },
    });
    expect(await since(root, ref)).toEqual(["top: catalog/top/tool modified"]);
  });

  test("a commit beyond the edge of a shallow clone", async () => {
    const first = git(origin.root, "rev-list", "--max-parents=0", "main").trim();
    const root = clone("--depth", "1");
    expect((await callCli(["list", "--since", first], root)).exitCode).toBe(3);
    expect((await callCli(["list", "--since", first], origin.root)).exitCode).toBe(0);
  });
});

/** As a process, for what its environment does. */
function answer(root: string, ref: string, env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return runCli(["list", "--since", ref], { cwd: root, env: { ...gitSettings, ...env } });
}

describe("what cannot be compared is told", () => {
  test.each([
    ["mian", 'git knows no "mian"', 'did you mean "main"?'],
    ["v", 'git knows no "v"', "the branches are main, release/1"],
    ["relase/1", 'git knows no "relase/1"', 'did you mean "release/1"?'],
    ["HEAD~7", 'git knows no "HEAD~7"', "the branches are main, release/1"],
    ["--all", 'git knows no "--all"', "the branches are main, release/1"],
  ])("--since=%s", async (ref, message, help) => {
    const { root } = makeProject();
    git(root, "branch", "release/1");
    expect(await callCli(["list", `--since=${ref}`], root)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `error: --since: ${message}\nhelp: ${help}\n`,
    });
  });

  test("a branch that only a remote has", async () => {
    const { root } = makeProject("origin");
    git(root, "branch", "theirs");
    git(folder.root, "clone", "-q", root, "clone");
    const { exitCode, stderr } = await callCli(["list", "--since", "theirs"], join(folder.root, "clone"));
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'error: --since: git knows no "theirs"\nhelp: did you mean "origin/theirs"?\n',
    });
  });

  test("histories that have nothing in common", async () => {
    const { root } = makeProject();
    git(root, "switch", "-q", "--orphan", "lonely");
    git(root, "commit", "-q", "--allow-empty", "-m", "alone");
    git(root, "switch", "-q", "main");
    const { exitCode, stderr } = await callCli(["list", "--since", "lonely"], root);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr:
        'error: --since: "lonely" and HEAD have no commit in common\nhelp: name a branch that this one came from\n',
    });
  });

  test("no commit yet, no repository, no git, and one that git does not trust", async () => {
    const { root } = makeProject();
    const foreign = await answer(root, "HEAD", { GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" });
    const lacking = await answer(root, "HEAD", { PATH: join(folder.root, "empty") });
    rmSync(join(root, ".git"), { recursive: true });
    const outside = await answer(root, "HEAD", { GIT_CEILING_DIRECTORIES: folder.root });
    git(root, "init", "-q");
    const unborn = await answer(root, "HEAD");
    expect([foreign, lacking, outside, unborn].map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(
      Array.from({ length: 4 }, () => [3, ""]),
    );
    expect([foreign, lacking, outside, unborn].map(({ stderr }) => stderr)).toEqual([
      "error: --since: git does not trust this repository, as it belongs to somebody else\n" +
        `help: \`git config --global --add safe.directory ${root}\` tells it to\n`,
      "error: --since: git is needed, and was not found\nhelp: install git; --changed goes by lamina.lock and needs none\n",
      `error: --since: ${root} is in no git repository\nhelp: --changed goes by lamina.lock and needs none\n`,
      "error: --since: there is no commit yet to compare with\nhelp: commit first\n",
    ]);
  });

  test("a broken repository, in git's own words", async () => {
    const { root } = makeProject();
    unlinkSync(join(root, ".git/index"));
    mkdirSync(join(root, ".git/index"));
    const { exitCode, stderr } = await callCli(["list", "--since", "HEAD"], root);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^error: --since: git failed: .*index/);
  });
});

describe("repositories of every kind", () => {
  test("a hook's variables, and settings of how git shows things, change nothing", async () => {
    const project = makeProject();
    project.write("catalog/top/tool", "x");
    for (const [key, value] of [
      ["diff.external", "false"],
      ["diff.relative", "true"],
      ["diff.renames", "copies"],
      ["diff.ignoreSubmodules", "all"],
      ["core.quotepath", "true"],
      ["color.ui", "always"],
      ["status.showUntrackedFiles", "no"],
      ["core.pager", "false"],
    ] as const)
      git(project.root, "config", key, value);
    const { stdout } = await runCli(["list", "--since", "HEAD"], {
      cwd: join(project.root, "catalog/top"),
      env: {
        ...gitSettings,
        GIT_DIR: "/nowhere",
        GIT_WORK_TREE: "/nowhere",
        GIT_INDEX_FILE: "/nowhere/index",
        GIT_LITERAL_PATHSPECS: "0",
        GIT_EXTERNAL_DIFF: "false",
        LANGUAGE: "de",
      },
    });
    expect(stdout).toBe(
      "layer  kind     base    why\ntop    utility  middle  catalog/top/tool was modified\n",
    );
  });

  test("a project in a folder of the repository, reached through a link, with imports above it", async () => {
    const { root } = makeProject("real");
    const top = folderAt(folder.root);
    rmSync(join(root, ".git"), { recursive: true });
    renameSync(root, join(folder.root, "a b"));
    top.write("shared.ncl", '{ args = { A = "1" } }\n');
    top.write(
      "a b/catalog/top/workflow.ncl",
      (threeLayers["catalog/top/workflow.ncl"] ?? "").replace(
        "} | W.Workflow",
        '} & (import "../../../shared.ncl") | W.Workflow',
      ),
    );
    commitAll(folder.root);
    symlinkSync("a b", join(folder.root, "link"));
    for (const directory of [
      join(folder.root, "a b"),
      join(folder.root, "link"),
      join(folder.root, "link/catalog"),
    ])
      expect(await since(directory, "HEAD")).toEqual([]);
    top.write("shared.ncl", '# A comment.\n{ args = { A = "1" } }\n');
    expect(await since(join(folder.root, "a b"), "HEAD")).toEqual([]);
    top.write("shared.ncl", '{ args = { A = "2" } }\n');
    expect(await since(join(folder.root, "a b"), "HEAD")).toEqual(["top: args"]);
    top.write("a b/catalog/middle/tool", "x");
    const both = ["middle: catalog/middle/tool modified", "top: args, on middle"];
    expect(await since(join(folder.root, "a b"), "HEAD")).toEqual(both);
    expect(await since(join(folder.root, "link"), "HEAD")).toEqual(both);
  });

  test("a layer's folder that is a link", async () => {
    const project = makeProject();
    renameSync(join(project.root, "catalog/top"), join(project.root, "elsewhere"));
    symlinkSync("../elsewhere", join(project.root, "catalog/top"));
    git(project.root, "add", "-A");
    git(project.root, "commit", "-q", "-m", "linked");
    expect(await since(project.root, "HEAD")).toEqual([]);
    expect(await since(project.root, "HEAD~1")).toEqual([]);
    project.write("elsewhere/tool", "x");
    expect(await since(project.root, "HEAD")).toEqual(["top: catalog/top/tool modified"]);
  });

  test("a work tree beside the repository, and a bare one's", async () => {
    const { root } = makeProject();
    const beside = folderAt(join(folder.root, "beside"));
    git(root, "worktree", "add", "-q", beside.root);
    beside.write("catalog/top/tool", "x");
    expect(await since(beside.root, "main")).toEqual(["top: catalog/top/tool modified"]);
    expect(await since(root, "main")).toEqual([]);
    git(folder.root, "clone", "-q", "--bare", root, "bare");
    git(join(folder.root, "bare"), "worktree", "add", "-q", join(folder.root, "of-bare"), "main");
    expect(await since(join(folder.root, "of-bare"), "HEAD")).toEqual([]);
  });

  test("what a sparse checkout leaves out did not change", async () => {
    const { root } = makeProject();
    git(root, "sparse-checkout", "set", "--no-cone", "/*", "!/catalog/top/");
    expect(await since(root, "HEAD")).toEqual([]);
    folderAt(root).write("catalog/middle/tool", "x");
    expect(await since(root, "HEAD")).toEqual(["middle: catalog/middle/tool modified"]);
  });

  test("a repository in a layer's folder changes as a whole", async () => {
    const library = folderAt(join(folder.root, "library"));
    library.write("file", "1");
    commitAll(library.root);
    const project = makeProject();
    project.write(
      "catalog/top/Dockerfile",
      "FROM lamina/middle\nCOPY tool /usr/bin/top-tool\nCOPY library /library\n",
    );
    git(project.root, "submodule", "--quiet", "add", `file://${library.root}`, "catalog/top/library");
    git(project.root, "add", "-A");
    git(project.root, "commit", "-q", "-m", "library");
    expect(await since(project.root, "HEAD")).toEqual([]);
    project.write("catalog/top/README", "x");
    project.write("catalog/top/workflow.ncl", `# x\n${threeLayers["catalog/top/workflow.ncl"] ?? ""}`);
    expect(await since(project.root, "HEAD")).toEqual([]);
    project.write("catalog/top/library/file", "2");
    expect(await since(project.root, "HEAD")).toEqual(["top: catalog/top/library modified"]);
    project.write("catalog/top/library/file", "1");
    expect(await since(project.root, "HEAD")).toEqual([]);
    expect(await since(project.root, "HEAD~1")).toEqual([
      "top: catalog/top/Dockerfile modified, catalog/top/library added",
    ]);
  });

  test("every file that changed is told, and so is what changed beside files", async () => {
    const project = makeProject();
    const { root } = project;
    for (const name of ["b", "a", "gone", "A"]) project.write(`catalog/middle/files/${name}`, "1");
    const dockerfile = "FROM lamina/base\nCOPY tool /usr/bin/\nCOPY files /files\n";
    project.write("catalog/middle/Dockerfile", dockerfile);
    commitAll(root);
    // Twice: the first opens the catalog, and keeps what the second is told from.
    for (const name of ["b", "a", "A"]) project.write(`catalog/middle/files/${name}`, "2");
    project.write("catalog/middle/tool", "x");
    const paths = ["files/A", "files/a", "files/b", "tool"].map((name) => `catalog/middle/${name} modified`);
    for (const _ of ["by the catalog", "by the outline"])
      expect(await since(root, "HEAD")).toEqual([`middle: ${paths.join(", ")}`, "top: on middle"]);
    expect((await callCli(["list", "--since", "HEAD"], root)).stdout).toBe(`\
layer   kind     base    why
middle  utility  base    catalog/middle/files/A was modified, and 3 more reasons
top     utility  middle  it stands on middle
`);
    project.write("catalog/middle/files/new", "1");
    const more = [...paths.slice(0, 3), "catalog/middle/files/new added", ...paths.slice(3)];
    expect(await since(root, "HEAD")).toEqual([`middle: ${more.join(", ")}`, "top: on middle"]);
    unlinkSync(join(root, "catalog/middle/files/gone"));
    project.write("catalog/middle/Dockerfile", `${dockerfile}# A comment.\n`);
    more.splice(3, 0, "catalog/middle/files/gone removed");
    expect(await since(root, "HEAD")).toEqual([`middle: ${more.join(", ")}`, "top: on middle"]);
    project.write("catalog/middle/Dockerfile", `${dockerfile}RUN true\n`);
    more.unshift("catalog/middle/Dockerfile modified");
    expect(await since(root, "HEAD")).toEqual([`middle: ${more.join(", ")}`, "top: on middle"]);
  });

  test("line ends that git turns on their way are no change", async () => {
    const project = makeProject();
    const { root } = project;
    project.write("catalog/base/Dockerfile", "FROM debian:trixie-slim\nRUN <<E\ntrue\nE\n");
    git(root, "commit", "-q", "-a", "-m", "two");
    git(folder.root, "clone", "-q", "-c", "core.autocrlf=true", root, "clone");
    const clone = folderAt(join(folder.root, "clone"));
    expect(readFileSync(join(clone.root, "catalog/top/tool"), "utf8")).toBe("#!/bin/sh\r\n");
    clone.write("catalog/base/workflow.ncl", `# x\r\n${threeLayers["catalog/base/workflow.ncl"] ?? ""}`);
    clone.write("catalog/middle/tool", "#!/bin/sh\r\n");
    expect(await since(clone.root, "HEAD")).toEqual([]);
    clone.write("catalog/middle/tool", "#!/bin/sh\r\n#\r\n");
    expect(await since(clone.root, "HEAD")).toEqual([
      "middle: catalog/middle/tool modified",
      "top: on middle",
    ]);
  });

  test("a merge that is not finished", async () => {
    const project = makeProject();
    for (const branch of ["left", "right"]) {
      git(project.root, "switch", "-q", "-c", branch, "main");
      project.write("catalog/top/tool", branch);
      git(project.root, "commit", "-q", "-a", "-m", branch);
    }
    expect(() => git(project.root, "merge", "left")).toThrow("merge left");
    expect(await since(project.root, "main")).toEqual(["top: catalog/top/tool modified"]);
  });

  test("a file system that has no modes to tell", async () => {
    const { root } = makeProject();
    git(root, "config", "core.fileMode", "false");
    chmodSync(join(root, "catalog/top/tool"), 0o755);
    folderAt(root).write("catalog/top/workflow.ncl", `# x\n${threeLayers["catalog/top/workflow.ncl"] ?? ""}`);
    expect(await since(root, "HEAD")).toEqual([]);
  });
});

describe("what a layer was", () => {
  test("a layer that was not valid then counts as changed; one that is new is so", async () => {
    const project = makeProject();
    const declared = threeLayers["catalog/top/workflow.ncl"] ?? "";
    project.write("catalog/top/workflow.ncl", declared.replace("'utility", "'nothing"));
    git(project.root, "commit", "-q", "-a", "-m", "broken");
    project.write("catalog/top/workflow.ncl", declared);
    for (const [path, text] of Object.entries(layerFiles("new", '"top"'))) project.write(path, text);
    expect(await since(project.root, "HEAD")).toEqual(["top: was-invalid", "new: layer-added, on top"]);
  });

  test("the first commit of the lock pins all bases", async () => {
    const project = makeProject();
    const pin = { "linux/amd64": `sha256:${"0".repeat(64)}` };
    const lock = { version: 1, bases: { "debian:trixie-slim": pin }, layers: {} };
    project.write("lamina.lock", JSON.stringify(lock));
    expect(await since(project.root, "HEAD", "--only")).toEqual(["base: debian:trixie-slim"]);
    git(project.root, "add", "-A");
    git(project.root, "commit", "-q", "-m", "lock");
    expect(await since(project.root, "HEAD")).toEqual([]);
    project.write("lamina.lock", JSON.stringify({ ...lock, bases: { "other:1": pin, ...lock.bases } }));
    expect(await since(project.root, "HEAD")).toEqual([]);
  });
});

describe("what goes together", () => {
  let project: Folder;
  beforeEach(() => {
    project = makeProject();
    project.write("catalog/middle/tool", "x");
  });

  test("names, --only and --with-ancestors", async () => {
    const { root } = project;
    expect(await since(root, "HEAD", "top", "base")).toEqual(["top: on middle"]);
    expect(await since(root, "HEAD", "--only")).toEqual(["middle: catalog/middle/tool modified"]);
    expect(await since(root, "HEAD", "--only", "top")).toEqual([]);
    expect(await since(root, "HEAD", "--with-ancestors")).toEqual([
      "base: ",
      "middle: catalog/middle/tool modified",
      "top: on middle",
    ]);
  });

  test("a plan of what changed names what it stands on where that is to be built", async () => {
    const { stdout } = await callCli(["plan", "--since", "HEAD", "--json", "top"], project.root);
    expect(Array.from(stdout.matchAll(/"layer": "(.*)"/g), ([, name]) => name)).toEqual([
      "base",
      "middle",
      "top",
    ]);
  });

  test("nothing changed: nothing is planned, listed or built, and it is said", async () => {
    git(project.root, "commit", "-q", "-a", "-m", "two");
    const base = git(project.root, "rev-parse", "HEAD").slice(0, 12);
    const said = `nothing changed since main (${base})\n`;
    expect(await callCli(["list", "--since", "main"], project.root)).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: said,
    });
    const plan = await callCli(["plan", "--since", "main", "--json"], project.root);
    expect(plan).toMatchObject({ exitCode: 0, stderr: said });
    expect(JSON.parse(plan.stdout)).toMatchObject({ nodes: [] });
    const built = await callCli(["build", "--since", "main"], project.root);
    expect(built).toMatchObject({ exitCode: 0, stdout: "" });
  });

  test("an unsound catalog is told as ever, and leaves no git behind", async () => {
    project.write("catalog/top/workflow.ncl", "{");
    const { exitCode, stdout } = await callCli(["list", "--since", "HEAD"], project.root);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  });
});

describe("one answer at any size", () => {
  let big: Folder;
  beforeAll(() => {
    big = makeFolder();
    big.write("catalog/levels.ncl", '{ level = "1" }\n');
    for (let each = 0; each < 150; each++) {
      const name = `layer-${each}`;
      for (const [path, text] of Object.entries(layerFiles(name, '{ image = "debian:trixie-slim" }')))
        big.write(path, text.replace("} | W", '  args = { L = (import "../levels.ncl").level },\n} | W'));
    }
    commitAll(big.root);
  });
  afterAll(() => big.remove());

  test("a file that all import: a comment selects none, a value all", async () => {
    big.write("catalog/levels.ncl", '# Levels.\n{ level = "1" }\n');
    expect(await since(big.root, "HEAD")).toEqual([]);
    big.write("catalog/levels.ncl", '{ level = "2" }\n');
    expect(await since(big.root, "HEAD")).toHaveLength(150);
  });
});
