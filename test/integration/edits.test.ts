// Kinds of edits to a catalog of eight layers (edits-catalog.ts), in a real git repository, after all of it was built and
// committed. For each: the layers that `--changed` finds to build, those that `--since HEAD` selects, and no other. What a
// row does not tell of --since is the same for both. Long as it is one table.

import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEvaluator } from "../../cli/open-evaluator.ts";
import { createHost, openVersionControl } from "../../cli/wire.ts";
import { withDescendants } from "../../engine/graph/select.ts";
import { Memory } from "../../engine/memory/memory.ts";
import type { Comparison } from "../../engine/ports/version-control.ts";
import { openProject, type Project } from "../../engine/project.ts";
import { pathsToCompare } from "../../engine/since/changed-pins.ts";
import {
  findChangedByOutline,
  keepCommittedOutline,
  recallCommittedOutline,
} from "../../engine/since/committed-outline.ts";
import { affected as affectedSchema } from "../../schemas/affected.ts";
import { plan as planSchema } from "../../schemas/plan.ts";
import { callCli } from "../cli/run-cli.ts";
import { editsCatalog } from "./edits-catalog.ts";
import {
  buildAll,
  commitAll,
  copyFolder,
  type Folder,
  folderAt,
  git,
  imagePath,
  makeFolder,
} from "./git-project.ts";

interface Row {
  readonly edit: string;
  readonly by: (project: Editable) => void;
  /** Names, in any order; "" for none. */
  readonly changed: string;
  readonly since?: string;
  /** Whether the outline that was kept of the commit is enough to tell it. */
  readonly isOutlined?: boolean;
  /** Among what `lamina plan --changed` says. */
  readonly why?: string;
}

/** The base and all that stands on it. */
const all = "base left right top leaf site";

/** A project to edit; paths are below catalog/. */
class Editable {
  readonly root: string;
  constructor(root: string) {
    this.root = root;
  }
  at(file: string): string {
    return join(this.root, "catalog", file);
  }
  write(file: string, text: string): void {
    folderAt(join(this.root, "catalog")).write(file, text);
  }
  read(file: string): string {
    return readFileSync(this.at(file), "utf8");
  }
  /** Puts one text in place of another, which must be there. */
  replace(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} holds no ${from}`);
    this.write(
      file,
      text.replace(from, () => to),
    );
  }
  git(...args: readonly string[]): void {
    git(this.root, ...args);
  }
  editLock(edit: (text: string) => string): void {
    const file = join(this.root, "lamina.lock");
    writeFileSync(file, edit(readFileSync(file, "utf8")));
  }
}

const files: readonly Row[] = [
  {
    edit: "a byte of a copied file",
    isOutlined: true,
    by: (p) => p.write("right/fetch.sh", "echo fetched >> /fetched\n"),
    changed: "right top leaf",
    why: "fetch.sh was modified",
  },
  {
    edit: "a byte of a file that nothing copies",
    isOutlined: true,
    by: (p) => p.write("base/NOTES.md", "Nobody reads this.\n"),
    changed: "",
  },
  {
    edit: "the right to execute",
    isOutlined: true,
    by: (p) => chmodSync(p.at("base/a.conf"), 0o755),
    changed: all,
    why: "the mode of a.conf changed (644 -> 755)",
  },
  {
    edit: "the group's right to write",
    isOutlined: true,
    by: (p) => chmodSync(p.at("base/a.conf"), 0o664),
    changed: "",
  },
  {
    edit: "others' right to read, which git does not keep",
    isOutlined: true,
    by: (p) => chmodSync(p.at("base/a.conf"), 0o640),
    changed: all,
    since: "",
  },
  {
    edit: "a time",
    isOutlined: true,
    by: (p) => utimesSync(p.at("base/a.conf"), 1, 1),
    changed: "",
  },
  {
    edit: "the name of a copied file",
    by: (p) => renameSync(p.at("base/etc/motd"), p.at("base/etc/motto")),
    changed: all,
    why: "etc/motto was added",
  },
  {
    edit: "the case of a copied file's name",
    by: (p) => renameSync(p.at("base/etc/motd"), p.at("base/etc/Motd")),
    changed: all,
  },
  {
    edit: "a copied file removed",
    by: (p) => unlinkSync(p.at("base/etc/issue")),
    changed: all,
    why: "etc/issue was removed",
  },
  {
    edit: "a file removed that nothing copies",
    by: (p) => unlinkSync(p.at("left/other.sh")),
    changed: "",
  },
  {
    edit: "a new file that a pattern matches",
    by: (p) => p.write("base/b.conf", ""),
    changed: all,
    why: "b.conf was added",
  },
  {
    edit: "a new file that no pattern matches",
    by: (p) => p.write("base/b.txt", ""),
    changed: "",
  },
  {
    edit: "a new file that is copied but ignored by git",
    isOutlined: true,
    by: (p) => p.write("base/etc/x.log", ""),
    changed: all,
    since: "",
  },
  {
    edit: "where a copied link leads",
    by: (p) => {
      unlinkSync(p.at("base/etc/link"));
      symlinkSync("motd", p.at("base/etc/link"));
    },
    changed: all,
    why: "etc/link leads elsewhere (issue -> motd)",
  },
  {
    edit: "a copied file in place of a link",
    by: (p) => {
      unlinkSync(p.at("base/etc/link"));
      p.write("base/etc/link", "issue");
    },
    changed: all,
  },
  {
    edit: "an empty folder in a copied one, which git does not keep",
    isOutlined: true,
    by: (p) => mkdirSync(p.at("base/etc/empty")),
    changed: all,
    since: "",
  },
  {
    edit: "an empty folder elsewhere",
    isOutlined: true,
    by: (p) => mkdirSync(p.at("base/empty")),
    changed: "",
  },
  {
    edit: "a file of a bind mount",
    isOutlined: true,
    by: (p) => p.write("left/recipe/run.sh", "echo\n"),
    changed: "left top leaf",
  },
  {
    edit: "line ends of a copied file",
    isOutlined: true,
    by: (p) => p.write("base/etc/motd", "Welcome.\r\n"),
    changed: all,
  },
];

const ignoreFiles: readonly Row[] = [
  {
    edit: "hides a copied file",
    by: (p) => p.write("site/.dockerignore", "*\n!public\npublic/draft*\npublic/i*\n"),
    changed: "site",
  },
  {
    edit: "shows a hidden file",
    by: (p) => p.write("site/.dockerignore", "*\n!public\n"),
    changed: "site",
    why: "public/draft.html was added",
  },
  {
    edit: "hides what is not there",
    by: (p) => p.write("site/.dockerignore", "# The public part.\n*\n!public\npublic/draft*\npublic/*.tmp\n"),
    changed: "",
  },
  {
    edit: "hides the file that changes",
    isOutlined: true,
    by: (p) => p.write("site/sketch.txt", "x\n"),
    changed: "",
  },
  {
    edit: "takes the new file back in",
    by: (p) => p.write("site/public/new.html", ""),
    changed: "site",
  },
];

const dockerfiles: readonly Row[] = [
  {
    edit: "a comment",
    by: (p) => p.replace("base/Dockerfile", "# What is said", "# What is written"),
    changed: "",
  },
  {
    edit: "blank lines",
    by: (p) => p.replace("base/Dockerfile", "COPY *.conf", "\n\nCOPY *.conf"),
    changed: "",
  },
  {
    edit: "an instruction",
    by: (p) => p.replace("leaf/Dockerfile", "RUN true", "RUN true --really"),
    changed: "leaf",
    why: "Dockerfile was modified",
  },
  {
    edit: "the body of a heredoc",
    by: (p) => p.replace("base/Dockerfile", "echo hello", "echo hallo"),
    changed: all,
  },
  {
    edit: "a stage that the target does not reach",
    by: (p) => p.replace("right/Dockerfile", "RUN cat /unused.txt", "RUN cat /unused.txt >&2"),
    changed: "",
  },
  {
    edit: "a file that only such a stage copies",
    isOutlined: true,
    by: (p) => p.write("right/unused.txt", "still unused\n"),
    changed: "",
  },
  {
    edit: "a directive",
    by: (p) => p.replace("base/Dockerfile", "@sha256:1", "@sha256:2"),
    changed: all,
  },
  {
    edit: "line ends",
    by: (p) => p.write("leaf/Dockerfile", p.read("leaf/Dockerfile").replaceAll("\n", "\r\n")),
    changed: "",
  },
];

const declarations: readonly Row[] = [
  {
    edit: "a comment",
    by: (p) => p.write("base/workflow.ncl", `# The root.\n${p.read("base/workflow.ncl")}`),
    changed: "",
  },
  {
    edit: "the order of fields",
    by: (p) => {
      p.replace("left/workflow.ncl", '  name = "left",\n', "");
      p.replace("left/workflow.ncl", "  args =", '  name = "left",\n  args =');
    },
    changed: "",
  },
  {
    edit: "the value of an argument",
    by: (p) => p.replace("left/workflow.ncl", "levels.used", '"7"'),
    changed: "left top leaf",
    why: 'args.LEVEL: "1" -> "7"',
  },
  {
    edit: "another way to say the same value",
    by: (p) => p.replace("left/workflow.ncl", "levels.used", '"%{levels.used}"'),
    changed: "",
  },
  {
    edit: "a promised tool",
    by: (p) => p.replace("leaf/workflow.ncl", '["leaf"]', '["leaf", "sh"]'),
    changed: "leaf",
  },
  {
    edit: "the kind",
    by: (p) => p.replace("base/workflow.ncl", "'utility", "'toolchain"),
    changed: "",
  },
  {
    edit: "what only describes",
    by: (p) => {
      p.replace("base/workflow.ncl", "time_budget_min = 10", "time_budget_min = 11");
      p.replace("base/workflow.ncl", 'language = "none"', 'language = "c"');
    },
    changed: "",
  },
  {
    edit: "the target",
    by: (p) => p.replace("right/workflow.ncl", '"final"', '"debug"'),
    changed: "right top leaf",
  },
  {
    edit: "a comment in an imported file, outside the catalog",
    by: (p) => p.replace("../shared/defaults.ncl", "# What most", "# What some"),
    changed: "",
  },
  {
    edit: "a default there that counts",
    by: (p) => p.replace("../shared/defaults.ncl", "/usr/bin/top", "/usr/bin/tip"),
    changed: "top leaf",
    why: 'artifact_paths: + "/usr/bin/tip", - "/usr/bin/top"',
  },
  {
    edit: "a default there that does not count",
    by: (p) => p.replace("../shared/defaults.ncl", "20", "30"),
    changed: "",
  },
  {
    edit: "a value in an imported file that is used",
    by: (p) => p.replace("levels.ncl", '"1"', '"9"'),
    changed: "left top leaf",
  },
  {
    edit: "a value in an imported file that is not used",
    by: (p) => p.replace("levels.ncl", '"2"', '"9"'),
    changed: "",
  },
  {
    edit: "a comment in build_directives.ncl",
    by: (p) => p.write("build_directives.ncl", '# Ours.\n{ workspace = "lamina" }\n'),
    changed: "",
  },
];

const graphs: readonly Row[] = [
  {
    edit: "a new layer",
    by: (p) => {
      p.write("new/workflow.ncl", p.read("leaf/workflow.ncl").replaceAll('"leaf"', '"new"'));
      p.write("new/Dockerfile", p.read("leaf/Dockerfile"));
    },
    changed: "new",
    why: "it was never built",
  },
  {
    edit: "a layer removed",
    by: (p) => rmSync(p.at("tail"), { recursive: true }),
    changed: "",
  },
  {
    edit: "a layer renamed",
    by: (p) => {
      renameSync(p.at("leaf"), p.at("bud"));
      p.replace("bud/workflow.ncl", 'name = "leaf"', 'name = "bud"');
    },
    changed: "bud",
  },
  {
    edit: "another base",
    by: (p) => {
      p.replace("leaf/workflow.ncl", '"top"', '"site"');
      p.replace("leaf/Dockerfile", "lamina/top", "lamina/site");
    },
    changed: "leaf",
  },
  {
    edit: "one more to copy from",
    by: (p) => {
      p.replace("leaf/workflow.ncl", 'build_base = "top",', 'build_base = "top",\n  copies_from = ["site"],');
      p.replace("leaf/Dockerfile", "RUN true", "COPY --from=lamina/site /site /site");
    },
    changed: "leaf",
  },
  {
    edit: "a platform added",
    by: (p) => p.replace("tail/workflow.ncl", '["linux/amd64"]', '["linux/amd64", "linux/arm64"]'),
    changed: "tail",
  },
  {
    edit: "a platform left out",
    by: (p) => p.replace("other/workflow.ncl", ', "linux/arm64"', ""),
    changed: "",
  },
];

const locks: readonly Row[] = [
  {
    edit: "the pins of a base",
    isOutlined: true,
    by: (p) =>
      p.editLock((text) =>
        text.replace(/"alpine:3": \{[^}]*\}/, (pins) => pins.replaceAll(/sha256:./g, "sha256:0")),
      ),
    changed: "other tail",
    why: "alpine:3 changed (",
  },
  {
    edit: "an entry removed",
    isOutlined: true,
    by: (p) => {
      const { layers, ...lock } = JSON.parse(readFileSync(join(p.root, "lamina.lock"), "utf8"));
      const { tail, ...others } = layers;
      p.editLock(() => `${JSON.stringify({ ...lock, layers: others }, null, 2)}\n`);
      expect(tail).toBeDefined();
    },
    changed: "tail",
    since: "",
  },
  {
    edit: "all of the lock removed",
    isOutlined: true,
    by: (p) => unlinkSync(join(p.root, "lamina.lock")),
    changed: `${all} other tail`,
  },
  {
    edit: "an image that is gone",
    isOutlined: true,
    by: (p) => unlinkSync(imagePath(p.root, "left")),
    changed: "left top leaf",
    since: "",
  },
];

const inGit: readonly Row[] = [
  {
    edit: "a README",
    isOutlined: true,
    by: (p) => writeFileSync(join(p.root, "README.md"), "Ours.\n"),
    changed: "",
  },
  {
    edit: "another branch, and back",
    isOutlined: true,
    by: (p) => {
      p.git("switch", "-q", "-c", "other");
      p.write("base/a.conf", "a = 2\n");
      p.git("commit", "-q", "-a", "-m", "two");
      p.git("switch", "-q", "main");
    },
    changed: "",
  },
  {
    edit: "staged",
    by: (p) => {
      p.write("leaf/Dockerfile", "FROM lamina/top\nRUN false\n");
      p.git("add", "-A");
    },
    changed: "leaf",
  },
  {
    edit: "staged, and changed back on disk",
    isOutlined: true,
    by: (p) => {
      const before = p.read("leaf/Dockerfile");
      p.write("leaf/Dockerfile", "FROM lamina/top\nRUN false\n");
      p.git("add", "-A");
      p.write("leaf/Dockerfile", before);
    },
    changed: "",
  },
  {
    edit: "no longer tracked, but there as it was",
    isOutlined: true,
    by: (p) => p.git("rm", "-q", "--cached", "catalog/base/etc/motd"),
    changed: "",
  },
  {
    edit: "no longer tracked, and changed",
    by: (p) => {
      p.git("rm", "-q", "--cached", "catalog/base/etc/motd");
      p.write("base/etc/motd", "Hm.\n");
    },
    changed: all,
  },
  {
    edit: "committed",
    by: (p) => {
      p.write("leaf/Dockerfile", "FROM lamina/top\nRUN false\n");
      p.git("commit", "-q", "-a", "-m", "two");
    },
    changed: "leaf",
    since: "",
  },
  {
    edit: "committed, and changed back on disk",
    by: (p) => {
      const before = p.read("leaf/Dockerfile");
      p.write("leaf/Dockerfile", "FROM lamina/top\nRUN false\n");
      p.git("commit", "-q", "-a", "-m", "two");
      p.write("leaf/Dockerfile", before);
    },
    changed: "",
    since: "leaf",
  },
];

let built: Folder;
beforeAll(async () => {
  built = makeFolder();
  for (const [path, text] of Object.entries(editsCatalog)) built.write(path, text);
  symlinkSync("issue", join(built.root, "catalog/base/etc/link"));
  await buildAll(built.root);
  commitAll(built.root);
});
afterAll(() => built.remove());

describe.each([
  ["a file", files],
  [".dockerignore", ignoreFiles],
  ["a Dockerfile", dockerfiles],
  ["a declaration", declarations],
  ["the graph", graphs],
  ["the lock and the store", locks],
  ["git", inGit],
])("%s", (_, rows) => {
  test.each(rows)("$edit: $changed", async ({ by, changed, since = changed, isOutlined = false, why }) => {
    const copy = copyFolder(built);
    const { root } = copy;
    try {
      await ownDigests(root, openMemoryAt(root));
      await keepOutline(root);
      by(new Editable(root));
      expect({
        changed: await staleLayers(root),
        since: await layersSince(root),
        why: why === undefined ? undefined : await findInPlan(root, why),
      }).toEqual({ changed: namesIn(changed), since: namesIn(since), why });
      expect(await sinceByOutline(root)).toEqual(isOutlined ? namesIn(since) : undefined);
      // What was remembered from before the edit does not deceive.
      expect(await ownDigests(root, openMemoryAt(root))).toEqual(await ownDigests(root));
    } finally {
      copy.remove();
    }
  });
});

test("the outline of one commit serves for others, as long as nothing but contents changed between them", async () => {
  const copy = copyFolder(built);
  const { root } = copy;
  const edit = new Editable(root);
  try {
    await keepOutline(root);
    edit.write("base/NOTES.md", "other\n");
    commitAll(root);
    expect(await sinceByOutline(root)).toEqual(new Set());
    edit.write("base/more.txt", "new");
    commitAll(root);
    expect(await sinceByOutline(root)).toBeUndefined();
    await keepOutline(root);
    expect(await sinceByOutline(root)).toEqual(new Set());
    // As in a shallow clone, or after a branch was cut off.
    git(root, "checkout", "-q", "--orphan", "new");
    commitAll(root);
    git(root, "branch", "-D", "main");
    git(root, "-c", "gc.reflogExpire=now", "-c", "gc.reflogExpireUnreachable=now", "gc", "-q", "--prune=now");
    expect(await sinceByOutline(root)).toBeUndefined();
  } finally {
    copy.remove();
  }
});

test("the outline tells the very causes that the catalog tells", async () => {
  const copy = copyFolder(built);
  const { root } = copy;
  const edit = new Editable(root);
  try {
    await keepOutline(root);
    for (const file of ["a.conf", "etc/issue", "etc/motd", "NOTES.md"]) edit.write(`base/${file}`, "other\n");
    edit.write("right/fetch.sh", "other\n");
    const kept = recallCommittedOutline(root, openMemoryAt(root, "outline"));
    const found = kept && (await findChangedByOutline(kept, await compareToHead(root)));
    const [kind, change] = ["file-changed", "modified"];
    const ofBase = ["a.conf", "etc/issue", "etc/motd"];
    const own = [
      ["base", ofBase.map((name) => ({ kind, path: `catalog/base/${name}`, change }))],
      ["right", [{ kind, path: "catalog/right/fetch.sh", change }]],
    ];
    expect(found?.ok === true && Array.from(found.value ?? [])).toEqual(own);
    rmSync(join(root, ".lamina"), { recursive: true });
    const { stdout } = await callCli(["list", "--since", "HEAD", "--json"], root);
    const told = affectedSchema
      .parse(JSON.parse(stdout))
      .layers.map(({ layer, reasons }) => [layer, reasons.filter(({ kind }) => kind !== "parent-affected")]);
    expect(told.filter(([, reasons]) => reasons?.length !== 0)).toEqual(own);
  } finally {
    copy.remove();
  }
});

test("nothing edited: nothing to do, however it is asked", async () => {
  expect(await staleLayers(built.root)).toEqual(new Set());
  expect(await layersSince(built.root)).toEqual(new Set());
});

test("--changed with names, --only, --with-ancestors and --since", async () => {
  const copy = copyFolder(built);
  try {
    const project = new Editable(copy.root);
    for (const layer of ["left", "leaf"])
      project.write(`${layer}/Dockerfile`, `${project.read(`${layer}/Dockerfile`)}RUN true\n`);
    project.git("commit", "-q", "-a", "-m", "two");
    project.write("tail/Dockerfile", "FROM lamina/other\nRUN false\n");
    const plan = async (...args: readonly string[]) => {
      const { stdout } = await callCli(["plan", "--changed", "--json", ...args], copy.root);
      return planSchema.parse(JSON.parse(stdout)).nodes.map(({ layer, action }) => `${layer} ${action}`);
    };
    expect(await plan()).toEqual(["left build", "tail build", "top build", "leaf build"]);
    expect(await plan("right", "top")).toEqual(["left build", "top build"]);
    expect(await plan("right")).toEqual([]);
    expect(await plan("--with-ancestors", "top")).toEqual([
      "base reuse",
      "left build",
      "right reuse",
      "top build",
    ]);
    // The leaf changed itself, but stands on a layer that is to be built and is left out.
    expect(await plan("--only")).toEqual(["left build", "tail build", "leaf blocked"]);
    expect(await plan("--only", "right")).toEqual([]);
    expect(await plan("--since", "HEAD")).toEqual(["tail build"]);
    expect(await plan("--since", "HEAD~1", "+leaf")).toEqual(["left build", "top build", "leaf build"]);
    const { stdout } = await callCli(["list", "--changed", "--since", "HEAD~1", "l*"], copy.root);
    expect(stdout.split("\n").map((line) => line.split(" ")[0])).toEqual(["layer", "left", "leaf", ""]);
  } finally {
    copy.remove();
  }
});

function namesIn(text: string): ReadonlySet<string> {
  return new Set(text.split(" ").filter((name) => name !== ""));
}

async function staleLayers(root: string): Promise<ReadonlySet<string>> {
  const { stdout, stderr } = await callCli(["plan", "--changed", "--json"], root);
  if (stdout === "") throw new Error(stderr);
  const { nodes } = planSchema.parse(JSON.parse(stdout));
  expect(nodes.filter(({ action }) => action !== "build")).toEqual([]);
  return new Set(nodes.map(({ layer }) => layer));
}

/** The text, if it stands there; else the whole plan. */
async function findInPlan(root: string, text: string): Promise<string> {
  const { stdout } = await callCli(["plan", "--changed"], root);
  return stdout.includes(text) ? text : stdout;
}

async function layersSince(root: string): Promise<ReadonlySet<string>> {
  const { stdout, stderr } = await callCli(["list", "--since", "HEAD", "--json"], root);
  if (stdout === "") throw new Error(stderr);
  return new Set(affectedSchema.parse(JSON.parse(stdout)).layers.map(({ layer }) => layer));
}

function openMemoryAt(root: string, name = "memory"): Memory {
  const { files: disk, clock } = createHost();
  const folder = join(root, ".lamina/cache");
  return new Memory({ files: disk, folder, name, producer: "test", nowMs: () => clock.nowMs() });
}

/** As `lamina list --since` does when it opened the catalog. */
async function keepOutline(root: string): Promise<void> {
  const opened = await openAt(root);
  await keepCommittedOutline(
    opened.graph,
    (layer) => opened.ownInputs.get(layer),
    await compareToHead(root),
    openMemoryAt(root, "outline"),
  );
}

/** The layers that changed and what stands on them, by what was kept alone; undefined where that does not tell. */
async function sinceByOutline(root: string): Promise<ReadonlySet<string> | undefined> {
  const kept = recallCommittedOutline(root, openMemoryAt(root, "outline"));
  const found = kept && (await findChangedByOutline(kept, await compareToHead(root)));
  if (found?.ok === false) throw new Error(JSON.stringify(found.error));
  return kept && found?.value && withDescendants(kept.graph, found.value.keys());
}

async function compareToHead(root: string): Promise<Comparison> {
  const git = await openVersionControl();
  const request = { root, ref: "HEAD", paths: pathsToCompare(root) };
  const compared = await git.compare(request, new AbortController().signal);
  if (!compared.ok) throw new Error(JSON.stringify(compared.error));
  return compared.value;
}

/** Of every layer; with a memory through it, and it keeps what it saw. */
async function ownDigests(root: string, memory?: Memory): Promise<ReadonlyMap<string, string>> {
  const { ownInputs } = await openAt(root, memory);
  const digests = Array.from(ownInputs, ([layer, { digest }]) => [layer, digest] as const);
  memory?.save();
  return new Map(digests);
}

async function openAt(root: string, memory?: Memory): Promise<Project> {
  const host = createHost();
  const evaluator = openEvaluator(memory ?? host);
  const opened = await openProject({
    directory: root,
    host,
    evaluate: (path) => evaluator.evaluate(path),
    memory,
    bases: new Map(),
  });
  if (!opened.ok) throw new Error(opened.error.map(({ message }) => message).join("\n"));
  return opened.value;
}
