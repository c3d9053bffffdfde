// `lamina dispatch`: a project that is no catalog, built by its directives on a real BuildKit, here and on leased hosts.

import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, inject, test } from "vitest";
import { event as eventSchema } from "../../schemas/event.ts";
import { runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { machinesInYard } from "../rig/hcloud/machines-in-yard.ts";
import { openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";
import { openHostYard } from "../rig/hosts/host-yard.ts";

const rig = inject("rig");
const base = `busybox:1=oci-layout:${rig.busybox.directory}`;
const architecture = process.arch === "arm64" ? "arm64" : "amd64";
let project: WrittenProject;
afterEach(() => project.remove());

function directives(more = ""): string {
  return `let D = import "lamina/build_directives.ncl" in
D.make_ci_build {
  workspace = "shop",
  artifact = { image = "registry.example/team/shop:1.2", platforms = ["linux/${architecture}"], args = { GREETING = "hello" } },
} & { ${more} }
`;
}

const dockerfile =
  "FROM busybox:1\nARG GREETING\nCOPY word /\nRUN echo $GREETING >> /word && grep -q hello /word\n";

function lamina(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runCli(["dispatch", "--directives", "ci/build.ncl", "--base", base, ...args], {
    cwd: project.root,
    env: {
      PATH: `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`,
      XDG_CACHE_HOME: join(project.root, "../cache"),
      ...env,
    },
  });
}

test("builds what the directives say, tells where the image is, and leaves nothing in the context", async () => {
  project = writeProject({
    "ci/build.ncl": directives("compute_provider = 'docker_local"),
    "app/Dockerfile": dockerfile,
    "app/word": "x",
    "app/.build-spec.ncl": "{ cpu = 4, memory_gb = 6 }",
  });
  const env = { BUILDKIT_HOST: rig.buildkit.address };
  const built = await lamina(["--context", "app"], env);
  expect([built.exitCode, built.stderr]).toEqual([0, expect.stringContaining("shop: built")]);
  const [layout = "", digest = ""] = (built.stdout.trimEnd().split("\n").at(-1) ?? "").split("@");
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const blob = join(layout.replace("oci-layout:", ""), "blobs", digest.replace(":", "/"));
  expect(existsSync(blob)).toBe(true);
  expect(readdirSync(join(project.root, "app")).sort()).toEqual([".build-spec.ncl", "Dockerfile", "word"]);
  // The same context gives the same image, and is solved again nevertheless.
  const again = await lamina(["--context", "app"], env);
  expect(again.stdout).toContain(digest);
  expect(again.stdout).toMatch(/shop +built/);
});

test("directives that are wrong, and a context without a Dockerfile, are told with their places", async () => {
  project = writeProject({ "ci/build.ncl": directives("compute_provider = 'docker_locl"), word: "x" });
  const wrong = await lamina([]);
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("ci/build.ncl:")]);
  project.write("ci/build.ncl", directives("compute_provider = 'docker_local"));
  const missing = await lamina([]);
  expect([missing.exitCode, missing.stderr]).toEqual([
    2,
    expect.stringContaining(`error[E0320]: there is no ${realpathSync(project.root)}/Dockerfile\n`),
  ]);
  const nowhere = await lamina(["--context", "ap"]);
  expect([nowhere.exitCode, nowhere.stderr]).toEqual([
    2,
    "error: there is no folder ap\nhelp: --context names the folder that is built\n",
  ]);
  const none = await runCli(["dispatch"], { cwd: project.root });
  expect([none.exitCode, none.stderr]).toEqual([
    2,
    expect.stringContaining("dispatch needs --directives FILE"),
  ]);
});

test("what the Dockerfile does not take is warned of, with what was meant; nothing is said of locks that nobody reads", async () => {
  project = writeProject({
    "ci/build.ncl": directives("compute_provider = 'docker_local").replace("GREETING =", "GREETNIG ="),
    Dockerfile: "FROM busybox:1\nARG GREETING=hello\nRUN grep -q x /dev/null || echo $GREETING > /word\n",
  });
  const env = { BUILDKIT_HOST: rig.buildkit.address };
  const built = await lamina(["--base", "bsybox:1=nobody/asks:1", "--summary-file", "summary.md"], env);
  const [remarks = ""] = built.stderr.split("local: ");
  expect([built.exitCode, remarks]).toEqual([
    0,
    `warning[W0407]: nothing stands on bsybox:1, which another image is to replace
  = help: did you mean busybox:1?

warning[W0337]: the build argument "GREETNIG" is declared, but the Dockerfile has no ARG GREETNIG
 --> ci/build.ncl:4:${91 + architecture.length}
  |
4 |   artifact = { image = "registry.example/team/shop:1.2", platforms = ["linux/${architecture}"], args = { GREETNIG = "hello" } },
  |${" ".repeat(91 + architecture.length)}^^^^^^^^ not used
  |
  = help: did you mean "GREETING"?

2 warnings
`,
  ]);
  expect(built.stderr).not.toContain(".lock");
  expect(readFileSync(join(project.root, "summary.md"), "utf8")).toMatch(
    /^## lamina dispatch\n\n1 built in /,
  );
});

test("directives and Dockerfiles that are misnamed, secrets and agents that are mounted without a word", async () => {
  project = writeProject({
    "ci/build.ncl": directives("compute_provider = 'docker_local"),
    Dockerfile: `${dockerfile}RUN --mount=type=secret,id=token,required=true true
RUN --mount=type=secret,id=spare true
RUN --mount=type=ssh true
`,
    word: "x",
  });
  const misnamed = await runCli(["dispatch", "--directives", "ci/biuld.ncl"], { cwd: project.root });
  expect([misnamed.exitCode, misnamed.stderr]).toEqual([
    2,
    "error: there is no ci/biuld.ncl\nhelp: did you mean ci/build.ncl?\n",
  ]);
  const undeclared = await lamina([]);
  expect([undeclared.exitCode, undeclared.stderr.match(/^(error|  = help).*$/gm)]).toEqual([
    2,
    [
      'error[E0333]: the Dockerfile mounts the secret "token", which build.ncl does not declare',
      '  = help: add secrets = ["token"] to build.ncl',
      "error[E0335]: the Dockerfile mounts an SSH agent, which build.ncl does not declare",
      "  = help: add ssh = true to build.ncl",
    ],
  ]);
  project.write("ci/build.ncl", directives('artifact.dockerfile = "Dockerfiel"'));
  const elsewhere = await lamina([]);
  expect([elsewhere.exitCode, elsewhere.stderr]).toEqual([
    2,
    expect.stringContaining('help: did you mean "Dockerfile"?'),
  ]);
});

test("on a leased machine of the size that the context asks for", async () => {
  project = writeProject({
    "ci/build.ncl": directives(`compute_provider = 'hcloud,
  runners = { image = "debian-12", candidates = ["cx23:nbg1", "cx33:nbg1", "cx43:nbg1"] }`),
    Dockerfile: dockerfile,
    word: "x",
    ".build-spec.ncl": "{ cpu = 4, memory_gb = 6 }",
  });
  const yard = await openHostYard({ buildkit: rig.buildkit });
  const token = "a-token-of-tests";
  const api = await openHcloudServer({ token, machines: machinesInYard(yard) });
  try {
    const env = { HCLOUD_ENDPOINT: api.endpoint, HCLOUD_TOKEN: token };
    const { exitCode, stdout, stderr } = await lamina(["--reporter", "json"], env);
    expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => eventSchema.parse(JSON.parse(line)));
    expect(events.find(({ type }) => type === "layer.placed")).toMatchObject({
      tier: "cax21",
      source: "explicit",
    });
    expect(events.find(({ type }) => type === "runner.leased")).toMatchObject({ machine: "cx33" });
    expect(events.at(-1)).toMatchObject({ type: "run.completed", result: "ok", costEur: expect.any(Number) });
    expect(api.servers()).toEqual([]);
    expect(yard.listHosts()).toEqual([]);
  } finally {
    await api.close();
    await yard.close();
  }
});
