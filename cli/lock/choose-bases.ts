// Operands of `lamina lock --update` and `lamina outdated` as external images.

import { nearMiss } from "../../engine/core/near-miss.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { LayerGraph } from "../../engine/graph/graph.ts";
import type { UsageFault } from "../args.ts";
import { orList } from "../option.ts";
import { selectOperands } from "../select-operands.ts";

/** External images, as declared, that are named themselves. */
export function chooseBases(
  names: readonly string[],
  known: ReadonlySet<string>,
): Result<ReadonlySet<string>, UsageFault> {
  for (const name of names)
    if (!known.has(name))
      return err({ message: `no layer stands on ${JSON.stringify(name)}`, help: suggest(name, known) });
  return ok(new Set(names));
}

/**
 * External images that are named themselves, and those that the named layers take from. Where a layer has the name of an
 * image, the image is meant.
 */
export function chooseBasesOrLayers(
  names: readonly string[],
  graph: LayerGraph,
  known: ReadonlySet<string>,
): Result<ReadonlySet<string>, UsageFault> {
  const chosen = new Set(names.filter((name) => known.has(name)));
  const others = names.filter((name) => !known.has(name));
  if (others.length === 0) return ok(chosen);
  // A reference with a tag or a registry; of layers only "kind:deps" has such a sign, in which no digit or dot stands.
  const image = others.find((name) => /[/@]|:.*[\d.-]/.test(name));
  if (image !== undefined) return chooseBases([image], known);
  const layers = selectOperands(graph, others);
  if (!layers.ok) {
    const near = others.length === 1 ? nearMiss(others[0] ?? "", known) : undefined;
    return near === undefined ? layers : err({ ...layers.error, help: `did you mean ${near}?` });
  }
  for (const layer of layers.value) for (const base of graph.externalBases(layer)) chosen.add(base);
  if (chosen.size > 0) return ok(chosen);
  const subject = `${others.join(", ")} ${others.length === 1 ? "takes" : "take"} from no external image`;
  const helpful = others.find((name) => !/^[+!]/.test(name) && takesFromBelow(graph, name));
  return helpful === undefined
    ? err({ message: `${subject}, directly or by what it stands on`, help: offer(known) })
    : err({
        message: `${subject} directly`,
        help: `+${helpful} stands for ${helpful} and what it stands on`,
      });
}

/** Whether something that a name selects, or stands on, takes from an external image. */
function takesFromBelow(graph: LayerGraph, name: string): boolean {
  const selected = selectOperands(graph, [`+${name}`]);
  return selected.ok && selected.value.some((layer) => graph.externalBases(layer).length > 0);
}

function suggest(name: string, known: ReadonlySet<string>): string {
  const near = nearMiss(name, known);
  return near === undefined ? offer(known) : `did you mean ${near}?`;
}

function offer(known: ReadonlySet<string>): string {
  return known.size === 0 ? "the catalog stands on none" : `external images are ${orList(Array.from(known))}`;
}
