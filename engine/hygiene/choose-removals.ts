// What a clearing of registries takes away, and how: surveys in, deletions out, with what stays although nobody reaches it. Pure.
//
// Nothing goes that is reached, that its actor may not write, or that is younger than the days that are kept. A cache whose age
// nobody tells may go, as it is only time that it saves; an image whose age nobody tells stays.

import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import type { Workspace } from "../../schemas/workspace.ts";
import type { Digest } from "../core/digest.ts";
import { unreachable } from "../core/unreachable.ts";
import { isSameNamespace, mayWrite } from "../plan/cache/access.ts";
import type { Actor } from "../plan/cache/actor.ts";
import type { RegistryMapper } from "../plan/registry-mapper.ts";
import type { FoundCache } from "./survey-caches.ts";
import type { FoundImage } from "./survey-images.ts";
import type { Tagged } from "./tagged.ts";

export interface Ages {
  readonly nowMs: number;
  /** 0: nobody asks how old anything is. */
  readonly keepDays: number;
}

export interface CacheRule extends Ages {
  readonly actor: Actor;
  readonly workspace: Workspace;
  readonly namespace: CacheNamespace;
  /** Whether reached caches of people and agents go as well. */
  readonly wholeDev: boolean;
}

export type CacheCause = "unreached" | "left-over" | "dev";

/** Caches that are to go, each with its cause. */
export function chooseCaches(
  caches: readonly FoundCache[],
  rule: CacheRule,
): readonly { readonly found: FoundCache; readonly cause: CacheCause }[] {
  return caches.flatMap((found) => {
    const cause = causeOf(found, rule);
    return cause === undefined ? [] : [{ found, cause }];
  });
}

function causeOf(found: FoundCache, rule: CacheRule): CacheCause | undefined {
  const { ref, reach, isStaged } = found;
  const isOurs =
    reach !== "foreign" &&
    isSameNamespace(ref.namespace, rule.namespace) &&
    mayWrite(rule.actor, rule.workspace, ref);
  if (!isOurs) return undefined;
  if (rule.wholeDev && ref.namespace.kind === "dev") return "dev";
  if (ageOf(found, rule) === "young") return undefined;
  if (isStaged) return "left-over";
  return reach === "unreached" ? "unreached" : undefined;
}

export interface ImageChoice {
  readonly removed: readonly FoundImage[];
  /** Unreached, of no known age. */
  readonly ageless: readonly FoundImage[];
}

export function chooseImages(images: readonly FoundImage[], ages: Ages): ImageChoice {
  const unreached = images.filter(({ reachedBy }) => reachedBy === undefined);
  const removed = unreached.filter((found) => ages.keepDays === 0 || ageOf(found, ages) === "old");
  const ageless = unreached.filter((found) => ages.keepDays > 0 && ageOf(found, ages) === "unknown");
  return { removed, ageless };
}

/** What comes to pass for one tag that is to go. */
export type Deletion<T extends Tagged> =
  | { readonly kind: "delete"; readonly found: T; readonly by: "tag" | "image" }
  /** It stays; the reason is a phrase. */
  | { readonly kind: "left"; readonly found: T; readonly reason: string };

export type TagDeletion = RegistryMapper["tagDeletion"];

/**
 * How a registry that deletes in such a way is to be asked. `all` are all tags of the repositories: where the image goes with its
 * tags, it goes only when all of them are to go, and no tag that stays lists it.
 */
export function planDeletions<T extends Tagged>(
  removed: readonly T[],
  all: readonly Tagged[],
  way: TagDeletion,
): readonly Deletion<T>[] {
  switch (way) {
    case "tag":
      return removed.map((found) => ({ kind: "delete", found, by: "tag" }));
    case "none":
      return removed.map((found) => ({
        kind: "left",
        found,
        reason: `${found.place.registry} deletes by an API of its own alone`,
      }));
    case "image": {
      const going = new Set(removed.map(keyOfTag));
      const kept = all.filter((tagged) => !going.has(keyOfTag(tagged)));
      const needed = new Map<string, string>();
      for (const { place, digest, children } of kept)
        for (const each of [digest, ...children]) needed.set(keyOf(place.name, each), place.tag);
      return removed.map((found) => {
        const tag = needed.get(keyOf(found.place.name, found.digest));
        if (tag === undefined) return { kind: "delete", found, by: "image" };
        return { kind: "left", found, reason: `it is the image of ${tag} as well, which would go with it` };
      });
    }
    default:
      return unreachable(way);
  }
}

/** Compressed bytes of what only these speak of. */
export function freedBytes(removed: readonly Tagged[], all: readonly Tagged[]): number {
  const going = new Set(removed.map(keyOfTag));
  const kept = all.filter((tagged) => !going.has(keyOfTag(tagged)));
  const stays = new Set(kept.flatMap(({ blobs }) => Array.from(blobs.keys())));
  return distinctBytes(removed, stays);
}

/** Compressed bytes with each blob counted once, without those of `except`. */
export function distinctBytes(tags: readonly Tagged[], except: ReadonlySet<Digest> = new Set()): number {
  const sizes = new Map(tags.flatMap(({ blobs }) => Array.from(blobs)));
  return sizes.entries().reduce((sum, [digest, size]) => sum + (except.has(digest) ? 0 : size), 0);
}

const dayMs = 86_400_000;

function ageOf({ writtenAtMs }: Tagged, { nowMs, keepDays }: Ages): "old" | "young" | "unknown" {
  if (writtenAtMs === undefined) return "unknown";
  return nowMs - writtenAtMs >= keepDays * dayMs ? "old" : "young";
}

function keyOfTag({ place }: Tagged): string {
  return `${place.registry}/${place.name}:${place.tag}`;
}

function keyOf(repository: string, digest: Digest): string {
  return `${repository}@${digest}`;
}
