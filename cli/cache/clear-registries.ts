// The registries' part of a clearing: what goes is chosen, asked for where it is meant, and told for each.

import {
  type CacheCause,
  chooseCaches,
  chooseImages,
  freedBytes,
  planDeletions,
} from "../../engine/hygiene/choose-removals.ts";
import { removeTags } from "../../engine/hygiene/remove-tags.ts";
import type { FoundCache } from "../../engine/hygiene/survey-caches.ts";
import type { FoundImage } from "../../engine/hygiene/survey-images.ts";
import { mapperOf } from "../../providers/registry/mappers.ts";
import type { CacheKeeping } from "./cache-keeping.ts";
import type { ClearingScope } from "./clearing-scope.ts";
import { type SilentRegistry, surveyRegistries } from "./survey-registries.ts";

export type Cleared =
  | { readonly kind: "cache"; readonly found: FoundCache; readonly cause: CacheCause }
  | { readonly kind: "image"; readonly found: FoundImage };

export interface RegistriesCleared {
  readonly removed: readonly Cleared[];
  /** Unreached, and there still; reasons are phrases. */
  readonly left: readonly { readonly cleared: Cleared; readonly reason: string }[];
  /** Unreached images whose age nobody tells. */
  readonly ageless: readonly FoundImage[];
  readonly freedBytes: number;
  readonly silent: readonly SilentRegistry[];
  /** Why there may be more, in phrases. */
  readonly unseen: readonly string[];
}

export interface RegistryClearing {
  readonly nowMs: number;
  readonly keepDays: number;
  readonly wholeDev: boolean;
  readonly dryRun: boolean;
}

export async function clearRegistries(
  keeping: CacheKeeping,
  { caches: cacheScope, images: imageRegistries }: ClearingScope,
  { nowMs, keepDays, wholeDev, dryRun }: RegistryClearing,
  signal: AbortSignal,
): Promise<RegistriesCleared> {
  const { surveys, silent } = await surveyRegistries(
    keeping,
    {
      namespacesIn: (each) => (cacheScope?.registries.includes(each) === true ? [cacheScope.namespace] : []),
      wantsImages: (each) => imageRegistries.includes(each),
    },
    signal,
  );
  const removed: Cleared[] = [];
  const left: { readonly cleared: Cleared; readonly reason: string }[] = [];
  const ageless: FoundImage[] = [];
  let freed = 0;
  for (const { registry, caches, images } of surveys) {
    const chosenCaches =
      cacheScope === undefined
        ? []
        : chooseCaches(caches, {
            actor: cacheScope.actor,
            workspace: keeping.workspace,
            namespace: cacheScope.namespace,
            wholeDev,
            nowMs,
            keepDays,
          });
    const chosenImages = chooseImages(images, { nowMs, keepDays });
    ageless.push(...chosenImages.ageless);
    const going = new Map<FoundCache | FoundImage, Cleared>([
      ...chosenCaches.map(({ found, cause }) => [found, { kind: "cache", found, cause }] as const),
      ...chosenImages.removed.map((found) => [found, { kind: "image", found }] as const),
    ]);
    const all = [...caches, ...images];
    const deletions = planDeletions(Array.from(going.keys()), all, mapperOf(registry.provider).tagDeletion);
    const ends = dryRun
      ? deletions.map((each) => (each.kind === "delete" ? { ...each, kind: "removed" as const } : each))
      : await removeTags(keeping.registry, deletions, all, signal);
    const gone = ends.filter(({ kind }) => kind === "removed").map(({ found }) => found);
    freed += freedBytes(gone, all);
    for (const end of ends) {
      const cleared = going.get(end.found);
      if (cleared === undefined) throw new Error("something went that was not chosen");
      if (end.kind === "removed") removed.push(cleared);
      else left.push({ cleared, reason: end.reason });
    }
  }
  const unseen = surveys.flatMap((survey) => survey.unseen ?? []);
  return { removed, left, ageless, freedBytes: freed, silent, unseen };
}
