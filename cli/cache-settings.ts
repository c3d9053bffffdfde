// Where the build caches of a catalog lie: its policy and directives in, what its registry makes of the names out. Apart from
// open-caches.ts, as most commands have no policy.

import { ownNamespace } from "../engine/plan/cache/access.ts";
import { actorOf } from "../engine/plan/cache/actor.ts";
import type { CacheSettings } from "../engine/plan/cache/wire-caches.ts";
import { mapperOf } from "../providers/registry/mappers.ts";
import type { CatalogDirectives } from "../schemas/build-directives.ts";
import type { CachePolicy } from "../schemas/cache-policy.ts";
import { isWorkspace } from "../schemas/is-workspace.ts";
import { findRegistries } from "./registry-base.ts";

/** The first registry that keeps caches for whoever builds; undefined where the directives name none. */
export function openCacheSettings(
  policy: CachePolicy,
  workspace: string,
  directives: Pick<CatalogDirectives, "artifact" | "registry_provider" | "registry_topology">,
): CacheSettings | undefined {
  if (!isWorkspace(workspace)) throw new Error(`${workspace} is no workspace`);
  const actor = actorOf(policy);
  const { kind } = ownNamespace(actor, workspace);
  const registry = findRegistries(directives, actor).find(({ may }) => may(kind, "cache"));
  if (registry === undefined) return undefined;
  const { base, provider } = registry;
  const plainHttp = new Set(registry.plainHttp ? [base.registry] : []);
  return { actor, workspace, disposition: policy.disposition, mapper: mapperOf(provider), base, plainHttp };
}
