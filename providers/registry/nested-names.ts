// Names at registries whose repositories are paths: images below the base, caches beside it.
//
//   <base>/<layer>                                    images
//   <beside>/cache/ci/<workspace>/<layer>             caches, one tag for each platform
//   <beside>/cache/dev/<actor>-<workspace>/<layer>
//
// An image's path has one part more than the base, a cache's at least three more than what is beside it: they never meet. An actor's
// id has no "-", no other part has a "/": each path is of one namespace and layer.

import { err, ok, type Result } from "../../engine/core/result.ts";
import { spellNamespace } from "../../engine/plan/cache/cache-ref.ts";
import type { CacheName, RegistryMapper } from "../../engine/plan/registry-mapper.ts";
import { parseImageTag } from "../../schemas/image-tag.ts";
import { isLayerName } from "../../schemas/is-layer-name.ts";
import { parseRepositoryName } from "../../schemas/repository-name.ts";
import { platformOfTag, tagOfPlatform } from "./platform-tag.ts";
import { readNamespace } from "./read-namespace.ts";

/** How many parts at the front of a path belong to the registry: a project, an owner. */
export function nestedNames(ownParts: 0 | 1): Pick<RegistryMapper, "imagesOf" | "cacheOf" | "readCache"> {
  const besideOf = (base: string): string => {
    const parts = base.split("/");
    return [...parts.slice(0, Math.max(ownParts, parts.length - 1)), "cache"].join("/");
  };
  return {
    imagesOf: ({ registry, name: base }, layer) => {
      const name = parseRepositoryName(`${base}/${layer}`);
      return name === undefined ? tooLong(base, layer) : ok({ registry, name });
    },
    cacheOf: ({ registry, name: base }, namespace, layer, platform) => {
      const name = parseRepositoryName(`${besideOf(base)}/${spellNamespace(namespace)}/${layer}`);
      const tag = parseImageTag(tagOfPlatform(platform));
      return name === undefined || tag === undefined ? tooLong(base, layer) : ok({ registry, name, tag });
    },
    readCache: (base, place): CacheName | undefined => {
      const beside = `${besideOf(base.name)}/`;
      if (place.registry !== base.registry || !place.name.startsWith(beside)) return undefined;
      const [kind = "", whose = "", layer = "", ...rest] = place.name.slice(beside.length).split("/");
      const namespace = readNamespace(kind, kind === "dev" ? splitOnce(whose, "-") : [whose]);
      const platform = platformOfTag(place.tag);
      if (namespace === undefined || platform === undefined || rest.length > 0) return undefined;
      return isLayerName(layer) ? { namespace, layer, platform } : undefined;
    },
  };
}

function tooLong(base: string, layer: string): Result<never, string> {
  return err(`${base} has no room for the name of ${layer}`);
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
