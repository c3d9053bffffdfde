// Docker Hub: a repository is an owner and one name, of letters, digits, "-" and "_".
//
//   base "acme"            acme/<layer>             caches acme/cache__ci__<workspace>, acme/cache__dev__<actor>__<workspace>
//   base "acme/lamina"     acme/lamina--<layer>     caches acme/lamina--cache__ci__<workspace>, and so on
//
// Neither layers, workspaces nor ids have two separators in a row, so that "--" and "__" part them in one way only; a "." of a layer's
// name is "---" in a repository. A namespace is one repository, whose owner can make it private; a layer's cache for a platform is a
// tag of it: "<layer>__<platform>".

import { err, ok, type Result } from "../../engine/core/result.ts";
import type { CacheName, RegistryMapper, RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import { parseImageTag } from "../../schemas/image-tag.ts";
import { isLayerName } from "../../schemas/is-layer-name.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import { parseRepositoryName } from "../../schemas/repository-name.ts";
import { cacheOptions } from "./cache-options.ts";
import { platformOfTag, tagOfPlatform } from "./platform-tag.ts";
import { readNamespace } from "./read-namespace.ts";

/** Of the 128 that there may be. */
const maxTagLength = 120;

export const dockerhub: RegistryMapper = {
  name: "dockerhub",
  imagesOf: (base, layer) => place(base, layer, layer.replaceAll(".", "---")),
  cacheOf: (base, namespace, layer, platform) => {
    const found = place(base, layer, ["cache", ...partsOf(namespace)].join("__"));
    const tag = parseImageTag(`${layer}__${tagOfPlatform(platform)}`);
    if (!found.ok) return found;
    if (tag === undefined || tag.length > maxTagLength) return noRoom(base, layer);
    return ok({ ...found.value, tag });
  },
  readCache: (base, { registry, name, tag }): CacheName | undefined => {
    const start = prefixOf(base);
    if (registry !== base.registry || start === undefined || !name.startsWith(`${start}cache__`))
      return undefined;
    const [kind = "", ...parts] = name.slice(`${start}cache__`.length).split("__");
    const namespace = readNamespace(kind, parts);
    const [layer = "", platformText = "", ...rest] = tag.split("__");
    const platform = platformOfTag(platformText);
    if (namespace === undefined || platform === undefined || rest.length > 0) return undefined;
    return isLayerName(layer) ? { namespace, layer, platform } : undefined;
  },
  cacheOptions,
  // "UNSUPPORTED" for tags and digests (docker/hub-feedback#2360): both are deleted by another API of the Hub's.
  tagDeletion: "none",
  clearsUntagged: false,
  // Of manifests, not of what `resolve` asks.
  countsPulls: true,
  listsRepositories: false,
};

function place(base: RepositoryPlace, layer: LayerName, rest: string): Result<RepositoryPlace, string> {
  const start = prefixOf(base);
  if (start === undefined)
    return err(`${base.name} has more than an owner and a name, which is all that Docker Hub has`);
  const name = parseRepositoryName(start + rest);
  return name === undefined ? noRoom(base, layer) : ok({ registry: base.registry, name });
}

function noRoom({ name }: RepositoryPlace, layer: LayerName): Result<never, string> {
  return err(`${name} has no room for the name of ${layer}`);
}

/** What all names below a base begin with: "acme/" or "acme/lamina--". */
function prefixOf({ name }: RepositoryPlace): string | undefined {
  const [owner = "", own, ...rest] = name.split("/");
  if (rest.length > 0) return undefined;
  return own === undefined ? `${owner}/` : `${owner}/${own}--`;
}

function partsOf(namespace: CacheNamespace): readonly string[] {
  return namespace.kind === "ci"
    ? [namespace.kind, namespace.workspace]
    : [namespace.kind, namespace.actorId, namespace.workspace];
}
