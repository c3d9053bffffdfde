// The caches of a step: what its build reads and where it writes, by who builds. Wired are refs; what an actor may not write is
// found before anything is built (check-writes.ts).

import type { CacheNamespace } from "../../../schemas/cache-namespace.ts";
import { type ImageTag, parseImageTag } from "../../../schemas/image-tag.ts";
import type { LayerName } from "../../../schemas/layer-name.ts";
import type { Platform } from "../../../schemas/platform.ts";
import type { RegistryAddress } from "../../../schemas/registry-address.ts";
import type { Workspace } from "../../../schemas/workspace.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RegistryMapper, RepositoryPlace } from "../registry-mapper.ts";
import { mayRead, ownNamespace } from "./access.ts";
import type { Actor, Disposition } from "./actor.ts";
import { addressOf, type CacheRef, type CacheTarget, type PlacedCache } from "./cache-ref.ts";

/** Whose build it is, and where caches lie. */
export interface CacheSettings {
  readonly actor: Actor;
  readonly workspace: Workspace;
  readonly disposition: Disposition;
  readonly mapper: Pick<RegistryMapper, "cacheOf" | "cacheOptions" | "tagDeletion">;
  /** Beside which the caches are: what `artifact.image` names. */
  readonly base: RepositoryPlace;
  /** Registries that speak no TLS, beside those of this machine. */
  readonly plainHttp: ReadonlySet<RegistryAddress>;
}

export interface WiredCaches {
  /** The layer's own and its ancestors', nearest first; of one layer what the actor wrote before what CI wrote. */
  readonly from: readonly PlacedCache[];
  /** The layer's own, or none. */
  readonly to: readonly CacheTarget[];
}

export const noCaches: WiredCaches = { from: [], to: [] };

/** `ancestors` come nearest first. What the registry has no name for is left out: `findNameless` tells of it. */
export function wireCaches(
  settings: CacheSettings,
  layer: LayerName,
  platform: Platform,
  ancestors: readonly LayerName[],
): WiredCaches {
  const { actor, workspace, disposition } = settings;
  const own = ownNamespace(actor, workspace);
  const readable: readonly CacheNamespace[] = own.kind === "ci" ? [own] : [own, { kind: "ci", workspace }];
  const from = [layer, ...ancestors]
    .flatMap((name) => readable.map((namespace): CacheRef => ({ namespace, layer: name, platform })))
    .filter((ref) => mayRead(actor, workspace, ref));
  const to: readonly CacheRef[] = isWriter(actor, disposition) ? [{ namespace: own, layer, platform }] : [];
  return {
    from: from.flatMap((ref) => valueOf(placeCache(settings, ref))),
    to: to.flatMap((ref) => valueOf(placeTarget(settings, ref))),
  };
}

function valueOf<T>(result: Result<T, string>): readonly T[] {
  return result.ok ? [result.value] : [];
}

/** The error is a phrase of what the registry has against the name. */
export function placeTarget(settings: CacheSettings, ref: CacheRef): Result<CacheTarget, string> {
  const { mapper, disposition } = settings;
  const placed = placeCache(settings, ref);
  if (!placed.ok) return placed;
  const target = { ...placed.value, options: mapper.cacheOptions };
  if (disposition !== "rollback") return ok({ ...target, staged: undefined });
  const tag = parseImageTag(target.place.tag + stagedEnd);
  if (tag === undefined) return err("has no room for a second tag, which a rollback takes");
  return ok({ ...target, staged: { tag, isRemovable: mapper.tagDeletion === "tag" } });
}

/** No cache has such a tag: names, platforms and what mappers make of them are of lower case. */
const stagedEnd = ".NEXT";

/** The tag that what is under this one waits for; undefined of tags under which nothing waits. */
export function unstagedTag(tag: ImageTag): ImageTag | undefined {
  return tag.endsWith(stagedEnd) ? parseImageTag(tag.slice(0, -stagedEnd.length)) : undefined;
}

/** The error is a phrase of what the registry has against the name. */
export function placeCache(
  { mapper, base, plainHttp }: Pick<CacheSettings, "mapper" | "base" | "plainHttp">,
  ref: CacheRef,
): Result<PlacedCache, string> {
  const place = mapper.cacheOf(base, ref.namespace, ref.layer, ref.platform);
  if (!place.ok) return place;
  const isPlainHttp = plainHttp.has(place.value.registry);
  return ok({ ref, place: place.value, address: addressOf(place.value), isPlainHttp });
}

/** An auxiliary whose list is empty only reads: nothing is asked of it that it may not do. */
function isWriter(actor: Actor, disposition: Disposition): boolean {
  return disposition !== "discard" && !(actor.kind === "ci_aux" && actor.writes.length === 0);
}
