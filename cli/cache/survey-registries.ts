// Every registry of a project looked at: caches of some namespaces, images of all layers. One that does not answer is told of, and the
// others are looked at all the same.

import { type FoundCache, surveyCaches } from "../../engine/hygiene/survey-caches.ts";
import { type FoundImage, surveyImages } from "../../engine/hygiene/survey-images.ts";
import type { RegistryFailure } from "../../engine/ports/registry.ts";
import { mapperOf } from "../../providers/registry/mappers.ts";
import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import type { UsableRegistry } from "../registry-base.ts";
import type { CacheKeeping } from "./cache-keeping.ts";

export interface RegistrySurvey {
  readonly registry: UsableRegistry;
  readonly caches: readonly FoundCache[];
  readonly images: readonly FoundImage[];
  /** Why there may be more, in a phrase. */
  readonly unseen: string | undefined;
}

export interface SurveyWish {
  /** Whose caches there are looked for; empty: nobody's. */
  readonly namespacesIn: (registry: UsableRegistry) => readonly CacheNamespace[] | "all";
  readonly wantsImages: (registry: UsableRegistry) => boolean;
}

export interface SilentRegistry {
  readonly registry: string;
  readonly failure: RegistryFailure;
}

/** Of a registry that fails at one of both the other is known. */
export async function surveyRegistries(
  keeping: CacheKeeping,
  { namespacesIn, wantsImages }: SurveyWish,
  signal: AbortSignal,
): Promise<{ readonly surveys: readonly RegistrySurvey[]; readonly silent: readonly SilentRegistry[] }> {
  const { registry: client, layers, workspace, reaches, here } = keeping;
  const surveys: RegistrySurvey[] = [];
  const silent: SilentRegistry[] = [];
  for (const registry of keeping.registries) {
    const place = { mapper: mapperOf(registry.provider), base: registry.base };
    const namespaces = namespacesIn(registry);
    const caches =
      namespaces.length > 0
        ? await surveyCaches(client, place, { namespaces, layers, workspace, reaches }, signal)
        : undefined;
    const images = wantsImages(registry)
      ? await surveyImages(client, place, layers, here.spoken, signal)
      : undefined;
    if (caches === undefined && images === undefined) continue;
    const failed = [caches, images].find((each) => each?.ok === false);
    if (failed?.ok === false) silent.push({ registry: registry.name, failure: failed.error });
    surveys.push({
      registry,
      caches: caches?.ok === true ? caches.value.caches : [],
      images: images?.ok === true ? images.value.images : [],
      unseen:
        (caches?.ok === true ? caches.value.unseen : undefined) ??
        (images?.ok === true ? images.value.unseen : undefined),
    });
  }
  return { surveys, silent };
}

export function messageOf(failure: RegistryFailure): string {
  return failure.kind === "canceled" ? "canceled" : failure.message;
}
