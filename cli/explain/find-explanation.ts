// All explanations by families, and the one that somebody asks for.

import { nearMiss } from "../../engine/core/near-miss.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { betweenLayers } from "./between-layers.ts";
import type { Explanation, Family } from "./explanation.ts";
import { layerDeclaration } from "./layer-declaration.ts";
import { layerDockerfile } from "./layer-dockerfile.ts";
import { lock } from "./lock.ts";
import { nickelEvaluating } from "./nickel-evaluating.ts";
import { nickelReading } from "./nickel-reading.ts";
import { nickelTyping } from "./nickel-typing.ts";

export const families: readonly Family[] = [
  { title: "Nickel: reading a text", explanations: nickelReading },
  { title: "Nickel: its static types", explanations: nickelTyping },
  { title: "Nickel: evaluating it", explanations: nickelEvaluating },
  { title: "A layer's declaration", explanations: layerDeclaration },
  { title: "A layer's Dockerfile", explanations: layerDockerfile },
  { title: "Between layers", explanations: betweenLayers },
  { title: "The lock", explanations: lock },
];

export const explanations: readonly Explanation[] = families.flatMap((family) => family.explanations);

/** By code ("E0403", "e403", "403") or by Nickel's own name of an error, which several codes may share; or what may be meant. */
export function findExplanations(asked: string): Result<readonly Explanation[], string | undefined> {
  const digits = /^[ew]?0?([0-9]{3})$/i.exec(asked)?.[1];
  const found = explanations.filter(
    ({ code, kind }) =>
      (digits !== undefined && code.endsWith(digits)) || kind?.toLowerCase() === asked.toLowerCase(),
  );
  if (found.length > 0) return ok(found);
  const names = explanations.flatMap(({ code, kind = code }) => [code, kind]);
  return err(nearMiss(asked.toUpperCase(), names) ?? nearMiss(asked, names));
}
