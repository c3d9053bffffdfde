// Where a run builds on machines that are leased: what went wrong before is cleared away, then the fleet takes over.

import { err, ok, type Result } from "../engine/core/result.ts";
import type { Plan } from "../engine/plan/step.ts";
import type { Compute } from "../engine/ports/compute.ts";
import type { Project } from "../engine/project.ts";
import type { Fleet } from "../engine/run/fleet.ts";
import { surveyProvider } from "../engine/run/survey-provider.ts";
import type { SecretVault } from "../providers/secrets/vault.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { checkPlan } from "./machines/check-plan.ts";
import { directivesPathOf } from "./machines/directives-path.ts";
import { tellRefusal, tellSurveyFailure } from "./machines/tell-survey.ts";
import type { LeasingProvider } from "./open-compute.ts";
import { openProvider } from "./open-fleet.ts";
import type { Output } from "./output.ts";
import { reapLeftOvers } from "./runners/reap-left-overs.ts";
import { openMetrics } from "./sizing/open-metrics.ts";
import { tellDiagnostics } from "./tell-diagnostics.ts";
import { createHost, openImageStore } from "./wire.ts";
import type { Workshop } from "./workshop.ts";

export interface LeaseWish {
  readonly provider: LeasingProvider;
  /** What is to be built. */
  readonly plan: Plan;
  /** Absolute, of the build directives; the catalog's where it is left out. */
  readonly directivesPath?: string | undefined;
}

/** Says what is missing, where something is: whatever can be known of the provider is known before anything is leased. */
export async function openLeasedWorkshop(
  wish: LeaseWish,
  project: Project,
  vault: SecretVault,
  output: Output,
  signal: AbortSignal,
): Promise<Result<Workshop, ExitCode>> {
  const host = createHost();
  const { provider } = wish;
  const opened = await openProvider(provider, project, host, vault);
  if (!opened.ok) return err(tellRefusal(output, opened.error));
  const { compute, createFleet } = opened.value;
  const { root, workspace } = project.graph;
  const asked = await askFirst(compute, wish, project, output, signal);
  if (!asked.ok) {
    await compute.close();
    return asked;
  }
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

/** Whether the provider lets itself be asked, has all that the directives name, and a machine for each build. */
async function askFirst(
  compute: Compute,
  { provider, plan, directivesPath: given }: LeaseWish,
  project: Project,
  output: Output,
  signal: AbortSignal,
): Promise<Result<void, ExitCode>> {
  const host = createHost();
  const { root } = project.graph;
  const directivesPath = given ?? directivesPathOf(root);
  const tell = (text: string) => output.remark(`${text}\n`);
  const surveyed = await surveyProvider(compute, host.clock, tell, signal);
  const telling = { provider, directivesPath, root, output, host };
  if (!surveyed.ok) return err(await tellSurveyFailure(surveyed.error, telling));
  const wrong = await checkPlan({ provider, project, plan, survey: surveyed.value, directivesPath, host });
  tellDiagnostics(output, root, wrong);
  return wrong.length > 0 ? err(exitCode.usage) : ok(undefined);
}
