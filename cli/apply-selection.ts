// Operands and options as layers of a graph at hand; what is wrong with them, and what is left out, told on stderr.

import { err, ok, type Result } from "../engine/core/result.ts";
import type { Topology } from "../engine/graph/graph.ts";
import type { Invocation } from "./command.ts";
import { refuseUsage } from "./complain.ts";
import { type ExitCode } from "./exit-code.ts";
import type { OptionValues } from "./option.ts";
import { renderLeftOut, type Selection, type selectionOptions, selectLayers } from "./selection.ts";
import type { Since } from "./start-comparison.ts";

export type SelectionInvocation = Pick<Invocation, "operands" | "directory" | "output"> & {
  readonly options: OptionValues<typeof selectionOptions>;
};

/** `since` where --since was given. */
export function applySelection(
  graph: Topology,
  { options, operands, output }: Omit<SelectionInvocation, "directory">,
  since: Since | undefined,
): Result<Selection, ExitCode> {
  const changed = since === undefined ? undefined : new Set(since.changed.keys());
  const selection = selectLayers(graph, operands, options, changed);
  if (!selection.ok) return err(refuseUsage(output, selection.error));
  output.remark(renderLeftOut(selection.value));
  if (since !== undefined && changed?.size === 0)
    output.remark(`nothing changed since ${since.ref} (${since.base.slice(0, 12)})\n`);
  return ok(selection.value);
}
