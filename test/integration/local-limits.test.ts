// `lamina build` on this machine: what builds use is kept, and where runners.limits asks for it they get no more than their size.

import { join } from "node:path";
import { afterEach, expect, inject, test } from "vitest";
import type { Event, EventOf } from "../../engine/events/event.ts";
import { event as eventSchema } from "../../schemas/event.ts";
import { sizingReport } from "../../schemas/sizing-report.ts";
import { type CliResult, runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";

const rig = inject("rig");
const base = `busybox:1=oci-layout:${rig.busybox.directory}`;
/** More than a quarter of a GB, and long enough to be seen. */
const takeMemory = "dd if=/dev/zero of=/dev/null bs=400M count=4";

let project: WrittenProject;
afterEach(() => project.remove());

/** A layer that is to have a quarter of a GB. */
function write(run: string, directives = "runners = { limits = true },"): void {
  project = writeProject({
    "catalog/build_directives.ncl": `{ ${directives} }\n`,
    "catalog/hungry/workflow.ncl": `{
  name = "hungry", kind = 'utility, language = "none", build_base = { image = "busybox:1" },
  tools_provided = [], artifact_paths = [], cpu = 1, memory_gb = 0.25,
}
`,
    // What was built before is never found in the cache: it would not be measured.
    "catalog/hungry/Dockerfile": `FROM busybox:1\nRUN : ${process.pid} ${Date.now()}; ${run}\n`,
  });
}

function lamina(args: readonly string[], host = rig.buildkit.address): Promise<CliResult> {
  const path = `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`;
  return runCli(args, { cwd: project.root, env: { BUILDKIT_HOST: host, PATH: path } });
}

async function build(code: number): Promise<readonly Event[]> {
  const { stdout, exitCode } = await lamina(["build", "--base", base, "--reporter", "json"]);
  expect(exitCode).toBe(code);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => eventSchema.parse(JSON.parse(line)));
}

function of<T extends Event["type"]>(events: readonly Event[], type: T): readonly EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

async function report() {
  const { stdout } = await lamina(["sizing", "report", "--json"]);
  return sizingReport.parse(JSON.parse(stdout)).layers[0];
}

test("without limits a build takes what it needs, and that is kept for sizes to come", async () => {
  write(takeMemory, "");
  const events = await build(0);
  const [measured] = of(events, "layer.measured");
  expect(measured?.oomKills).toBe(0);
  expect(measured?.memoryPeakBytes).toBeGreaterThan(300 * 2 ** 20);
  const layer = await report();
  expect(layer).toMatchObject({ builds: 1, used: { builds: 1, place: "here" }, gbHours: { asked: 0 } });
  expect(layer?.used?.memoryGb).toBeGreaterThan(0.29);
});

test("with limits a step that the kernel kills for want of memory succeeds on the next tier", async () => {
  write(takeMemory);
  const events = await build(0);
  expect(of(events, "layer.retried")).toMatchObject([{ reason: "oom", attempt: 2, tier: "cax21" }]);
  expect(of(events, "layer.measured")).toMatchObject([{ oomKills: 1 }, { oomKills: 0 }]);
  expect(of(events, "layer.completed")).toHaveLength(1);
  expect(await report()).toMatchObject({ builds: 2, oom: 1, used: { builds: 1, place: "here" } });
});

test("with limits a step that ends with exit code 137 of its own accord fails at once", async () => {
  write("sleep 1; exit 137");
  const events = await build(1);
  expect(of(events, "layer.retried")).toEqual([]);
  expect(of(events, "layer.failed")).toMatchObject([{ kind: "step-failed" }]);
});

test("with limits a step that is killed by somebody fails at once", async () => {
  write("sh -c 'sleep 1; kill -9 $$; :' || exit $?");
  const events = await build(1);
  expect(of(events, "layer.retried")).toEqual([]);
  expect(of(events, "layer.failed")).toMatchObject([{ kind: "step-failed" }]);
});
