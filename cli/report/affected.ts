// What changed since a commit, as a table and as JSON (schemas/affected.ts).

import pc from "picocolors";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { Topology } from "../../engine/graph/graph.ts";
import { withDescendants } from "../../engine/graph/select.ts";
import type { Affected } from "../../schemas/affected.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Since } from "../start-comparison.ts";
import { firstOf } from "./standing.ts";
import { renderTable } from "./table.ts";

type Row = Affected["layers"][number];

export function affectedToJson(
  graph: Topology,
  layers: readonly LayerName[],
  { ref, base, changed }: Since,
): Affected {
  const affected = withDescendants(graph, changed.keys());
  return { version: 1, ref, base, layers: layers.map((name) => describe(graph, name, changed, affected)) };
}

/** "" where there are none. */
export function renderAffected(
  graph: Topology,
  layers: readonly LayerName[],
  since: Since,
  color: boolean,
): string {
  if (layers.length === 0) return "";
  const rows = affectedToJson(graph, layers, since).layers;
  return renderTable(
    [{ title: "layer" }, { title: "kind" }, { title: "base" }, { title: "why" }],
    rows.map(({ layer, kind, base, reasons }) => [layer, kind, base, tellReasons(reasons)]),
    pc.createColors(color).dim,
  );
}

function describe(
  graph: Topology,
  layer: LayerName,
  changed: Since["changed"],
  affected: ReadonlySet<LayerName>,
): Row {
  const { kind, base } = graph.traits(layer);
  const parents = graph.parents(layer).filter((parent) => affected.has(parent));
  return {
    layer,
    kind,
    base,
    reasons: [
      ...(changed.get(layer) ?? []),
      ...parents.map((parent) => ({ kind: "parent-affected" as const, parent })),
    ],
  };
}

function tellReasons(reasons: Row["reasons"]): string {
  return firstOf(reasons.map(tellReason)) || "others stand on it";
}

function tellReason(reason: Row["reasons"][number]): string {
  switch (reason.kind) {
    case "layer-added":
      return "it is new";
    case "file-changed":
      return `${reason.path} was ${reason.change}`;
    case "declaration-changed":
      return `${reason.key} is declared otherwise`;
    case "platform-added":
      return `${reason.platform} was added`;
    case "base-changed":
      return `${reason.image} is pinned to another digest`;
    case "was-invalid":
      return "it was not valid then";
    case "parent-affected":
      return `it stands on ${reason.parent}`;
    default:
      return unreachable(reason);
  }
}
