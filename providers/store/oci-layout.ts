// Images in an OCI image layout (OCI image spec, image-layout.md) on disk: whether one is there whole, and its size.
// Blobs are shared by all images of a layout and never change, since their names are their digests.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type ImageDigest, sha256 } from "../../engine/core/digest.ts";
import type { ImageStore } from "../../engine/ports/images.ts";

export const descriptorSchema = z.looseObject({
  mediaType: z.string().default(""),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
  platform: z
    .looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
    .optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type Descriptor = z.infer<typeof descriptorSchema>;

/** An image manifest has a configuration and layers, an index has manifests. */
export const manifestSchema = z.looseObject({
  mediaType: z.string().default(""),
  config: descriptorSchema.optional(),
  layers: z.array(descriptorSchema).default([]),
  manifests: z.array(descriptorSchema).optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** The layers' own images, in the layout at an absolute path that need not exist yet. */
export function openImageStore(directory: string): ImageStore {
  return { holds: (image) => measureImage(directory, image) !== undefined };
}

/**
 * Compressed bytes of an image: its manifest, configuration and layers, and those of every child of an index.
 * `undefined` when a blob is missing or has not the size that is said of it, or when the manifest is damaged.
 */
export function measureImage(directory: string, image: ImageDigest): number | undefined {
  return measureBlobs(directory, image)
    ?.values()
    .reduce((sum, size) => sum + size, 0);
}

/** The same by blob: compressed bytes by digest. */
export function measureBlobs(directory: string, image: ImageDigest): ReadonlyMap<string, number> | undefined {
  const { held, missing } = surveyBlobs(directory, image);
  return missing.size === 0 ? held : undefined;
}

export interface BlobSurvey {
  /** Compressed bytes by digest. */
  readonly held: ReadonlyMap<string, number>;
  /** Not there, damaged, or of another size than is said of them. What a missing manifest speaks of is in neither. */
  readonly missing: ReadonlySet<string>;
}

/** Every blob of an image that its manifests, as far as they are there, speak of; each once, since images share theirs. */
export function surveyBlobs(directory: string, image: ImageDigest): BlobSurvey {
  const held = new Map<string, number>();
  const missing = new Set<string>();
  surveyManifest(directory, image, held, missing);
  return { held, missing };
}

/** The manifest or index of that digest; `undefined` when it is missing, damaged, or neither. */
export function readManifest(directory: string, digest: string): Manifest | undefined {
  const bytes = readBlob(directory, digest);
  return bytes === undefined ? undefined : parseManifest(bytes);
}

/** What bytes say as a manifest or index; `undefined` when they are neither. */
export function parseManifest(bytes: Uint8Array): Manifest | undefined {
  const parsed = manifestSchema.safeParse(parseJson(bytes));
  if (!parsed.success) return undefined;
  return parsed.data.config === undefined && parsed.data.manifests === undefined ? undefined : parsed.data;
}

/** A small blob's bytes, checked against their digest; `undefined` when missing or damaged. */
export function readBlob(directory: string, digest: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(blobPath(directory, digest));
    return sha256(bytes) === digest ? bytes : undefined;
  } catch {
    return undefined;
  }
}

export function blobPath(directory: string, digest: string): string {
  return join(directory, "blobs", ...digest.split(":"));
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function surveyManifest(
  directory: string,
  digest: string,
  held: Map<string, number>,
  missing: Set<string>,
): void {
  const bytes = readBlob(directory, digest);
  const manifest = bytes === undefined ? undefined : parseManifest(bytes);
  if (bytes === undefined || manifest === undefined) {
    missing.add(digest);
    return;
  }
  held.set(digest, bytes.byteLength);
  for (const blob of [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers]) {
    const size = statSync(blobPath(directory, blob.digest), { throwIfNoEntry: false })?.size;
    if (size === blob.size) held.set(blob.digest, size);
    else missing.add(blob.digest);
  }
  for (const child of manifest.manifests ?? []) surveyManifest(directory, child.digest, held, missing);
}
