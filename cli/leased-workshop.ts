// Where a run builds on machines that are leased: what went wrong before is cleared away, then the fleet takes over.

import { err, ok, type Result } from "../engine/core/result.ts";
import type { Project } from "../engine/project.ts";
import type { Fleet } from "../engine/run/fleet.ts";
import { complain } from "./complain.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { LeasingProvider } from "./open-compute.ts";
import { openProvider } from "./open-fleet.ts";
import type { Output } from "./output.ts";
import { reapLeftOvers } from "./runners/reap-left-overs.ts";
import { openMetrics } from "./sizing/open-metrics.ts";
import { createHost, openImageStore } from "./wire.ts";
import type { Workshop } from "./workshop.ts";

/** Says what is missing, where something is. */
export async function openLeasedWorkshop(
  provider: LeasingProvider,
  project: Project,
  output: Output,
  signal: AbortSignal,
): Promise<Result<Workshop, ExitCode>> {
  const host = createHost();
  const opened = await openProvider(provider, project, host);
  if (!opened.ok) {
    const { kind, message, help } = opened.error;
    complain(output, message, help);
    return err(kind === "environment" ? exitCode.environment : exitCode.usage);
  }
  const { compute, createFleet } = opened.value;
  const { root, workspace } = project.graph;
  const source = { compute, root, workspace, runners: project.directives.runners };
  await reapLeftOvers(source, host, (line) => output.remark(`${line}\n`), signal);
  const directives = { ...project.directives, compute_provider: provider };
  const { store: metrics } = await openMetrics(root, directives, (name) => host.env(name));
  let fleet: Fleet | undefined;
  return ok({
    openPlacer: (sink, runId) => (fleet = createFleet(sink, runId)),
    images: await openImageStore(root),
    metrics,
    close: async () => {
      await fleet?.close();
      await compute.close();
      await metrics.close();
    },
  });
}
