// The whole way on one page. Each arrow is a stage with a type of its own:
//
//   files -> Nickel -> Catalog -> LayerGraph -> Plan -> Run -> Outcome -> lamina.lock + events
//   |________ openProject _________|  |planProject|  |______ runPlan ______|
//   |_________________ project.ts _________________|  |______ this file ___|
//
// Nothing here touches the world: files, clock, builder, images and events come in through ports, chosen in cli/wire.ts.

import type { Layer } from "./catalog/layer.ts";
import { reopenDockerfile } from "./catalog/open-dockerfile.ts";
import type { Files } from "./core/host.ts";
import { type OwnInputs, readOwnInputs } from "./graph/fingerprint.ts";
import { serializeHistory } from "./plan/history.ts";
import type { Plan } from "./plan/step.ts";
import type { Project } from "./project.ts";
import type { Outcome } from "./run/outcome.ts";
import { recordDurations } from "./run/record-durations.ts";
import {
  type Foresight,
  type RunDeps,
  type RunningRun,
  type RunOptions,
  type RunWorld,
  startRun,
} from "./run/run.ts";

/** What carrying out a plan needs beside the project. */
export type PlanTools = Omit<RunDeps, "graph" | "ownInputs" | "lock" | "readOwn" | "secrets"> & {
  readonly files: Files;
};

/** Carries a plan out; each finished layer is in the lock at once, and how long it took is remembered for later estimates. */
export function runPlan(
  project: Project,
  plan: Plan,
  tools: PlanTools,
  options: RunOptions,
): Promise<Outcome> {
  return startPlan(project, plan, tools, options).outcome;
}

/** A plan that is being carried out. */
export interface RunningPlan extends Omit<RunningRun, "foresee" | "revise"> {
  /** What such a plan would do with what is in flight. */
  foresee(project: Project, plan: Plan): Foresight;
  /** Gives it another plan, of what the project has become. False where it has ended. */
  revise(project: Project, plan: Plan): boolean;
}

/** The same, for whoever may have another plan before it ends. */
export function startPlan(
  project: Project,
  plan: Plan,
  { files, ...tools }: PlanTools,
  options: RunOptions,
): RunningPlan {
  const readOwn: RunDeps["readOwn"] = (layer) => rereadOwnInputs(layer, files);
  const running = startRun(plan, { ...tools, ...worldOf(project), readOwn }, options);
  return {
    ...running,
    foresee: (changed, next) => running.foresee(next, worldOf(changed)),
    revise: (changed, next) => running.revise(next, worldOf(changed)),
    outcome: running.outcome.then((outcome) => {
      if (outcome.steps.some((step) => step.outcome.kind === "built")) {
        // Only estimates suffer where this cannot be written, so a failure is not worth a word.
        files.writeAtomically(
          project.historyPath,
          serializeHistory(recordDurations(project.history, outcome)),
        );
      }
      return outcome;
    }),
  };
}

function worldOf({ graph, ownInputs, lock, secrets }: Project): RunWorld {
  return { graph, ownInputs, lock, secrets };
}

/** What a build of the layer would see of its folder now, by the declaration as it was read. */
function rereadOwnInputs(layer: Layer, files: Files): OwnInputs | undefined {
  const dockerfile = reopenDockerfile(layer, files);
  const { name, directory, workflow } = layer;
  const own = dockerfile && readOwnInputs({ name, directory, workflow, dockerfile }, files);
  return own?.ok === true ? own.value : undefined;
}
