// The build caches below a base of a registry, found and measured: namespaces in, a line for each ref out. Whose a ref is is read by the
// registry's mapper, and decided on what comes out: never on how a name begins.

import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import { isLayerName } from "../../schemas/is-layer-name.ts";
import { isPlatform } from "../../schemas/is-platform.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Workspace } from "../../schemas/workspace.ts";
import { ok, type Result } from "../core/result.ts";
import { isSameNamespace } from "../plan/cache/access.ts";
import type { CacheRef } from "../plan/cache/cache-ref.ts";
import { unstagedTag } from "../plan/cache/wire-caches.ts";
import type { RegistryMapper, RepositoryPlace, TagPlace } from "../plan/registry-mapper.ts";
import type { Registry, RegistryFailure } from "../ports/registry.ts";
import { gatherAtOnce } from "./gather-at-once.ts";
import { type ListedRepositories, listRepositories } from "./list-repositories.ts";
import { readTagged, type Tagged, type TagReader } from "./tagged.ts";

export interface FoundCache extends Tagged {
  readonly ref: CacheRef;
  /** Under the tag that a run's cache waits under for its end. */
  readonly isStaged: boolean;
  /** "foreign": of another workspace, whose layers nobody here knows. */
  readonly reach: "reached" | "unreached" | "foreign";
}

export interface CacheSurvey {
  /** By namespace, layer, platform. */
  readonly caches: readonly FoundCache[];
  /** Why there may be more, in a phrase; undefined where there are no more. */
  readonly unseen: string | undefined;
}

export interface CachePlace {
  readonly mapper: Pick<RegistryMapper, "cacheOf" | "readCache" | "listsRepositories">;
  /** Beside which the caches are. */
  readonly base: RepositoryPlace;
}

export interface CacheScope {
  /** "all": of whoever has caches below that base. */
  readonly namespaces: readonly CacheNamespace[] | "all";
  /** Layers that there are or were, as far as is known. */
  readonly layers: readonly LayerName[];
  readonly workspace: Workspace;
  /** Whether the catalog has that layer, for that platform. */
  readonly reaches: (layer: LayerName, platform: Platform) => boolean;
}

export async function surveyCaches(
  registry: TagReader & Pick<Registry, "listTags" | "listRepositories">,
  { mapper, base }: CachePlace,
  scope: CacheScope,
  signal: AbortSignal,
): Promise<Result<CacheSurvey, RegistryFailure>> {
  const listed = await listRepositories(registry, { mapper, base }, signal);
  if (!listed.ok) return listed;
  const repositories = chooseRepositories(mapper, base, scope, listed.value);
  const tags = await gatherAtOnce(repositories, async (repository) => {
    const found = await registry.listTags(repository, signal);
    return found.ok ? ok(found.value.map((tag): TagPlace => ({ ...repository, tag }))) : found;
  });
  if (!tags.ok) return tags;
  const wanted = tags.value.flat().flatMap((place) => {
    const named = readRef(mapper, base, place);
    return named !== undefined && isWanted(named.ref.namespace, scope) ? [{ place, ...named }] : [];
  });
  const measured = await gatherAtOnce(wanted, async ({ place, ref, isStaged }) => {
    const tagged = await readTagged(registry, place, signal);
    if (!tagged.ok) return tagged;
    if (tagged.value === undefined) return ok([]);
    const found: FoundCache = { ...tagged.value, ref, isStaged, reach: reachOf(ref, scope) };
    return ok([found]);
  });
  if (!measured.ok) return measured;
  const isNamed = scope.namespaces !== "all" && holdsAll({ mapper, base }, scope.workspace);
  const unseen = listed.value.kind === "listed" || isNamed ? undefined : listed.value.why;
  return ok({ caches: measured.value.flat(), unseen });
}

/** A cache's ref, or that of the cache that waits under the tag. */
function readRef(
  mapper: CachePlace["mapper"],
  base: RepositoryPlace,
  place: TagPlace,
): { readonly ref: CacheRef; readonly isStaged: boolean } | undefined {
  const own = mapper.readCache(base, place);
  if (own !== undefined) return { ref: own, isStaged: false };
  const tag = unstagedTag(place.tag);
  const waiting = tag === undefined ? undefined : mapper.readCache(base, { ...place, tag });
  return waiting === undefined ? undefined : { ref: waiting, isStaged: true };
}

/** Those that hold caches of the layers that are known, and of the rest whatever the registry lists as such. */
function chooseRepositories(
  mapper: CachePlace["mapper"],
  base: RepositoryPlace,
  { namespaces, layers, workspace }: CacheScope,
  listed: ListedRepositories,
): readonly RepositoryPlace[] {
  const canonical: CacheNamespace = { kind: "ci", workspace };
  const named = (namespaces === "all" ? [canonical] : namespaces).flatMap((namespace) =>
    layers.flatMap((layer) => placeOf(mapper, base, namespace, layer) ?? []),
  );
  // A tag that is a cache's in any repository of caches.
  const sample = placeOf(mapper, base, canonical, anyLayers[0])?.tag;
  const others = (listed.kind === "listed" ? listed.repositories : []).filter(
    (place) => sample !== undefined && mapper.readCache(base, { ...place, tag: sample }) !== undefined,
  );
  const byName = new Map([...named, ...others].map(({ registry, name }) => [name, { registry, name }]));
  return Array.from(byName.values()).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether each namespace is one repository, so that the layers in it need not be known. */
function holdsAll({ mapper, base }: CachePlace, workspace: Workspace): boolean {
  const [one, other] = anyLayers.map((layer) => placeOf(mapper, base, { kind: "ci", workspace }, layer));
  return one !== undefined && one.name === other?.name;
}

function placeOf(
  mapper: CachePlace["mapper"],
  base: RepositoryPlace,
  namespace: CacheNamespace,
  layer: LayerName,
): TagPlace | undefined {
  const place = mapper.cacheOf(base, namespace, layer, anyPlatform);
  return place.ok ? place.value : undefined;
}

const anyPlatform = named("linux/amd64", isPlatform);
const anyLayers = [named("a", isLayerName), named("b", isLayerName)] as const;

function named<T extends string>(text: string, isOne: (text: string) => text is T): T {
  if (!isOne(text)) throw new Error(`${text} is no such name`);
  return text;
}

function isWanted(namespace: CacheNamespace, { namespaces }: CacheScope): boolean {
  return namespaces === "all" || namespaces.some((one) => isSameNamespace(one, namespace));
}

function reachOf({ namespace, layer, platform }: CacheRef, scope: CacheScope): FoundCache["reach"] {
  if (namespace.workspace !== scope.workspace) return "foreign";
  return scope.reaches(layer, platform) ? "reached" : "unreached";
}
