// Where the build caches of a catalog lie: its policy and directives in, what its registry makes of the names out. Apart from
// open-caches.ts, as most commands have no policy.

import { err, ok } from "../engine/core/result.ts";
import { actorOf } from "../engine/plan/cache/actor.ts";
import { spellNamespace } from "../engine/plan/cache/cache-ref.ts";
import type { CacheSettings } from "../engine/plan/cache/wire-caches.ts";
import type { RepositoryPlace } from "../engine/plan/registry-mapper.ts";
import type { CatalogDirectives } from "../schemas/build-directives.ts";
import type { CachePolicy } from "../schemas/cache-policy.ts";
import { parseImageTag } from "../schemas/image-tag.ts";
import { isWorkspace } from "../schemas/is-workspace.ts";
import { parseRegistryAddress } from "../schemas/registry-address.ts";
import { parseRepositoryName } from "../schemas/repository-name.ts";

/** Undefined where the directives name no registry. */
export function openCacheSettings(
  policy: CachePolicy,
  workspace: string,
  {
    artifact,
    registry_provider: provider = "zot",
  }: Pick<CatalogDirectives, "artifact" | "registry_provider">,
): CacheSettings | undefined {
  const base = artifact && placeOf(artifact.image, provider);
  if (base === undefined) return undefined;
  if (!isWorkspace(workspace)) throw new Error(`${workspace} is no workspace`);
  const { disposition } = policy;
  return { actor: actorOf(policy), workspace, disposition, mapper, base };
}

/** The hosts that a provider is, where an image names none. */
const ownHosts: Readonly<Record<string, string>> = { ghcr: "ghcr.io", dockerhub: "docker.io" };

function placeOf(image: string, provider: string): RepositoryPlace | undefined {
  const named = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const slash = named.indexOf("/");
  const host = slash < 0 ? undefined : parseRegistryAddress(named.slice(0, slash));
  const registry = host ?? parseRegistryAddress(ownHosts[provider] ?? "");
  const name = parseRepositoryName(host === undefined ? named : named.slice(slash + 1));
  return registry === undefined || name === undefined ? undefined : { registry, name };
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
