// What of the project at hand a command is about: the project is opened while git answers what --since asks.

import { locateProject } from "../engine/catalog/locate.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { OwnInputs } from "../engine/graph/fingerprint.ts";
import type { LayerGraph } from "../engine/graph/graph.ts";
import type { Project } from "../engine/project.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import { applySelection, type SelectionInvocation } from "./apply-selection.ts";
import { refuseUsage } from "./complain.ts";
import { type ExitCode } from "./exit-code.ts";
import { openHere } from "./project.ts";
import { findOptionFault, replacedBases, type Selection } from "./selection.ts";
import type { finishComparison } from "./since.ts";
import { type Since, type StartedComparison, startComparison } from "./start-comparison.ts";
import { createHost } from "./wire.ts";

export interface OpenedSelection<P> {
  readonly project: P;
  readonly selection: Selection;
  /** Where --since was given. */
  readonly since: Since | undefined;
}

/** Opens the project and selects; whatever is wrong, and what is left out, is told on stderr. */
export function openSelection(
  invocation: SelectionInvocation,
): Promise<Result<OpenedSelection<Project>, ExitCode>> {
  const { options, directory, output } = invocation;
  return selectFrom(invocation, {
    open: () => openHere({ directory, output }, replacedBases(options.base, directory)),
    ownInputsOf: ({ ownInputs }, layer) => ownInputs.get(layer),
  });
}

/** How to come by what is selected from. */
export interface SelectionSource<P> {
  readonly open: () => Promise<Result<P, ExitCode>>;
  readonly ownInputsOf: (opened: P, layer: LayerName) => OwnInputs | undefined;
  /** Where git was asked before. */
  readonly started?: StartedComparison;
}

/** Selects from what `open` opens. */
export async function selectFrom<P extends { readonly graph: LayerGraph }>(
  { options, operands, directory, output }: SelectionInvocation,
  { open, ownInputsOf, started: before }: SelectionSource<P>,
): Promise<Result<OpenedSelection<P>, ExitCode>> {
  const fault = findOptionFault(operands, options);
  if (fault !== undefined) return err(refuseUsage(output, fault));
  const started = before ?? (await startSince(options.since, directory));
  const project = await open();
  if (!project.ok) {
    started?.abort.abort();
    await started?.comparison;
    return project;
  }
  const { graph } = project.value;
  const own = (layer: LayerName) => ownInputsOf(project.value, layer);
  const since = started && (await finishSince(started, { graph, ownInputsOf: own }, output));
  if (since?.ok === false) return since;
  const selection = applySelection(graph, { options, operands, output }, since?.value);
  return selection.ok
    ? ok({ project: project.value, selection: selection.value, since: since?.value })
    : selection;
}

async function startSince(
  ref: string | undefined,
  directory: string,
): Promise<StartedComparison | undefined> {
  const root = ref === undefined ? undefined : locateProject(directory, createHost().files);
  return ref === undefined || root?.ok !== true ? undefined : startComparison(root.value, ref);
}

/** Loads what holds layers of two trees against each other only where it is asked for. */
const finishSince: typeof finishComparison = async (...args) =>
  (await import("./since.ts")).finishComparison(...args);
