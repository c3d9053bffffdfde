// The commands that look at a catalog, as processes in a project; the shapes of --json by their schemas. Long because one project
// is made for all of them, and their words are to be the same for the same thing.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { diagnostics } from "../../schemas/diagnostics.ts";
import { githubMatrix } from "../../schemas/github-matrix.ts";
import { graph as graphSchema } from "../../schemas/graph.ts";
import { list as listSchema } from "../../schemas/list.ts";
import { plan as planSchema } from "../../schemas/plan.ts";
import { show as showSchema } from "../../schemas/show.ts";
import { why as whySchema } from "../../schemas/why.ts";
import { callCli, layerFiles, runCli, threeLayers, writeProject } from "./run-cli.ts";

const platform = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
const sound = writeProject(threeLayers);
const projects = [sound];
afterAll(() => {
  for (const project of projects) project.remove();
});

function projectOf(files: Readonly<Record<string, string>>) {
  const project = writeProject(files);
  projects.push(project);
  return project;
}

describe("a sound catalog that was never built", () => {
  test("is valid", async () => {
    expect(await callCli(["catalog-validate", "--check-dag"], sound.root)).toEqual({
      exitCode: 0,
      stdout: "3 layers, all sound\n",
      stderr: "",
    });
    const { stdout } = await callCli(["catalog-validate", "--json"], sound.root);
    expect(diagnostics.parse(JSON.parse(stdout))).toEqual({ version: 1, ok: true, diagnostics: [] });
  });

  test("is found from a folder within, and with -C from anywhere", async () => {
    const within = await runCli(["catalog-validate"], { cwd: `${sound.root}/catalog/top` });
    const elsewhere = await runCli(["-C", sound.root, "catalog-validate"]);
    expect([within.stdout, elsewhere.stdout]).toEqual(["3 layers, all sound\n", "3 layers, all sound\n"]);
  });

  test("plan: what would be built and why", async () => {
    const { exitCode, stdout, stderr } = await callCli(["plan"], sound.root);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout.replaceAll(/\d+ m\b/g, "N m").replace(/\d+ at once/, "N at once")).toBe(`\
layer   action  about  from    why
base    build     N m  budget  it was never built
middle  build     N m  budget  it was never built
top     build     N m  budget  it was never built
3 layers: 3 to build
about N m, N at once: N m of building, N m along the longest path
budget: no record, so a quarter of its time budget
`);
    expect((await callCli(["build", "--dry-run"], sound.root)).stdout).toBe(stdout);
  });

  test("what is this machine's alone stays out of version control", async () => {
    const { root } = projectOf({ ...threeLayers, ".lamina/local.json": "{}\n" });
    await execa("git", ["init", "-q"], { cwd: root });
    await callCli(["plan"], root);
    const { stdout } = await execa("git", ["status", "--short"], { cwd: root });
    expect(stdout).toBe("?? catalog/");
  });

  test("a catalog that is invalid has failed, and settings of this machine are configuration", async () => {
    const invalid = { "catalog/build_directives.ncl": "{ cache_policy = { actor = 'nobody } }\n" };
    const misset = { ".lamina/local.json": '{ "basis": {} }\n' };
    for (const command of ["plan", "list", "build"]) {
      expect((await callCli([command], projectOf({ ...threeLayers, ...invalid }).root)).exitCode).toBe(1);
      expect((await callCli([command], projectOf({ ...threeLayers, ...misset }).root)).exitCode).toBe(2);
      const both = projectOf({ ...threeLayers, ...invalid, ...misset });
      expect((await callCli([command], both.root)).exitCode).toBe(1);
    }
  });

  test("a layer that is held back says by what first", async () => {
    const { stdout } = await callCli(["list", "--only", "top"], sound.root);
    expect(stdout.split("\n")[1]).toMatch(
      / blocked: its parent middle is not current, and --only leaves it out, and 1 more reason$/,
    );
  });

  test("plan --json: by the schema, in topological order", async () => {
    const { stdout } = await callCli(["plan", "top", "--json"], sound.root);
    const plan = planSchema.parse(JSON.parse(stdout));
    expect(plan.nodes.map(({ layer, action, inputDigest }) => [layer, action, inputDigest])).toEqual([
      ["base", "build", null],
      ["middle", "build", null],
      ["top", "build", null],
    ]);
    expect(plan.nodes[2]).toMatchObject({
      platform,
      reasons: [{ kind: "never-built" }, { kind: "parent-pending", parent: "middle" }],
      parents: ["middle"],
    });
  });

  test("plan of named layers, by globs; --only holds back what stands on stale ones", async () => {
    const { stdout } = await callCli(["plan", "--only", "m*"], sound.root);
    expect(stdout).toBe(`\
layer   action   why
middle  blocked  it was never built
                 its parent base is not current, and --only leaves it out
1 layer: 1 blocked
`);
  });

  test("why: the chain of reasons", async () => {
    expect(await callCli(["why", "top"], sound.root)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `\
top (${platform}) would be built
├─ it was never built
└─ middle is built first
   ├─ it was never built
   └─ base is built first
      ├─ it was never built
      └─ debian:trixie-slim is not pinned yet
`,
    });
  });

  test("why --json: by the schema, with the chain", async () => {
    const { stdout } = await callCli(["why", "top", "--json"], sound.root);
    const json = whySchema.parse(JSON.parse(stdout));
    expect(json.targets).toEqual([{ layer: "top", platform, action: "build", chain: ["top"], locked: null }]);
    expect(json.nodes.map(({ layer }) => layer)).toEqual(["base", "middle", "top"]);
  });

  test("why of paths: whether the build sees them, and what a change would rebuild", async () => {
    const { root } = projectOf({
      ...threeLayers,
      "catalog/middle/.dockerignore": "*.md\n!NEWS.md\n",
      "catalog/middle/Dockerfile": "FROM lamina/base\nCOPY tool *.md /usr/bin/\n",
      "catalog/middle/notes.md": "",
      "catalog/middle/other": "",
      "README.md": "",
    });
    const ask = (...args: readonly string[]) => callCli(["why", ...args], root);
    const paths = [
      "tool",
      "notes.md",
      "other",
      "workflow.ncl",
      "catalog/base/Dockerfile",
      "catalog/top/tool",
    ];
    const made = [
      import.meta.filename,
      "catalog/middle/new.md",
      "catalog/middle/tool/x",
      "NEWS.md",
      "catalog/base/.dockerignore",
    ];
    expect(await ask("middle", ...paths, "README.md", "gone", ...made)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `\
catalog/middle/tool is seen by the build of middle:
  catalog/middle/Dockerfile:2: COPY tool *.md /usr/bin/
a change that counts rebuilds middle, and if its image comes out changed what stands on it: top
catalog/middle/notes.md is not seen by the build of middle, as it is left out:
  catalog/middle/.dockerignore:1: *.md
catalog/middle/other is not seen by the build of middle: no COPY, ADD or bind mount that the target reaches takes it
catalog/middle/workflow.ncl counts for middle by the values that come out of it: comments, and fields that change no image, rebuild nothing
a change that counts rebuilds middle, and if its image comes out changed what stands on it: top
catalog/base/Dockerfile belongs to base, which middle stands on
catalog/base/Dockerfile counts for base by its instructions, as far as the target reaches them: comments and other stages rebuild nothing
a change that counts rebuilds base, and if its image comes out changed what stands on it: middle, top
catalog/top/tool belongs to top, which middle does not stand on
README.md is not seen by the build of middle: it is not in its folder, and its declaration does not read it
there is no catalog/middle/gone yet: it would not be seen by the build of middle: no COPY, ADD or bind mount that the target reaches would take it
${import.meta.filename} is not seen by the build of middle: it is not in its folder, and its declaration does not read it
there is no catalog/middle/new.md yet: it would not be seen by the build of middle, as it would be left out:
  catalog/middle/.dockerignore:1: *.md
there is no catalog/middle/tool/x
there is no catalog/middle/NEWS.md yet: it would be seen by the build of middle:
  catalog/middle/Dockerfile:2: COPY tool *.md /usr/bin/
making it rebuilds middle, and if its image comes out changed what stands on it: top
there is no catalog/base/.dockerignore yet: it would belong to base, which middle stands on
it would count for base by what it leaves out of the build
what counts of it rebuilds base, and if its image comes out changed what stands on it: middle, top
`,
    });
    const { stdout } = await ask(
      "middle",
      "tool",
      "catalog/base/tool",
      "README.md",
      "catalog/middle/new.md",
      "catalog/middle/tool/x",
      import.meta.dirname,
      "--json",
    );
    expect(whySchema.parse(JSON.parse(stdout)).paths).toEqual([
      {
        path: "catalog/middle/tool",
        sight: "seen",
        wouldBe: null,
        layer: "middle",
        places: [{ file: "catalog/middle/Dockerfile", line: 2, text: "COPY tool *.md /usr/bin/" }],
        affects: ["middle", "top"],
      },
      {
        path: "catalog/base/tool",
        sight: "seen",
        wouldBe: null,
        layer: "base",
        places: [{ file: "catalog/base/Dockerfile", line: 2, text: "COPY tool /usr/bin/base-tool" }],
        affects: ["base", "middle", "top"],
      },
      { path: "README.md", sight: "outside", wouldBe: null, layer: null, places: [], affects: [] },
      {
        path: "catalog/middle/new.md",
        sight: "missing",
        wouldBe: "ignored",
        layer: "middle",
        places: [{ file: "catalog/middle/.dockerignore", line: 1, text: "*.md" }],
        affects: [],
      },
      {
        path: "catalog/middle/tool/x",
        sight: "missing",
        wouldBe: null,
        layer: null,
        places: [],
        affects: [],
      },
      { path: import.meta.dirname, sight: "outside", wouldBe: null, layer: null, places: [], affects: [] },
    ]);
  });

  test("plan --format github-matrix: one line with a wave for each level of the graph", async () => {
    const label = ["--runs-on", `${platform}=mine`];
    const { stdout, stderr } = await callCli(["plan", "--format", "github-matrix", ...label], sound.root);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^\{.*\}\n$/);
    const job = { platform, runner: "mine", timeoutMinutes: 40 };
    expect(githubMatrix.parse(JSON.parse(stdout))).toEqual({
      version: 1,
      jobs: 3,
      waves: [
        { include: [{ layer: "base", ...job, needs: [] }] },
        { include: [{ layer: "middle", ...job, needs: ["base"] }] },
        { include: [{ layer: "top", ...job, needs: ["middle"] }] },
      ],
    });
  });

  test("plan --format github-matrix --only: what is held back is in no wave", async () => {
    const args = ["plan", "--only", "top", "--format", "github-matrix"];
    expect(await callCli(args, sound.root)).toEqual({
      exitCode: 0,
      stdout: '{"version":1,"jobs":0,"waves":[]}\n',
      stderr: "in no wave, as they are held back: top\n",
    });
  });

  test("a platform that no runner is known for, and labels that are none", async () => {
    const { root } = projectOf(
      layerFiles("base", '{ image = "debian:trixie-slim" }', 'platforms = ["linux/riscv64"],'),
    );
    const matrix = ["plan", "--format", "github-matrix", "base"];
    expect(await callCli(matrix, root)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "error: it is not known which runner builds for linux/riscv64\n" +
        "help: name one: --runs-on linux/riscv64=LABEL\n",
    });
    const named = await callCli([...matrix, "--runs-on", "linux/riscv64:cax11=small"], root);
    expect(named.stdout).toContain('"runner":"small"');
    const answers = await Promise.all(
      ["arm64", "linux/arm64=", "linux/arm64:huge=x"].map((value) =>
        callCli([...matrix, "--runs-on", value], root),
      ),
    );
    expect(answers.map(({ exitCode, stderr }) => [exitCode, stderr.split("\n")[0]])).toEqual([
      [2, 'error: plan: --runs-on must be OS/ARCH=LABEL or OS/ARCH:TIER=LABEL, not "arm64"'],
      [2, 'error: plan: --runs-on must be OS/ARCH=LABEL or OS/ARCH:TIER=LABEL, not "linux/arm64="'],
      [
        2,
        'error: plan: --runs-on must name cax11, cax21, cax31 or cax41 as the tier, not "linux/arm64:huge=x"',
      ],
    ]);
  });

  test("graph in every format", async () => {
    const formats = ["text", "dot", "mermaid", "json"];
    const [text, dot, mermaid, json] = await Promise.all(
      formats.map((format) => callCli(["graph", "--format", format], sound.root)),
    );
    expect(text?.stdout).toBe(`\
debian:trixie-slim  not pinned
└─ base             to build  it was never built
   └─ middle        to build  it was never built
      └─ top        to build  it was never built
3 layers: 3 to build
`);
    expect(dot?.stdout).toMatch(/^digraph lamina \{\n/);
    expect(dot?.stdout).toContain('  "base" -> "image:debian:trixie-slim";\n  "middle" -> "base";\n');
    expect(mermaid?.stdout).toMatch(/^flowchart BT\n {2}i0\(\["debian:trixie-slim"\]\)\n/);
    const { nodes, edges } = graphSchema.parse(JSON.parse(json?.stdout ?? ""));
    expect(nodes.map(({ layer, parents, externalBases }) => ({ layer, parents, externalBases }))).toEqual([
      { layer: "base", parents: [], externalBases: ["debian:trixie-slim"] },
      { layer: "middle", parents: ["base"], externalBases: [] },
      { layer: "top", parents: ["middle"], externalBases: [] },
    ]);
    expect(edges).toEqual([
      { from: "base", to: "debian:trixie-slim", kind: "base", external: true },
      { from: "middle", to: "base", kind: "base", external: false },
      { from: "top", to: "middle", kind: "base", external: false },
    ]);
    const [state] = nodes[1]?.states ?? [];
    expect(state).toMatchObject({
      platform,
      action: "build",
      why: ["it was never built", "its parent base is built first"],
      built: null,
    });
  });

  test("graph of named layers: with what they stand on and what stands on them", async () => {
    const { root } = projectOf({
      ...threeLayers,
      ...layerFiles("side", '"base"'),
      ...layerFiles("alone", '{ image = "alpine:3.20" }'),
    });
    const namesOf = async (...args: readonly string[]) => {
      const { stdout } = await callCli(["graph", "--json", ...args], root);
      return graphSchema.parse(JSON.parse(stdout)).nodes.map(({ layer }) => layer);
    };
    expect(await namesOf("middle")).toEqual(["base", "middle", "top"]);
    expect(await namesOf("alone", "side")).toEqual(["alone", "base", "side"]);
    expect(await namesOf("alone")).toEqual(["alone"]);
    expect(await namesOf("+middle")).toEqual(["base", "middle"]);
    expect(await namesOf("middle+")).toEqual(["middle", "top"]);
    expect((await callCli(["graph", "middle+"], root)).stdout).toBe(`\
middle  to build  it was never built
└─ top  to build  it was never built
2 layers: 2 to build
`);
    const { images } = graphSchema.parse(
      JSON.parse((await callCli(["graph", "--json", "alone"], root)).stdout),
    );
    expect(images).toEqual([{ image: "alpine:3.20", replacedBy: null, pins: {} }]);
    expect(await callCli(["graph", "mddle"], root)).toMatchObject({ exitCode: 2, stdout: "" });
  });

  test("graph to a file, and what keeps it from that", async () => {
    const { root } = projectOf(threeLayers);
    expect(await callCli(["graph", "-o", "graph.txt"], root)).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(join(root, "graph.txt"), "utf8")).toBe((await callCli(["graph"], root)).stdout);
    const { exitCode, stderr } = await callCli(["graph", "-o", "no/such/folder.txt"], root);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `error: cannot write no/such/folder.txt: ENOENT: no such file or directory, open '${root}/no/such/folder.txt'\n`,
    });
  });

  test("list and show", async () => {
    expect((await callCli(["list"], sound.root)).stdout).toBe(`\
layer   kind     base                state
base    utility  debian:trixie-slim  to build: it was never built
middle  utility  base                to build: it was never built
top     utility  middle              to build: it was never built
`);
    expect((await callCli(["show", "middle"], sound.root)).stdout).toBe(`\
middle (utility, none)
  declared in  catalog/middle/workflow.ncl
  platform     ${platform}
  stands on    base
  needed by    top
  tools        middle-tool
  artifacts    /usr/bin/middle-tool
  runner       2 cpu, 4 GB (language)
  state        to build: it was never built
`);
  });

  test("show tells which file says a size: the layer's own directives go over the catalog's", async () => {
    const project = projectOf({
      ...layerFiles("own", '"plain"', "cpu = 4, memory_gb = 4,\n"),
      "catalog/own/build_directives.ncl":
        "let D = import \"lamina/build_directives.ncl\" in { runner_override = { runner_type = 'cax31 }, runners = { reuse = 'never } } | D.LayerDirectives",
      ...layerFiles("plain", '{ image = "debian:trixie-slim" }'),
    });
    const sizeOf = async (layer: string) => {
      const { stdout } = await callCli(["show", layer], project.root);
      return /runner +(.*(?:\n {14}.*)*)/.exec(stdout)?.[1]?.split(/\n +/);
    };
    expect([await sizeOf("own"), await sizeOf("plain")]).toEqual([
      [
        "8 cpu, 16 GB (explicit), by catalog/own/build_directives.ncl",
        "on a leased machine of its own, by catalog/own/build_directives.ncl",
      ],
      ["2 cpu, 4 GB (language)"],
    ]);
    project.write(
      "catalog/build_directives.ncl",
      "{ runner_override = { runner_type = 'cax21, time_budget_min = 9 } }",
    );
    expect([await sizeOf("own"), await sizeOf("plain")]).toEqual([
      [
        "8 cpu, 16 GB (explicit), by catalog/own/build_directives.ncl",
        "on a leased machine of its own, by catalog/own/build_directives.ncl",
      ],
      ["4 cpu, 8 GB (explicit), by catalog/build_directives.ncl"],
    ]);
    const shown = await callCli(["show", "own", "--json"], project.root);
    expect(showSchema.parse(JSON.parse(shown.stdout)).platforms[0]).toMatchObject({
      runner: { tier: "cax31", source: "explicit" },
      sizeFrom: "catalog/own/build_directives.ncl",
      ownMachine: true,
    });
    project.write("catalog/own/build_directives.ncl", '{ workspace = "mine" }');
    const refused = await callCli(["show", "own"], project.root);
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringContaining("help: it must be said in catalog/build_directives.ncl, for all layers"),
    ]);
  });

  test("list --json and show --json: by the schemas", async () => {
    const listed = await callCli(["list", "middle", "--json"], sound.root);
    const row = { layer: "middle", platform, kind: "utility", base: "base", action: "build" };
    expect(listSchema.parse(JSON.parse(listed.stdout))).toEqual({
      version: 1,
      layers: [{ ...row, image: null, sizeBytes: null }],
    });
    const shown: unknown = JSON.parse((await callCli(["show", "base", "--json"], sound.root)).stdout);
    const json = showSchema.parse(shown);
    // With all that the schema would fill in.
    expect(shown).toEqual(json);
    expect(json).toMatchObject({
      layer: "base",
      parents: [],
      children: ["middle"],
      externalBases: ["debian:trixie-slim"],
      platforms: [{ platform, action: "build", locked: null }],
    });
    expect(json.workflow.tools_provided).toEqual([{ name: "base-tool", check: ["base-tool", "--version"] }]);
  });

  test("the help of --json says which form comes when", async () => {
    expect((await callCli(["help", "list"])).stdout).toContain(
      "--json            as JSON: with --since and no --changed schemas/affected.ts, else schemas/list.ts\n",
    );
    expect((await callCli(["help", "show"])).stdout).toContain(
      "--json           as JSON (schemas/show.ts)\n",
    );
  });

  test("lock --check fails where something is to be built", async () => {
    const { exitCode, stdout } = await callCli(["lock", "--check"], sound.root);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("3 layers: 3 to build");
  });

  test("a layer that does not exist, and selections that contradict themselves", async () => {
    const answers = await Promise.all(
      [
        ["show", "midle"],
        ["build", "x*"],
        ["plan", "--changed", "--force"],
        ["plan", "--only"],
      ].map((args) => runCli(args, { cwd: sound.root })),
    );
    expect(answers.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(answers.map(() => [2, ""]));
    expect(answers.map(({ stderr }) => stderr)).toEqual([
      'error: there is no layer "midle"\nhelp: did you mean "middle"?\n',
      'error: no layer is named like "x*"\nhelp: the layers are base, middle, top\n',
      "error: --force and --changed exclude each other\nhelp: --changed leaves out what is current, --force builds it: keep one of them\n",
      "error: --only needs the names of layers, --changed or --since\nhelp: without them, all layers are selected\n",
    ]);
  });

  test("a build without a BuildKit ends with 3 and says how to get one", async () => {
    const missing = `unix://${sound.root}/nobody.sock`;
    const { exitCode, stdout, stderr } = await runCli(["build"], {
      cwd: sound.root,
      env: { BUILDKIT_HOST: missing },
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr).toMatch(/^error: there is no BuildKit to build with\n/);
    expect(stderr).toMatch(/\n {2}`lamina doctor` checks again\n$/);
  });

  test("a summary that cannot be written is no success", async () => {
    const empty = projectOf({ "catalog/build_directives.ncl": "{}" });
    const { exitCode, stderr } = await callCli(["build", "--summary-file", "catalog"], empty.root);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error: cannot write ${empty.root}/catalog: `);
  });

  test("a replaced base makes a local world, and it is said", async () => {
    const args = ["plan", "base", "--base", "debian:trixie-slim=oci-layout:mine"];
    const { stdout, stderr } = await callCli(args, sound.root);
    expect(stderr).toBe(
      `local: debian:trixie-slim is replaced by oci-layout:${sound.root}/mine; results go to .lamina/local.lock\n`,
    );
    expect(stdout).toContain("base   build");
  });
});

describe("wrong catalogs end with 1, with the right place underlined", () => {
  const cases: readonly (readonly [what: string, files: Readonly<Record<string, string>>, stderr: string])[] =
    [
      [
        "a cycle of three",
        { ...layerFiles("a", '"c"'), ...layerFiles("b", '"a"'), ...layerFiles("c", '"b"') },
        `
error[E0403]: layers stand on one another in a circle: a -> c -> b -> a
 --> catalog/a/workflow.ncl:6:16
  |
6 |   build_base = "c",
  |                ^^^ "a" needs "c"
note: "c" needs "b"
 --> catalog/c/workflow.ncl:6:16
  |
6 |   build_base = "b",
  |                ---
note: "b" needs "a"
 --> catalog/b/workflow.ncl:6:16
  |
6 |   build_base = "a",
  |                ---
  |
  = help: take one of these edges out

1 error
\`lamina explain E0403\` tells more
`,
      ],
      [
        "a base that is misspelt by a letter",
        { ...threeLayers, ...layerFiles("top", '"midle"') },
        `
error[E0401]: there is no layer "midle" to build on
 --> catalog/top/workflow.ncl:6:16
  |
6 |   build_base = "midle",
  |                ^^^^^^^ unknown layer
  |
  = help: did you mean "middle"?

1 error
\`lamina explain E0401\` tells more
`,
      ],
      [
        "a syntax error",
        {
          ...threeLayers,
          "catalog/top/workflow.ncl": '{\n  name = "top",\n  kind = \'utility\n  language = "none",\n}\n',
        },
        `
error[E0109]: missing comma before the field \`language\`
 --> catalog/top/workflow.ncl:4:3
  |
4 |   language = "none",
  |   ^^^^^^^^
  |
  = help: put a comma after the previous field

1 error
\`lamina explain E0109\` tells more
`,
      ],
      [
        "a number where a string belongs",
        {
          ...threeLayers,
          "catalog/top/workflow.ncl": (threeLayers["catalog/top/workflow.ncl"] ?? "").replace('"none"', "3"),
        },
        `
error[E0210]: the value of \`language\` breaks its contract: must be a language in lower-case letters, such as "rust"
   --> catalog/top/workflow.ncl:5:14
    |
  5 |   language = 3,
    |              ^ this is the number 3
note: expected by this contract
   --> lamina/workflow.ncl:LINE:11
    |
LINE |         | F.TextLike "^[a-z][a-z0-9+#-]*$" "a language in lower-case letters, such as \\"rust\\"",
    |           -------------------------------------------------------------------------------------

1 error
\`lamina explain E0210\` tells more
`,
      ],
    ];

  test.each(cases)("%s", async (_what, files, stderr) => {
    const project = projectOf(files);
    const answer = await callCli(["catalog-validate", "--check-dag"], project.root);
    // Where a contract stands in our own files is not the point.
    const told = `\n${answer.stderr}`.replaceAll(/(?<=workflow\.ncl:)\d{3}|^\d{3}(?= \|)/gm, "LINE");
    expect({ ...answer, stderr: told }).toEqual({ exitCode: 1, stdout: "", stderr });
    const planned = await callCli(["plan"], project.root);
    expect(planned).toEqual(answer);
  });

  test("as JSON, by the schema, with the same places", async () => {
    const project = projectOf({ ...threeLayers, ...layerFiles("top", '"midle"') });
    const { exitCode, stdout, stderr } = await callCli(["catalog-validate", "--json"], project.root);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    const judged = diagnostics.parse(JSON.parse(stdout));
    expect(judged.ok).toBe(false);
    expect(judged.diagnostics[0]).toMatchObject({
      severity: "error",
      file: "catalog/top/workflow.ncl",
      line: 6,
      column: 16,
      endLine: 6,
      endColumn: 23,
    });
  });

  test("our own contracts are named as they are imported, whatever is asked for", async () => {
    const top = (threeLayers["catalog/top/workflow.ncl"] ?? "").replace('"none"', "3");
    const project = projectOf({ ...threeLayers, "catalog/top/workflow.ncl": top });
    const { stdout } = await callCli(["catalog-validate", "--json"], project.root);
    const [complaint] = diagnostics.parse(JSON.parse(stdout)).diagnostics;
    expect(complaint?.notes.map(({ file }) => file)).toEqual(["lamina/workflow.ncl"]);
    const { stderr } = await callCli(["catalog-validate", "--reporter", "github"], project.root);
    expect(stderr.split("\n").at(-2)).toMatch(/%0Aexpected by this contract: lamina\/workflow\.ncl:\d+:11$/);
  });

  test("as annotations in GitHub's workflows, at the path from the checkout", async () => {
    const project = projectOf(
      Object.fromEntries(
        Object.entries({ ...threeLayers, ...layerFiles("top", '"midle"') }).map(([path, text]) => [
          `images/${path}`,
          text,
        ]),
      ),
    );
    const { stderr } = await runCli(["catalog-validate"], {
      cwd: `${project.root}/images`,
      env: { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: project.root },
    });
    expect(stderr.split("\n").at(-2)).toBe(
      '::error file=images/catalog/top/workflow.ncl,line=6,endLine=6,col=16,endColumn=23,title=E0401::there is no layer "midle" to build on%0Adid you mean "middle"?',
    );
  });

  test("in GitHub's form where it is asked for: other places are named, files outside of the checkout are not", async () => {
    const project = projectOf({
      ...threeLayers,
      ...layerFiles("top", '"middle"', '  platforms = ["linux/arm64"],\n'),
      ...layerFiles("middle", '"base"', '  platforms = ["linux/amd64"],\n'),
      ...layerFiles("base", '{ image = "debian:trixie-slim" }', '  platforms = ["linux/amd64"],\n'),
    });
    const args = ["catalog-validate", "--reporter", "github"];
    const within = await runCli(args, { cwd: project.root, env: { GITHUB_WORKSPACE: project.root } });
    expect(within.stderr.split("\n").slice(-4)).toEqual([
      "1 error",
      "`lamina explain E0404` tells more",
      '::error file=catalog/top/workflow.ncl,line=9,endLine=9,col=16,endColumn=29,title=E0404::"top" is declared for linux/arm64, but "middle", which it takes from, is not%0Athe platforms of "middle": catalog/middle/workflow.ncl:9:15%0Aadd "linux/arm64" to the platforms of "middle" (now linux/amd64), or take it out here',
      "",
    ]);
    const outside = await runCli(args, {
      cwd: project.root,
      env: { GITHUB_WORKSPACE: `${project.root}/.git` },
    });
    expect(outside.stderr.split("\n").at(-2)).toMatch(
      /^::error title=E0404::.*%0Aat catalog\/top\/workflow\.ncl:9:16$/,
    );
    const asText = ["catalog-validate", "--reporter", "text"];
    const { stderr } = await runCli(asText, { cwd: project.root, env: { GITHUB_ACTIONS: "true" } });
    expect(stderr).not.toContain("::error");
  });

  test("several: counted by their layers at the end, their codes named", async () => {
    const project = projectOf({
      ...threeLayers,
      ...layerFiles("middle", '"base"', '  secrets = ["token"],\n'),
      ...layerFiles("top", '"midle"', '  tools_required = ["strange"],\n  copies_from = ["none"],\n'),
    });
    const { exitCode, stdout, stderr } = await callCli(["catalog-validate"], project.root);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.split("\n").slice(-4)).toEqual([
      "",
      "2 errors, 1 warning in 2 layers",
      "`lamina explain CODE` tells more of E0401, E0402",
      "",
    ]);
  });

  test("where there is no catalog at all the usage is wrong", async () => {
    const project = projectOf({ "README.md": "nothing here\n" });
    const { exitCode, stdout, stderr } = await callCli(["plan"], project.root);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("catalog");
    expect((await callCli(["catalog-validate"], project.root)).exitCode).toBe(2);
  });
});

describe("a catalog with a warning", () => {
  const warned = projectOf({ ...threeLayers, ...layerFiles("top", '"middle"', '  secrets = ["token"],\n') });
  const warning = `\
warning[W0334]: the secret "token" is declared, but the Dockerfile does not mount it
 --> catalog/top/workflow.ncl:9:14
  |
9 |   secrets = ["token"],
  |              ^^^^^^^ not used
  |
  = help: write RUN --mount=type=secret,id=token …, or take it out

1 warning
`;

  test("is valid, with the warning on stderr", async () => {
    expect(await callCli(["catalog-validate"], warned.root)).toEqual({
      exitCode: 0,
      stdout: "3 layers, none broken\n",
      stderr: warning,
    });
    expect((await callCli(["plan"], warned.root)).stderr).toBe(warning);
  });

  test("is not with --strict", async () => {
    expect(await callCli(["catalog-validate", "--strict"], warned.root)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `${warning}\`lamina explain W0334\` tells more\nerror: with --strict warnings are errors\n`,
    });
    expect((await callCli(["catalog-validate", "--strict"], sound.root)).exitCode).toBe(0);
    expect((await callCli(["explain", "W0334"])).exitCode).toBe(0);
  });

  test("as JSON: ok as the exit code says", async () => {
    const judged = await Promise.all(
      [["--json"], ["--reporter", "json"], ["--json", "--strict"]].map(async (args) => {
        const { exitCode, stdout, stderr } = await callCli(["catalog-validate", ...args], warned.root);
        const { ok, diagnostics: told } = diagnostics.parse(JSON.parse(stdout));
        return { exitCode, ok, stderr, codes: told.map(({ code, severity }) => [code, severity]) };
      }),
    );
    const codes = [["W0334", "warning"]];
    expect(judged).toEqual([
      { exitCode: 0, ok: true, stderr: "", codes },
      { exitCode: 0, ok: true, stderr: "", codes },
      { exitCode: 1, ok: false, stderr: "", codes },
    ]);
  });

  test("--json with another reporter is wrong usage", async () => {
    expect(await callCli(["catalog-validate", "--json", "--reporter", "text"], warned.root)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "error: --json and --reporter text exclude each other\nhelp: leave one of them out\n",
    });
  });

  test("the bin catalog-validate does the same", async () => {
    const entry = join(import.meta.dirname, "../../cli/catalog-validate.ts");
    expect(await runCli(["--check-dag", "--strict"], { cwd: warned.root, entry })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `${warning}\`lamina explain W0334\` tells more\nerror: with --strict warnings are errors\n`,
    });
  });
});
