// The operands of a command as layers, and in words what is wrong with them.

import { nearMiss } from "../engine/core/near-miss.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import { unreachable } from "../engine/core/unreachable.ts";
import type { Topology } from "../engine/graph/graph.ts";
import { type SelectFault, selectLayers, selectProperties } from "../engine/graph/select.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import type { UsageFault } from "./args.ts";
import { orList } from "./option.ts";

/** The layers that names, patterns, "kind:deps", "+layer" and the like stand for, in topological order; all without any. */
export function selectOperands(
  graph: Topology,
  operands: readonly string[],
): Result<readonly LayerName[], UsageFault> {
  const selected = selectLayers(graph, operands);
  return selected.ok ? selected : err(describeFault(selected.error, graph));
}

/** One layer by its very name. */
export function findLayer(graph: Topology, name: string): Result<LayerName, UsageFault> {
  if (graph.has(name)) return ok(name);
  const suggestion = nearMiss(name, graph.order);
  return err(describeFault({ kind: "unknown-layer", name, suggestion }, graph));
}

function describeFault(fault: SelectFault, { order }: Topology): UsageFault {
  switch (fault.kind) {
    case "unknown-layer":
      return {
        message: `there is no layer ${JSON.stringify(fault.name)}`,
        help: meant(fault.suggestion, tellLayers(order)),
      };
    case "no-match":
      return { message: `no layer is named like ${JSON.stringify(fault.pattern)}`, help: tellLayers(order) };
    case "bad-pattern":
      return {
        message: `the pattern ${JSON.stringify(fault.pattern)} ${fault.problem}`,
        help: "patterns know *, ?, [ab], [!ab] and {a,b}",
      };
    case "unknown-property":
      return {
        message: `layers are not selected by ${JSON.stringify(fault.property)}`,
        help: meant(
          fault.suggestion,
          `they are by ${orList(selectProperties.map((property) => `${property}:`))}`,
        ),
      };
    case "unknown-value":
      return {
        message: `no layer has the ${fault.property} ${JSON.stringify(fault.value)}`,
        help: meant(fault.suggestion, `they have ${orList(fault.known)}`),
      };
    case "nothing-left":
      return {
        message: "every layer that is named is excluded again",
        help: 'operands that begin with "!" exclude: leave one out',
      };
    default:
      return unreachable(fault);
  }
}

function meant(suggestion: string | undefined, otherwise: string): string {
  return suggestion === undefined ? otherwise : `did you mean "${suggestion}"?`;
}

const mostNames = 20;

function tellLayers(order: readonly LayerName[]): string {
  if (order.length <= mostNames) return `the layers are ${order.join(", ")}`;
  return `the layers are ${order.slice(0, mostNames).join(", ")} and ${order.length - mostNames} more: \`lamina list\` shows them`;
}
