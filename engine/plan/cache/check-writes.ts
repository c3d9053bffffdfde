// The gate before every solve: a plan in, and what of its caches its actor may not write, or the registry cannot name. It asks the
// refs themselves, wherever the plan comes from.

import type { Plan, Step } from "../step.ts";
import { explainRefusedWrite, mayRead, mayWrite, ownNamespace } from "./access.ts";
import { spellCache } from "./cache-ref.ts";
import { type CacheSettings, placeCache, placeTarget } from "./wire-caches.ts";

export interface CacheRefusal {
  readonly message: string;
  readonly help: string;
}

/** Undefined where every cache of the plan is its actor's to use. Steps that build nothing write nothing. */
export function checkCaches(plan: Plan, settings: CacheSettings | undefined): CacheRefusal | undefined {
  const steps = plan.steps.filter(({ action }) => action === "build");
  const written = steps.flatMap(({ cache }) => cache.to.map(({ ref }) => ref));
  const read = steps.flatMap(({ cache }) => cache.from.map(({ ref }) => ref));
  if (settings === undefined) {
    if (written.length + read.length === 0) return undefined;
    throw new Error("a plan has caches, and nobody whose they are");
  }
  const { actor, workspace } = settings;
  const refused = written.filter((ref) => !mayWrite(actor, workspace, ref));
  if (refused.length > 0) return explainRefusedWrite(actor, workspace, refused);
  const strange = read.find((ref) => !mayRead(actor, workspace, ref));
  if (strange !== undefined) throw new Error(`${actor.kind} is to read ${spellCache(strange)}`);
  return findNameless(steps, settings);
}

/** Wired caches have names: those that are missing are looked for by their layers. */
function findNameless(steps: readonly Step[], settings: CacheSettings): CacheRefusal | undefined {
  const { actor, base, workspace } = settings;
  for (const { layer, platform } of steps) {
    const canonical = placeCache(settings, { namespace: { kind: "ci", workspace }, layer, platform });
    const own = placeTarget(settings, { namespace: ownNamespace(actor, workspace), layer, platform });
    const placed = canonical.ok ? own : canonical;
    if (!placed.ok)
      return {
        message: `there is no place for caches of ${layer} beside ${base.registry}/${base.name}: the repository ${placed.error}`,
        help: "artifact.image in catalog/build_directives.ncl says where images and caches go",
      };
  }
  return undefined;
}
