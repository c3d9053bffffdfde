// `lamina lock --update`: takes out what the catalog does not have, pins what is not pinned, and looks up anew what it is told.

import { posix } from "node:path";
import { locateProject } from "../../engine/catalog/locate.ts";
import type { ImageDigest } from "../../engine/core/digest.ts";
import { pruneLock, withPin } from "../../engine/lock/lock.ts";
import type { LockFile } from "../../engine/lock/lock-file.ts";
import type { BaseUse } from "../../engine/plan/base-uses.ts";
import type { Step } from "../../engine/plan/step.ts";
import type { BaseLookUp, BaseOnPlatform } from "../../engine/run/look-up-bases.ts";
import { isPlatform } from "../../schemas/is-platform.ts";
import type { Lock } from "../../schemas/lock.ts";
import type { Invocation } from "../command.ts";
import { complain, refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { renderLocalWorld } from "../report/plan-text.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";
import { chooseBasesOrLayers } from "./choose-bases.ts";
import { lookUpExitCode, tellLookUpFailures, withLookUps } from "./look-up.ts";
import { type LockSurvey, surveyLock } from "./survey-lock.ts";
import { tellContested } from "./tell-contested.ts";
import { type LockUpdate, renderUpdate, updateToJson } from "./update-text.ts";

export interface UpdateOptions {
  /** Every external image is looked up anew. */
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export async function updateLock(
  here: Pick<Invocation, "operands" | "directory" | "output" | "quiet" | "verbose">,
  options: UpdateOptions,
): Promise<ExitCode> {
  const { operands, output } = here;
  const mended = await mendLock(here);
  if (mended !== undefined) return mended;
  const surveyed = await surveyLock(here);
  if (!surveyed.ok) return surveyed.error;
  const survey = surveyed.value;
  const { graph, lock } = survey.project;
  const known = new Set(survey.uses.map(({ image }) => image));
  const replaced = operands.find((name) => survey.plan.replacedBases.has(name));
  if (replaced !== undefined)
    return refuseUsage(output, {
      message: `${replaced} is replaced here, and what is replaced is not pinned`,
      help: "take it out of .lamina/local.json first",
    });
  const chosen = chooseBasesOrLayers(operands, graph, known);
  if (!chosen.ok) return refuseUsage(output, chosen.error);
  output.remark(renderLocalWorld(survey.plan.replacedBases));

  const wanted = chooseLookUps(survey, options.all ? known : chosen.value);
  return withLookUps(wanted, async (answers) => {
    const update = describeUpdate(survey, answers);
    if (!options.dryRun) {
      const fault = await write(lock, survey, update);
      if (fault !== undefined) {
        complain(output, fault);
        return exitCode.failed;
      }
    }
    tellLookUpFailures(output, answers);
    if (options.json) output.result(`${JSON.stringify(updateToJson(update), null, 2)}\n`);
    else {
      const isTargeted = options.all || operands.length > 0;
      output.result(
        renderUpdate(update, {
          color: output.stdout.color,
          dryRun: options.dryRun,
          isTargeted,
          quiet: here.quiet,
        }),
      );
    }
    return lookUpExitCode(answers);
  });
}

/** Mends a lock with conflict markers; an exit code where that cannot be done. */
async function mendLock({
  directory,
  output,
}: Pick<Invocation, "directory" | "output">): Promise<ExitCode | undefined> {
  const { files } = createHost();
  const root = locateProject(directory, files);
  if (!root.ok) return undefined;
  const place = { path: posix.join(root.value, "lamina.lock"), folder: posix.join(root.value, ".lamina") };
  const text = files.readText(place.path);
  if (!text.ok || !text.value.includes("<<<<<<<")) return undefined;
  // Loaded here, as it brings the validator along.
  const { mendConflict } = await import("../../engine/lock/mend-conflict.ts");
  const mended = mendConflict(files, place);
  if (mended.ok) {
    if (mended.value === undefined) return undefined;
    output.remark("lamina.lock: the conflict is resolved; `git add lamina.lock` says so to git\n");
    // Nothing but this tells why: a lock says of a layer that it does not hold no more than that.
    const dropped = "neither is kept, so it counts as never built until `lamina build` builds it again";
    tellContested(output, mended.value.contested, dropped);
    return undefined;
  }
  if (mended.error.kind === "unmendable") tellDiagnostics(output, root.value, mended.error.diagnostics);
  else complain(output, `lamina.lock cannot be written: ${mended.error.failure.message}`);
  return exitCode.failed;
}

/** What is not pinned, and what is to be looked up anew: on every platform that is built for or was pinned. */
function chooseLookUps(
  { uses, unpinned, project }: LockSurvey,
  anew: ReadonlySet<string>,
): readonly BaseOnPlatform[] {
  const wanted = new Map<string, BaseOnPlatform>();
  const add = ({ image, platform }: BaseOnPlatform) =>
    wanted.set(`${image} ${platform}`, { image, platform });
  for (const use of unpinned) add(use);
  for (const use of uses) if (anew.has(use.image)) add(use);
  for (const image of anew)
    for (const platform of Object.keys(pinsOf(project.lock.current, image)))
      if (isPlatform(platform)) add({ image, platform });
  return Array.from(wanted)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, base]) => base);
}

function pinsOf({ bases }: Lock, image: string): Readonly<Record<string, ImageDigest>> {
  return (Object.hasOwn(bases, image) ? bases[image] : undefined) ?? {};
}

function describeUpdate(
  { project, plan, uses, foreign }: LockSurvey,
  answers: readonly BaseLookUp<BaseOnPlatform>[],
): LockUpdate {
  const pins = answers.flatMap(({ base: { image, platform }, found }) =>
    found.ok ? [{ image, platform, was: project.lock.pinOf(image, platform), is: found.value }] : [],
  );
  const failures = answers.flatMap(({ base, found }) =>
    found.ok ? [] : [{ ...base, failure: found.error }],
  );
  const moved = pins.filter(({ was, is }) => was !== is);
  const reached = new Set<Step>(moved.flatMap((pin) => stepsOn(uses, pin)));
  // What is behind in any case does not become so by this.
  const stale = plan.steps.filter((step) => step.action === "reuse" && reached.has(step));
  return { pins, stale, foreign, failures };
}

function stepsOn(uses: readonly BaseUse[], pin: BaseOnPlatform): readonly Step[] {
  return uses.find(({ image, platform }) => image === pin.image && platform === pin.platform)?.steps ?? [];
}

/** What went wrong, in words. */
async function write(
  lock: LockFile,
  { project: { graph, replacedBases }, uses }: LockSurvey,
  { pins }: LockUpdate,
): Promise<string | undefined> {
  const layers = new Set<string>(graph.order);
  const bases = new Set([...uses.map(({ image }) => image), ...replacedBases.keys()]);
  const written = await lock.update((current) =>
    pins.reduce(
      (sum, { image, platform, is }) => withPin(sum, image, platform, is),
      pruneLock(current, layers, bases),
    ),
  );
  if (written.ok) return undefined;
  const { error } = written;
  const reason =
    error.kind === "file"
      ? error.failure.message
      : error.diagnostics.map(({ message }) => message).join("; ");
  return `${lock.path} cannot be written: ${reason}`;
}
