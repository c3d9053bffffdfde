// `lamina sizing report | approve | revoke`, and what plans make of it, on a project with recorded builds.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hostPlatform } from "../../cli/wire.ts";
import { systemClock } from "../../providers/host/clock.ts";
import { openHttpMetrics } from "../../providers/metrics/http.ts";
import { openSqliteMetrics } from "../../providers/metrics/sqlite.ts";
import { openPoolServer } from "../../providers/pool/server.ts";
import { parseTokens } from "../../providers/pool/tokens.ts";
import { layerName } from "../../schemas/layer-name.ts";
import { plan } from "../../schemas/plan.ts";
import { show } from "../../schemas/show.ts";
import { sizingReport } from "../../schemas/sizing-report.ts";
import { FakeCompute } from "../fakes/compute.ts";
import { amd64, arm64 } from "../lock/samples.ts";
import { build } from "../ports/metrics.ts";
import { callCli, layerFiles, runCli, threeLayers, type WrittenProject, writeProject } from "./run-cli.ts";

const own = hostPlatform();
const other = own === arm64 ? amd64 : arm64;
const gibibyte = 2 ** 30;
let project: WrittenProject;
beforeEach(() => {
  project = writeProject({
    ...threeLayers,
    ...layerFiles("fixed", '"base"'),
    "catalog/fixed/.build-spec.ncl":
      'let B = import "lamina/build_spec.ncl" in { runner_type = \'cax31 } | B.BuildSpec',
  });
});
afterEach(() => project.remove());

const lamina = (...args: readonly string[]) => callCli(args, project.root);
const approvals = () => readFileSync(join(project.root, "lamina.sizing.json"), "utf8");

/** Of an hour each: `middle` twice here and once elsewhere, `fixed` once, `top` without success. */
async function recordBuilds(): Promise<void> {
  const store = openSqliteMetrics(join(project.root, ".lamina/metrics.db"));
  const middle = { layer: layerName.parse("middle"), platform: own, seconds: 3600 };
  const builds = [
    build(1, { ...middle, cpuP95: 2.5, memoryPeakBytes: 6 * gibibyte }),
    build(2, { ...middle, cpuP95: 1.5, memoryPeakBytes: 7 * gibibyte }),
    build(3, { ...middle, platform: other, memoryPeakBytes: gibibyte }),
    build(4, { ...middle, layer: layerName.parse("fixed") }),
    build(5, { ...middle, layer: layerName.parse("top"), outcome: "oom", cpu: 2, memoryGb: 4 }),
  ];
  for (const each of builds) expect(await store.record(each)).toEqual({ ok: true, value: undefined });
  await store.close();
}

describe("report", () => {
  test("where nothing is recorded", async () => {
    expect(await lamina("sizing", "report")).toEqual({
      exitCode: 0,
      stdout: "no builds are recorded in .lamina/metrics.db\n",
      stderr: "",
    });
    expect(existsSync(join(project.root, ".lamina/metrics.db"))).toBe(false);
  });

  test("what each layer was given, used and wasted", async () => {
    await recordBuilds();
    const { stdout } = await lamina("sizing", "report");
    const middle = [
      `middle  ${own}  2 cpu, 4 GB (language)   2.5 cpu, 7 GB  2                               3.00  cax31: 3 cpu, 9 GB`,
      `middle  ${other}  2 cpu, 4 GB (language)   1.5 cpu, 1 GB  1                               7.00  cax11: 2 cpu, 4 GB`,
    ];
    expect(stdout).toBe(
      `layer   platform     given                    used           builds               GB-hours wasted  advice
fixed   ${own}  8 cpu, 16 GB (explicit)  1.5 cpu, 2 GB  1                               6.00  cax11: 2 cpu, 4 GB
${middle.sort().join("\n")}
top     ${own}  2 cpu, 4 GB (language)                  1 (1 out of memory)             2.00
5 builds: 36.00 GB-hours given, 18.00 used at peak, 18.00 wasted
`,
    );
  });

  test("as JSON", async () => {
    await recordBuilds();
    const { stdout } = await lamina("sizing", "report", "--json");
    const report = sizingReport.parse(JSON.parse(stdout));
    const middle = report.layers.find(({ layer, platform }) => layer === "middle" && platform === own);
    expect(middle).toEqual({
      layer: "middle",
      platform: own,
      runner: { tier: "cax11", cpu: 2, memoryGb: 4, source: "language" },
      builds: 2,
      oom: 0,
      used: { cpu: 2.5, memoryGb: 7, builds: 2, place: "leased" },
      gbHours: { asked: 16, used: 13, wasted: 3 },
      advice: { tier: "cax31", cpu: 3, memoryGb: 9, builds: 2 },
      approved: null,
    });
    expect(report.total).toEqual({ builds: 5, oom: 1, gbHours: { asked: 36, used: 18, wasted: 18 } });
    expect(report.source).toBe(".lamina/metrics.db");
  });

  test("a file that cannot be read is told", async () => {
    project.write(".lamina/metrics.db", "no database at all".repeat(100));
    const path = join(project.root, ".lamina/metrics.db");
    const why = `${path} is broken (file is not a database): move it away, and metrics begin anew`;
    expect(await lamina("sizing", "report")).toEqual({
      exitCode: 3,
      stdout: "",
      stderr: `sizes are planned without past builds: ${why}\nerror: ${why}\n`,
    });
    const planned = await lamina("plan");
    expect([planned.exitCode, planned.stderr]).toEqual([
      0,
      `sizes are planned without past builds: ${why}\n`,
    ]);
  });

  test("of the pool that the project builds on", async () => {
    const tokens = parseTokens("tester a-token-of-the-test");
    const server = await openPoolServer({
      compute: new FakeCompute(),
      clock: systemClock,
      databasePath: join(project.root, "pool.db"),
      tokens: tokens.ok ? tokens.value : [],
      pool: "test",
      caps: { maxMachines: 1, maxEurPerHour: undefined, maxCreatesPerHour: 1 },
      maxTtlMs: 60_000,
      host: "127.0.0.1",
      port: 0,
      tls: undefined,
      version: "0",
      report: () => {},
    });
    if (!server.ok) throw new Error(server.error);
    const { url } = server.value;
    const store = openHttpMetrics({ url, token: "a-token-of-the-test" });
    const top = { layer: layerName.parse("top"), platform: arm64, memoryPeakBytes: 7 * gibibyte };
    await store.record(build(1, top));
    await store.close();
    project.write("catalog/build_directives.ncl", "{ compute_provider = 'vm_pool }");
    const env = { LAMINA_POOL_URL: url, LAMINA_POOL_TOKEN: "a-token-of-the-test" };
    const answered = await runCli(["sizing", "report", "--json"], { cwd: project.root, env });
    const refused = await runCli(["sizing", "report"], {
      cwd: project.root,
      env: { ...env, LAMINA_POOL_TOKEN: "a-wrong-token-of-it" },
    });
    const planned = await runCli(["plan", "top", "--json"], { cwd: project.root, env });
    const shown = await runCli(["show", "top", "--json"], { cwd: project.root, env });
    await server.value.close();
    const gone = await runCli(["show", "top", "--json"], { cwd: project.root, env });
    const advice = { tier: "cax31", cpu: 2, memoryGb: 9, builds: 1 };
    expect(plan.parse(JSON.parse(planned.stdout)).nodes.at(-1)?.runner).toMatchObject({ advice });
    expect(show.parse(JSON.parse(shown.stdout)).platforms[0]?.runner).toMatchObject({ advice });
    // Without it the rest is told all the same.
    expect(show.parse(JSON.parse(gone.stdout)).platforms[0]?.runner).toEqual({
      tier: "cax11",
      cpu: 2,
      memoryGb: 4,
      source: "language",
    });
    expect([gone.exitCode, gone.stderr]).toEqual([
      0,
      `sizes are planned without the pool's past builds: ${url}: connect ECONNREFUSED ${url.replace("http://", "")}\n`,
    ]);
    const report = sizingReport.parse(JSON.parse(answered.stdout));
    expect([report.source, report.total.builds]).toEqual([url, 1]);
    expect([refused.exitCode, refused.stdout]).toEqual([3, ""]);
    expect(refused.stderr).not.toContain("a-wrong-token-of-it");
  });
});

describe("approve and revoke", () => {
  test("a layer, on all its platforms; plans take it up, also without the metrics", async () => {
    await recordBuilds();
    const before = plan.parse(JSON.parse((await lamina("plan", "middle", "--json")).stdout));
    expect(before.nodes.at(-1)?.runner).toEqual({
      tier: "cax11",
      cpu: 2,
      memoryGb: 4,
      source: "language",
      advice: { tier: "cax31", cpu: 3, memoryGb: 9, builds: 2 },
    });
    const lines = [
      `middle ${own}: cax31: 3 cpu, 9 GB, was 2 cpu, 4 GB (language)`,
      `middle ${other}: cax11: 2 cpu, 4 GB, was 2 cpu, 4 GB (language)`,
    ];
    const approved = await lamina("sizing", "approve", "middle");
    expect([approved.exitCode, approved.stderr]).toEqual([0, ""]);
    expect(approved.stdout.trim().split("\n").sort()).toEqual(lines.sort());
    const sizes = [
      `      "${own}": { "cpu": 3, "memory_gb": 9, "builds": 2 }`,
      `      "${other}": { "cpu": 2, "memory_gb": 4, "builds": 1 }`,
    ];
    expect(approvals()).toBe(
      `{\n  "version": 1,\n  "approved": {\n    "middle": {\n${sizes.sort().join(",\n")}\n    }\n  }\n}\n`,
    );
    const elsewhere = writeProject({ ...threeLayers, "lamina.sizing.json": approvals() });
    const after = await callCli(["show", "middle", "--json"], elsewhere.root);
    elsewhere.remove();
    expect(show.parse(JSON.parse(after.stdout)).platforms[0]?.runner).toEqual({
      tier: "cax31",
      cpu: 3,
      memoryGb: 9,
      source: "history",
    });

    expect(await lamina("sizing", "revoke", "middle")).toEqual({
      exitCode: 0,
      stdout: "revoked: middle\n",
      stderr: "",
    });
    expect(approvals()).toBe('{\n  "version": 1,\n  "approved": {}\n}\n');
  });

  test("all that were measured and declare no size; twice is the same", async () => {
    await recordBuilds();
    const first = await lamina("sizing", "approve", "--all");
    const text = approvals();
    const second = await lamina("sizing", "approve", "--all");
    expect([first.exitCode, second.exitCode, approvals()]).toEqual([0, 0, text]);
    expect(text).not.toContain("fixed");
    expect(
      second.stdout
        .trim()
        .split("\n")
        .every((line) => line.endsWith(", as before")),
    ).toBe(true);
  });

  test("what cannot be approved is told, and the rest is done", async () => {
    await recordBuilds();
    const { exitCode, stderr } = await lamina("sizing", "approve", "middle", "fixed", "top");
    expect([exitCode, stderr]).toEqual([
      1,
      "error: fixed declares its size\n" +
        "help: past builds have no say there: take that out first\n" +
        "error: no build of top was measured\n" +
        "help: builds on leased machines are, into .lamina/metrics.db\n",
    ]);
    expect(approvals()).toContain("middle");
  });

  test.each([
    [["approve"], 2, "error: sizing approve needs a LAYER, or --all\n"],
    [["approve", "--all", "top"], 2, "error: --all approves every layer: no names go with it\n"],
    [["approve", "midle"], 2, 'error: there is no layer "midle"\nhelp: did you mean "middle"?\n'],
    [["approve", "--all"], 0, "there is nothing to approve in .lamina/metrics.db\n"],
    [["revoke", "top"], 1, "error: no size of top is approved\nhelp: none is\n"],
  ])("sizing %j without builds", async (args, exitCode, stderr) => {
    expect(await lamina("sizing", ...args)).toEqual({ exitCode, stdout: "", stderr });
    expect(existsSync(join(project.root, "lamina.sizing.json"))).toBe(false);
  });
});

describe("lamina.sizing.json", () => {
  test("of a newer lamina is refused, whatever else stands in it", async () => {
    project.write("lamina.sizing.json", '{ "version": 2, "sizes": [] }\n');
    expect(await lamina("plan")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `error[E0307]: \`version\` is 2, and this lamina knows 1: update lamina to the version that the project uses
 --> lamina.sizing.json:1:14
  |
1 | { "version": 2, "sizes": [] }
  |              ^

1 error
\`lamina explain E0307\` tells more
`,
    });
  });

  test("all that is wrong is told at its place", async () => {
    project.write(
      "lamina.sizing.json",
      '{ "version": 1, "approved": { "top": { "linux/amd64": { "cpu": 0, "memory": 4, "builds": 1 } } } }\n',
    );
    const { exitCode, stderr } = await lamina("plan");
    expect([exitCode, stderr.split("\n").filter((line) => line.startsWith("error"))]).toEqual([
      1,
      [
        'error[E0307]: `approved.top."linux/amd64".cpu` must be a number of cores: 1, 2, 4, …',
        'error[E0306]: `approved.top."linux/amd64".memory` is not a field of an approved size',
      ],
    ]);
  });

  test("with marks of a merge is no JSON", async () => {
    project.write("lamina.sizing.json", "<<<<<<< ours\n{}\n");
    const { exitCode, stderr } = await lamina("plan");
    expect([exitCode, stderr.split("\n")[0]]).toEqual([
      1,
      "error[E0140]: json parse error: expected a value",
    ]);
  });
});
