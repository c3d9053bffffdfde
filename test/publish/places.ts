// Places in a registry that no test can reach.

import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import { type ImageTag, parseImageTag } from "../../schemas/image-tag.ts";
import { parseRegistryAddress } from "../../schemas/registry-address.ts";
import { parseRepositoryName } from "../../schemas/repository-name.ts";

/** "registry.example/lamina/<layer>". */
export function placeOf(layer: string): RepositoryPlace {
  const registry = parseRegistryAddress("registry.example");
  const name = parseRepositoryName(`lamina/${layer}`);
  if (registry === undefined || name === undefined) throw new Error(`${layer} has no place`);
  return { registry, name };
}

export function tagOf(text: string): ImageTag {
  const tag = parseImageTag(text);
  if (tag === undefined) throw new Error(`${text} is no tag`);
  return tag;
}
