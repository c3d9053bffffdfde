// Image references as people write them, taken apart (github.com/distribution/reference, the normalized form).

import { type Digest, isDigest } from "../../engine/core/digest.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import { type ImageTag, parseImageTag } from "../../schemas/image-tag.ts";
import { parseRegistryAddress } from "../../schemas/registry-address.ts";
import { parseRepositoryName } from "../../schemas/repository-name.ts";

/** "docker.io" and "library/debian" for "debian". */
export interface Reference extends RepositoryPlace {
  /** The digest where the reference has one. */
  readonly version: ImageTag | Digest;
}

/** `undefined` when the text is no reference. */
export function parseReference(text: string): Reference | undefined {
  const [, named = "", tagText, digest] = /^(.+?)(?::([^:/@]+))?(?:@(.+))?$/s.exec(text) ?? [];
  if (digest !== undefined && !isDigest(digest)) return undefined;
  const tag = parseImageTag(tagText ?? "latest");
  if (tag === undefined) return undefined;
  const slash = named.indexOf("/");
  // A first part is a registry when it looks like one; otherwise it belongs to Docker Hub's names.
  const host = slash < 0 ? undefined : parseRegistryAddress(named.slice(0, slash));
  const registry = host ?? parseRegistryAddress("docker.io");
  const path = host === undefined ? named : named.slice(slash + 1);
  const name = parseRepositoryName(
    registry === "docker.io" && !path.includes("/") ? `library/${path}` : path,
  );
  if (registry === undefined || name === undefined) return undefined;
  return { registry, name, version: digest ?? tag };
}
