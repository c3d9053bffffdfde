// Where the build caches of a catalog lie: its policy and directives in, what its registry makes of the names out. Apart from
// open-caches.ts, as most commands have no policy.

import { err, ok } from "../engine/core/result.ts";
import { actorOf } from "../engine/plan/cache/actor.ts";
import { spellNamespace } from "../engine/plan/cache/cache-ref.ts";
import type { CacheSettings } from "../engine/plan/cache/wire-caches.ts";
import type { CatalogDirectives } from "../schemas/build-directives.ts";
import type { CachePolicy } from "../schemas/cache-policy.ts";
import { parseImageTag } from "../schemas/image-tag.ts";
import { isWorkspace } from "../schemas/is-workspace.ts";
import { parseRepositoryName } from "../schemas/repository-name.ts";
import { findRegistryBase } from "./registry-base.ts";

/** Undefined where the directives name no registry. */
export function openCacheSettings(
  policy: CachePolicy,
  workspace: string,
  directives: Pick<CatalogDirectives, "artifact" | "registry_provider">,
): CacheSettings | undefined {
  const base = findRegistryBase(directives);
  if (base === undefined) return undefined;
  if (!isWorkspace(workspace)) throw new Error(`${workspace} is no workspace`);
  const { disposition } = policy;
  return { actor: actorOf(policy), workspace, disposition, mapper, base };
}

const mapper: CacheSettings["mapper"] = {
  cacheOf: ({ registry, name: base }, namespace, layer, platform) => {
    const beside = base.includes("/") ? `${base.slice(0, base.lastIndexOf("/"))}/cache` : "cache";
    const name = parseRepositoryName(`${beside}/${spellNamespace(namespace)}/${layer}`);
    const tag = parseImageTag(platform.replaceAll("/", "-"));
    if (name === undefined || tag === undefined) return err("has a name that is too long");
    return ok({ registry, name, tag });
  },
};
