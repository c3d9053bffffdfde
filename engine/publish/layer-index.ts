// The index that a published layer's tags point to (see schemas/layer-index.ts), composed and read. Pure, and the same text for
// the same facts.

import {
  annotationKeys,
  type IndexDescriptor,
  imageAnnotations,
  indexMediaType,
  layerIndex,
  platformText,
} from "../../schemas/layer-index.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest, InputDigest } from "../core/digest.ts";
import { referenceKey } from "./attestation-manifest.ts";
import { timeOf } from "./statement.ts";

/** A layer's image for one platform, with what it was made of. */
export interface LayerImage {
  readonly platform: Platform;
  readonly manifest: Pick<IndexDescriptor, "mediaType" | "digest" | "size">;
  readonly input: InputDigest;
  /** Compressed bytes of all its blobs. */
  readonly sizeBytes: number;
  /** Of the tool that the layer is named for, where that tells one. */
  readonly version: string | undefined;
  /** Version seen of each proven tool. */
  readonly tools: Readonly<Record<string, string>>;
  readonly base: { readonly name: string; readonly digest: ImageDigest } | undefined;
  /** The commit that it was built from. */
  readonly revision: string | undefined;
  /** What is attached to it, such as its provenance. */
  readonly attestations: readonly IndexDescriptor[];
}

export interface LayerIndex {
  readonly layer: LayerName;
  readonly workspace: string;
  /** Address of the repository of sources. */
  readonly source: string | undefined;
  readonly images: readonly LayerImage[];
  /** When it is written, for those who clear away what is old; milliseconds since the epoch. */
  readonly createdMs: number;
}

/** The index as canonical text. */
export function composeIndex({ layer, workspace, source, images, createdMs }: LayerIndex): string {
  const sorted = [...images].sort((a, b) => (a.platform < b.platform ? -1 : 1));
  const attestations = new Map(
    sorted.flatMap((image) => image.attestations.map((each) => [each.digest, each])),
  );
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: indexMediaType,
    // What can be run stands first.
    manifests: [...sorted.map(describeImage), ...attestations.values()],
    annotations: {
      [annotationKeys.title]: layer,
      [annotationKeys.created]: timeOf(createdMs),
      ...(source === undefined ? {} : { [annotationKeys.source]: source }),
      [annotationKeys.layer]: layer,
      [annotationKeys.workspace]: workspace,
    },
  });
}

/** The images that an index names with what they were made of; none where the text is no index of a layer's. */
export function readIndex(text: string): readonly LayerImage[] {
  const index = layerIndex.safeParse(parseJson(text)).data;
  return (index?.manifests ?? []).flatMap((descriptor, _, all) => {
    const image = readImage(descriptor, all);
    return image === undefined ? [] : [image];
  });
}

/** With those of other platforms that stand there already. */
export function joinImages(
  standing: readonly LayerImage[],
  fresh: readonly LayerImage[],
): readonly LayerImage[] {
  const platforms = new Set(fresh.map(({ platform }) => platform));
  return [...standing.filter(({ platform }) => !platforms.has(platform)), ...fresh];
}

function describeImage({
  platform,
  manifest,
  input,
  sizeBytes,
  version,
  tools,
  base,
  revision,
}: LayerImage): object {
  const [os, architecture, variant] = platform.split("/");
  return {
    ...manifest,
    platform: { architecture, os, ...(variant === undefined ? {} : { variant }) },
    annotations: {
      [annotationKeys.input]: input,
      [annotationKeys.size]: String(sizeBytes),
      [annotationKeys.tools]: JSON.stringify(sortKeys(tools)),
      ...(base === undefined
        ? {}
        : { [annotationKeys.baseName]: base.name, [annotationKeys.baseDigest]: base.digest }),
      ...(version === undefined ? {} : { [annotationKeys.version]: version }),
      ...(revision === undefined ? {} : { [annotationKeys.revision]: revision }),
    },
  };
}

function readImage(
  { platform: written, annotations, mediaType, digest, size }: IndexDescriptor,
  all: readonly IndexDescriptor[],
): LayerImage | undefined {
  const platform = written && platformText(written);
  const facts = imageAnnotations.safeParse(annotations ?? {}).data;
  if (platform === undefined || facts === undefined) return undefined;
  const name = facts[annotationKeys.baseName];
  const baseDigest = facts[annotationKeys.baseDigest];
  return {
    platform,
    manifest: { mediaType, digest, size },
    input: facts[annotationKeys.input],
    sizeBytes: Number(facts[annotationKeys.size]),
    version: facts[annotationKeys.version],
    tools: facts[annotationKeys.tools],
    base: name === undefined || baseDigest === undefined ? undefined : { name, digest: baseDigest },
    revision: facts[annotationKeys.revision],
    attestations: all.filter((each) => each.annotations?.[referenceKey] === digest),
  };
}

function sortKeys(record: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
