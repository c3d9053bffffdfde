// What changed since a commit, and what stands on it. Reads no more than that takes: this is what a job asks first, whether there
// is anything to do. Where git says that only contents of files changed, the outline of the catalog that was kept tells all.

import { locateProject } from "../../engine/catalog/locate.ts";
import type { Topology } from "../../engine/graph/graph.ts";
import type { Memory } from "../../engine/memory/memory.ts";
import {
  findChangedByOutline,
  keepCommittedOutline,
  recallCommittedOutline,
} from "../../engine/since/committed-outline.ts";
import { applySelection, type SelectionInvocation } from "../apply-selection.ts";
import { refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { affectedToJson, renderAffected } from "../report/affected.ts";
import { findOptionFault, type Selection } from "../selection.ts";
import { type Since, type StartedComparison, startComparison } from "../start-comparison.ts";
import { createHost, openMemory } from "../wire.ts";
import { shownLayers } from "./shown-layers.ts";

/** `ref` is what --since names. */
export type AffectedInvocation = SelectionInvocation & { readonly ref: string };

export async function listAffected(invocation: AffectedInvocation, json: boolean): Promise<ExitCode> {
  const { options, operands, directory, output, ref } = invocation;
  const fault = findOptionFault(operands, options);
  if (fault !== undefined) return refuseUsage(output, fault);
  const host = createHost();
  const root = locateProject(directory, host.files);
  if (!root.ok) return listByCatalog(invocation, json, undefined);
  const started = await startComparison(root.value, ref);
  const memory = openMemory(host, root.value, "outline");
  const known = await findByOutline(root.value, memory, started);
  if (known === undefined) return listByCatalog(invocation, json, { started, memory });
  const selection = applySelection(known.graph, invocation, known.since);
  if (!selection.ok) return selection.error;
  tell(known.graph, selection.value, known.since, invocation, json);
  return exitCode.done;
}

/** Undefined where the catalog is to be opened, and be it for what git complains of. */
async function findByOutline(
  root: string,
  memory: Memory,
  { ref, comparison }: StartedComparison,
): Promise<{ readonly graph: Topology; readonly since: Since } | undefined> {
  const kept = recallCommittedOutline(root, memory);
  if (kept === undefined) return undefined;
  const compared = await comparison;
  if (!compared.ok) return undefined;
  const changed = await findChangedByOutline(kept, compared.value);
  if (!changed.ok || changed.value === undefined) return undefined;
  return { graph: kept.graph, since: { ref, base: compared.value.base, changed: changed.value } };
}

interface Begun {
  readonly started: StartedComparison;
  /** For the outline. */
  readonly memory: Memory;
}

async function listByCatalog(
  invocation: AffectedInvocation,
  json: boolean,
  begun: Begun | undefined,
): Promise<ExitCode> {
  const { directory, output } = invocation;
  const [{ selectFrom }, { openGraphHere }] = await Promise.all([
    import("../open-selection.ts"),
    import("../project.ts"),
  ]);
  const opened = await selectFrom(invocation, {
    open: () => openGraphHere({ directory, output }),
    ownInputsOf: ({ ownInputsOf }, layer) => ownInputsOf(layer),
    ...(begun === undefined ? {} : { started: begun.started }),
  });
  if (!opened.ok) return opened.error;
  const { project, selection, since } = opened.value;
  // Without a project to look in, that was told before.
  if (since === undefined) return exitCode.usage;
  tell(project.graph, selection, since, invocation, json);
  const compared = await begun?.started.comparison;
  if (begun !== undefined && compared?.ok === true && project.isFlawless) {
    await keepCommittedOutline(project.graph, project.ownInputsOf, compared.value, begun.memory);
  }
  project.memory.save();
  return exitCode.done;
}

function tell(
  graph: Topology,
  selection: Selection,
  since: Since,
  { output }: AffectedInvocation,
  json: boolean,
): void {
  const shown = shownLayers(graph, selection);
  const layers = graph.order.filter((name) => shown.has(name));
  output.result(
    json
      ? `${JSON.stringify(affectedToJson(graph, layers, since), null, 2)}\n`
      : renderAffected(graph, layers, since, output.stdout.color),
  );
}
