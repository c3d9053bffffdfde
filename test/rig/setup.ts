// Starts, once a run, what integration tests run against: a real buildkitd, a real registry, a small base image. Needs
// what `npm test` installs. Everything lies in one temporary folder, and all of it ends with the run.

import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureBuildkit } from "../../scripts/tools/buildkit.ts";
import { ensureTestRequirements } from "../../scripts/tools/test-requirements.ts";
import { startBuildkitd } from "./buildkitd.ts";
import { makeBusyboxImage } from "./busybox-image.ts";
import { pushLayout, startRegistry } from "./registry.ts";
import type { Rig } from "./rig.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const programs = await ensureTestRequirements();
  const { buildctl, buildkitd } = await ensureBuildkit();
  const directory = await mkdtemp(join(tmpdir(), "lamina-rig-"));
  const stops: (() => Promise<void>)[] = [];
  const teardown = async (): Promise<void> => {
    for (const stop of stops.toReversed()) await stop();
  };
  try {
    const daemon = await startBuildkitd(buildkitd, join(directory, "buildkitd"));
    stops.push(daemon.stop);
    const registry = await startRegistry(required(programs, "docker-registry"), join(directory, "registry"));
    stops.push(registry.stop);
    // Among the registry's files, so that it goes with them even where this process is killed.
    const layout = join(directory, "registry/busybox");
    const digest = await makeBusyboxImage(required(programs, "busybox"), layout);
    const reference = await pushLayout(layout, registry.told, "lamina-test/busybox", "1");
    const rig: Rig = {
      buildkit: { address: daemon.told, buildctl, buildkitd },
      registry: { address: registry.told },
      busybox: { directory: layout, digest, reference },
    };
    project.provide("rig", rig);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

function required(programs: ReadonlyMap<string, string>, name: string): string {
  const path = programs.get(name);
  if (path === undefined) throw new Error(`${name} was not found`);
  return path;
}
