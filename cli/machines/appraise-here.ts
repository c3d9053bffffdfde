// A plan with the machines and prices of the provider that it would lease from, asked once; where it cannot be asked, with those of
// the table, and why.

import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { appraisePlan } from "../../engine/plan/appraise.ts";
import type { Plan } from "../../engine/plan/step.ts";
import type { Project } from "../../engine/project.ts";
import type { ExitCode } from "../exit-code.ts";
import { type LeasingProvider, openCompute } from "../open-compute.ts";
import type { Output } from "../output.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";
import { checkPlan } from "./check-plan.ts";
import { directivesPathOf } from "./directives-path.ts";
import { tellRefusal, tellSurveyFailure } from "./tell-survey.ts";

/** What a plan's prices rest on. */
export interface Prices {
  readonly provider: LeasingProvider;
  /** "table": lamina's own, of the tiers that sizes go by. */
  readonly source: "provider" | "table";
  /** Why the provider was not asked. */
  readonly reason?: string | undefined;
}

export interface AppraisedPlan {
  readonly plan: Plan;
  /** Undefined where nothing is leased. */
  readonly prices: Prices | undefined;
}

/** Builds that no machine holds are told as warnings; what is wrong with the directives ends the command. */
export async function appraiseHere(
  provider: LeasingProvider | undefined,
  project: Project,
  plan: Plan,
  output: Output,
): Promise<Result<AppraisedPlan, ExitCode>> {
  if (provider === undefined || !plan.steps.some(({ action }) => action === "build"))
    return ok({ plan, prices: undefined });
  const host = createHost();
  const { directives, graph } = project;
  const fromTable = (reason: string) => ok({ plan, prices: { provider, source: "table", reason } } as const);
  const opened = await openCompute(provider, directives.runners, host);
  if (!opened.ok)
    return opened.error.kind === "environment"
      ? fromTable(opened.error.message)
      : err(tellRefusal(output, opened.error));
  try {
    const surveyed = await opened.value.survey(new AbortController().signal);
    const directivesPath = directivesPathOf(graph.root);
    if (!surveyed.ok) {
      const failure = surveyed.error;
      if (failure.kind === "refused" || failure.kind === "unavailable") return fromTable(failure.message);
      return err(
        await tellSurveyFailure(failure, { provider, directivesPath, root: graph.root, output, host }),
      );
    }
    const survey = surveyed.value;
    const unheld = await checkPlan({ provider, project, plan, survey, directivesPath, host });
    tellDiagnostics(output, graph.root, unheld.map(asWarning));
    return ok({ plan: appraisePlan(plan, survey.kinds), prices: { provider, source: "provider" } });
  } finally {
    await opened.value.close();
  }
}

/** A plan changes nothing: what a build would refuse is no failure of it. */
function asWarning(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, severity: "warning" };
}
