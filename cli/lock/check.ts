// `lamina lock --check`: whether the lock holds every layer of the catalog as it is now, and nothing else.

import { shortDigest } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { platformsOf } from "../../engine/lock/lock.ts";
import type { Project } from "../../engine/project.ts";
import type { RemoteState } from "../../engine/publish/compare-lock.ts";
import { findActor } from "../actor-option.ts";
import type { Invocation } from "../command.ts";
import { complain, refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { findProjectRegistry } from "../project-registry.ts";
import type { RegistryStates } from "../registry-here.ts";
import { count } from "../report/format.ts";
import { nodeToJson } from "../report/plan-json.ts";
import { renderLocalWorld, renderPlan } from "../report/plan-text.ts";
import { surveyLock } from "./survey-lock.ts";

export async function checkLock(
  { directory, output, quiet, verbose }: Pick<Invocation, "directory" | "output" | "quiet" | "verbose">,
  { json, remote }: { readonly json: boolean; readonly remote: boolean },
): Promise<ExitCode> {
  const surveyed = await surveyLock({ directory, output });
  if (!surveyed.ok) return surveyed.error;
  const { project, plan, foreign, unpinned } = surveyed.value;
  const behind = plan.steps.filter(({ action }) => action !== "reuse");
  const registries = remote ? await compareRemotely(project, output) : ok([]);
  if (!registries.ok) return registries.error;
  const differing = registries.value.flatMap(({ registry, states }) =>
    states.flatMap((each) => (each.state === "same" ? [] : [{ ...each, registry }])),
  );
  const isCurrent = behind.length + foreign.length + unpinned.length + differing.length === 0;
  const code = isCurrent ? exitCode.done : exitCode.failed;
  if (json) {
    const report = {
      version: 1,
      ok: isCurrent,
      behind: behind.map(nodeToJson),
      foreign,
      unpinned: unpinned.map(({ image, platform }) => ({ image, platform })),
      ...(remote
        ? { remote: differing.map((each) => ({ ...each, published: each.published ?? null })) }
        : {}),
    };
    output.result(`${JSON.stringify(report, null, 2)}\n`);
    return code;
  }
  output.remark(renderLocalWorld(plan.replacedBases));
  if (behind.length > 0)
    output.result(renderPlan({ ...plan, steps: behind }, { color: output.stdout.color, verbose }));
  for (const { image, platform } of unpinned) output.result(`${image} is not pinned for ${platform}\n`);
  for (const name of foreign) output.result(`${name} is in the lock, but not in the catalog\n`);
  for (const each of differing) output.result(`${describeRemote(each)}\n`);
  if (quiet) return code;
  if (isCurrent) output.result(`${count(plan.steps.length, "layer")}, all as the lock has them\n`);
  else if (behind.length + foreign.length + unpinned.length > 0)
    output.remark("`lamina build` brings the lock up to date\n");
  else output.remark("`lamina build --push` publishes what is not there\n");
  return code;
}

/** The lock's images of layers that the catalog has, in every registry. */
async function compareRemotely(
  project: Project,
  output: Output,
): Promise<Result<readonly RegistryStates[], ExitCode>> {
  const actor = findActor({ actor: undefined, "actor-id": undefined }, project.directives.cache_policy);
  const registry = findProjectRegistry(project, actor, "catalog", () => {});
  if (registry === undefined)
    return err(
      refuseUsage(output, {
        message: "--remote needs a registry, and the directives name none",
        help: 'artifact.image in catalog/build_directives.ncl says where: "registry.example/lamina"',
      }),
    );
  const { current } = project.lock;
  const locked = project.graph.order.flatMap((layer) =>
    platformsOf(current, layer).map(([platform, { input, image }]) => ({ layer, platform, input, image })),
  );
  const opened = await registry.open();
  const compared = await opened.compare(locked, new AbortController().signal);
  if (compared.ok) return compared;
  const { error } = compared;
  complain(output, error.kind === "canceled" ? "canceled" : error.message, helpWith(error.kind));
  return err(exitCode.environment);
}

function helpWith(kind: string): string {
  return kind === "unauthorized" || kind === "denied"
    ? "log in with `docker login`, or see that its credentials are found"
    : "see that it can be reached from here";
}

function describeRemote({
  layer,
  platform,
  registry,
  state,
  locked,
  published,
}: RemoteState & { readonly registry: string }): string {
  const name = `${layer} (${platform})`;
  if (state !== "other" || published === undefined) return `${name} is not in ${registry}`;
  return `${name} is ${shortDigest(published)} in ${registry}, and ${shortDigest(locked)} in the lock, of the same inputs`;
}
