// The project with what builds of it were seen to need where it is about to be told of: by the pool that it builds on, whose word
// is the last one; else as it was found here. A build does not ask: what is not approved changes nothing of it.

import type { Project } from "../../engine/project.ts";
import type { LeasingProvider } from "../open-compute.ts";
import type { Output } from "../output.ts";
import { createHost } from "../wire.ts";
import { openMetrics } from "./open-metrics.ts";

/** Nobody who wants to see a plan waits longer for advice. */
const patienceMs = 3000;

/** `provider` is that of the plan. A pool that does not answer is told, and does without. */
export async function learnNeeds(
  project: Project,
  provider: LeasingProvider | undefined,
  output: Pick<Output, "remark">,
): Promise<Project> {
  if (provider !== "vm_pool") return project;
  const { root, workspace } = project.graph;
  const directives = { ...project.directives, compute_provider: provider };
  const host = createHost();
  const { store } = await openMetrics(root, directives, (name) => host.env(name), patienceMs);
  const needs = await store.p95(workspace);
  await store.close();
  if (needs.ok) return { ...project, recordedNeeds: needs.value };
  output.remark(`sizes are planned without the pool's past builds: ${needs.error.message}\n`);
  return project;
}
