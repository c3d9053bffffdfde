// What of the project at hand a command is about: the project is opened while git answers what --since asks.

import { locateProject } from "../engine/catalog/locate.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { OwnInputs } from "../engine/graph/fingerprint.ts";
import type { LayerGraph } from "../engine/graph/graph.ts";
import type { Project } from "../engine/project.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import type { Invocation } from "./command.ts";
import { refuseUsage } from "./complain.ts";
import { type ExitCode } from "./exit-code.ts";
import type { OptionValues } from "./option.ts";
import { openHere } from "./project.ts";
import {
  findOptionFault,
  renderLeftOut,
  replacedBases,
  type Selection,
  type selectionOptions,
  selectLayers,
} from "./selection.ts";
import type { Since } from "./since.ts";
import { createHost } from "./wire.ts";

export interface OpenedSelection<P> {
  readonly project: P;
  readonly selection: Selection;
  /** Where --since was given. */
  readonly since: Since | undefined;
}

export type SelectionInvocation = Pick<Invocation, "operands" | "directory" | "output"> & {
  readonly options: OptionValues<typeof selectionOptions>;
};

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
}

/** Selects from what `open` opens. */
export async function selectFrom<P extends { readonly graph: LayerGraph }>(
  { options, operands, directory, output }: SelectionInvocation,
  { open, ownInputsOf }: SelectionSource<P>,
): Promise<Result<OpenedSelection<P>, ExitCode>> {
  const fault = findOptionFault(operands, options);
  if (fault !== undefined) return err(refuseUsage(output, fault));
  const root = options.since === undefined ? undefined : locateProject(directory, createHost().files);
  const sinceModule = options.since === undefined ? undefined : await import("./since.ts");
  const started =
    options.since === undefined || root?.ok !== true
      ? undefined
      : await sinceModule?.startComparison(root.value, options.since);
  const project = await open();
  if (!project.ok) {
    started?.abort.abort();
    await started?.comparison;
    return project;
  }
  const { graph } = project.value;
  const own = (layer: LayerName) => ownInputsOf(project.value, layer);
  const since =
    started === undefined
      ? undefined
      : await sinceModule?.finishComparison(started, { graph, ownInputsOf: own }, output);
  if (since?.ok === false) return since;
  const changed = since === undefined ? undefined : new Set(since.value.changed.keys());
  const selection = selectLayers(graph, operands, options, changed);
  if (!selection.ok) return err(refuseUsage(output, selection.error));
  output.remark(renderLeftOut(selection.value));
  if (since !== undefined && since.value.changed.size === 0)
    output.remark(`nothing changed since ${since.value.ref} (${since.value.base.slice(0, 12)})\n`);
  return ok({ project: project.value, selection: selection.value, since: since?.value });
}
