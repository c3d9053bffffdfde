// The project at hand and what of it a command is about: opened while git answers what --since asks.

import { locateProject } from "../engine/catalog/locate.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { Project } from "../engine/project.ts";
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

export interface OpenedSelection {
  readonly project: Project;
  readonly selection: Selection;
  /** Where --since was given. */
  readonly since: Since | undefined;
}

/** Opens and selects; whatever is wrong, and what is left out, is told on stderr. */
export async function openSelection({
  options,
  operands,
  directory,
  output,
}: Pick<Invocation, "operands" | "directory" | "output"> & {
  readonly options: OptionValues<typeof selectionOptions>;
}): Promise<Result<OpenedSelection, ExitCode>> {
  const fault = findOptionFault(operands, options);
  if (fault !== undefined) return err(refuseUsage(output, fault));
  const root = locateProject(directory, createHost().files);
  const sinceModule = options.since === undefined ? undefined : await import("./since.ts");
  const started =
    options.since === undefined || !root.ok
      ? undefined
      : await sinceModule?.startComparison(root.value, options.since);
  const project = await openHere({ directory, output }, replacedBases(options.base, directory));
  if (!project.ok) {
    started?.abort.abort();
    await started?.comparison;
    return project;
  }
  const since =
    started === undefined ? undefined : await sinceModule?.finishComparison(started, project.value, output);
  if (since?.ok === false) return since;
  const changed = since === undefined ? undefined : new Set(since.value.changed.keys());
  const selection = selectLayers(project.value.graph, operands, options, changed);
  if (!selection.ok) return err(refuseUsage(output, selection.error));
  output.remark(renderLeftOut(selection.value));
  if (since !== undefined && since.value.changed.size === 0)
    output.remark(`nothing changed since ${since.value.ref} (${since.value.base.slice(0, 12)})\n`);
  return ok({ project: project.value, selection: selection.value, since: since?.value });
}
