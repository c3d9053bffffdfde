// Tags of a registry as a survey finds them, made up.

import { type Digest, imageDigest, inputDigest, sha256 } from "../../engine/core/digest.ts";
import type { Tagged } from "../../engine/hygiene/tagged.ts";
import type { LayerImage } from "../../engine/publish/layer-index.ts";
import { type ImageTag, parseImageTag } from "../../schemas/image-tag.ts";
import { isLayerName } from "../../schemas/is-layer-name.ts";
import { isPlatform } from "../../schemas/is-platform.ts";
import { isActorId, isWorkspace } from "../../schemas/is-workspace.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import { parseRegistryAddress, type RegistryAddress } from "../../schemas/registry-address.ts";
import { parseRepositoryName, type RepositoryName } from "../../schemas/repository-name.ts";
import type { ActorId, Workspace } from "../../schemas/workspace.ts";

const dayMs = 86_400_000;
export const nowMs = 1_800_000_000_000;

export const layer = (text: string): LayerName => must(isLayerName(text) ? text : undefined);
export const workspace = (text: string): Workspace => must(isWorkspace(text) ? text : undefined);
export const actorId = (text: string): ActorId => must(isActorId(text) ? text : undefined);
export const platform = (text: string): Platform => must(isPlatform(text) ? text : undefined);
export const tag = (text: string): ImageTag => must(parseImageTag(text));
export const registry = (text: string): RegistryAddress => must(parseRegistryAddress(text));
export const repository = (text: string): RepositoryName => must(parseRepositoryName(text));

export interface TagWords {
  /** What it points to, by a word. */
  readonly image: string;
  readonly repository?: string;
  readonly ageDays?: number | undefined;
  /** What it was made of, by a word, where it is a layer's. */
  readonly input?: string;
}

/** The digest of its manifest is that of `image`; the image that it lists has the same word after "image of". */
export function tagged(
  name: string,
  { image, repository: at = "lamina/rust", ageDays, input }: TagWords,
): Tagged {
  const listed = sha256(`image of ${image}`);
  return {
    place: { registry: registry("registry.example"), name: repository(at), tag: tag(name) },
    digest: sha256(image),
    blobs: new Map<Digest, number>([
      [sha256(image), 100],
      [sha256(`layer of ${image}`), 1000],
      [sha256("shared"), 10_000],
    ]),
    children: new Set<Digest>(input === undefined ? [] : [listed]),
    images: input === undefined ? [] : [imageOf(listed, input)],
    writtenAtMs: ageDays === undefined ? undefined : nowMs - ageDays * dayMs,
  };
}

function imageOf(digest: Digest, input: string): LayerImage {
  return {
    platform: platform("linux/amd64"),
    manifest: {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: imageDigest(digest),
      size: 1,
    },
    input: inputDigest(sha256(input)),
    sizeBytes: 1,
    version: undefined,
    tools: {},
    base: undefined,
    revision: undefined,
    attestations: [],
  };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a name of the test is none");
  return value;
}
