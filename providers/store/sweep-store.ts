// What of a store of images nobody reaches any more, and its clearing away. Roots are digests of images; all that their manifests
// speak of, as far as it is there, is reached.

import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Digest, imageDigest, isDigest } from "../../engine/core/digest.ts";
import { blobPath, surveyBlobs } from "./oci-layout.ts";
import { forgetImages } from "./record-image.ts";

/** Sizes in bytes by digest. */
export type BlobSizes = ReadonlyMap<Digest, number>;

export interface StoreSurvey {
  readonly reached: BlobSizes;
  /** Unreached, but written since the moment that was asked for, or spoken of by a manifest that was. */
  readonly young: BlobSizes;
  readonly old: BlobSizes;
}

/** Nothing is in what is not there. `youngSinceMs`: milliseconds since the epoch. */
export function surveyStore(
  directory: string,
  roots: ReadonlySet<Digest>,
  youngSinceMs: number,
): StoreSurvey {
  const spoken = spokenOf(directory, roots);
  const stored = readStored(directory);
  const unreached = stored.filter(({ digest }) => !spoken.has(digest));
  const fresh = unreached.filter(({ writtenAtMs }) => writtenAtMs >= youngSinceMs);
  // An image that was written lately may stand on layers that were written long ago.
  const manifests = fresh.filter(({ sizeBytes }) => sizeBytes <= maxManifestBytes);
  const kept = new Set([
    ...fresh.map(({ digest }) => digest),
    ...spokenOf(directory, new Set(manifests.map(({ digest }) => digest))),
  ]);
  return {
    reached: sizesOf(stored.filter(({ digest }) => spoken.has(digest))),
    young: sizesOf(unreached.filter(({ digest }) => kept.has(digest))),
    old: sizesOf(unreached.filter(({ digest }) => !kept.has(digest))),
  };
}

function sizesOf(blobs: readonly StoredBlob[]): BlobSizes {
  return new Map(blobs.map(({ digest, sizeBytes }) => [digest, sizeBytes]));
}

/** Far above any manifest. */
const maxManifestBytes = 4 * 1024 * 1024;

interface StoredBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly writtenAtMs: number;
}

function spokenOf(directory: string, roots: ReadonlySet<Digest>): ReadonlySet<string> {
  return new Set(
    Array.from(roots).flatMap((root) => Array.from(surveyBlobs(directory, imageDigest(root)).held.keys())),
  );
}

/** To be called while nobody uses the store. What could not be removed, with the system's words for the first. */
export function removeBlobs(directory: string, digests: Iterable<Digest>): RemovalTrouble | undefined {
  const left: Digest[] = [];
  let message: string | undefined;
  for (const digest of digests) {
    try {
      rmSync(blobPath(directory, digest), { force: true });
    } catch (cause) {
      left.push(digest);
      message ??= cause instanceof Error ? cause.message : String(cause);
    }
  }
  // A name whose image is gone would mislead whoever reads the layout.
  forgetImages(directory, (image) => !existsSync(blobPath(directory, image)));
  return message === undefined ? undefined : { left, message };
}

export interface RemovalTrouble {
  readonly left: readonly Digest[];
  readonly message: string;
}

function readStored(directory: string): readonly StoredBlob[] {
  const folder = join(directory, "blobs", "sha256");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => `sha256:${name}`)
    .filter(isDigest)
    .sort()
    .flatMap((digest) => {
      const stats = statSync(blobPath(directory, digest), { throwIfNoEntry: false });
      if (stats?.isFile() !== true) return [];
      return [{ digest, sizeBytes: stats.size, writtenAtMs: stats.mtimeMs }];
    });
}
