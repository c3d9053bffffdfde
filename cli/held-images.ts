// Which images a store holds. A blob bears the digest of what it holds and never changes: an image that was found whole before
// is there as long as its blobs are listed.

import { join } from "node:path";
import type { ImageDigest } from "../engine/core/digest.ts";
import type { Memory } from "../engine/memory/memory.ts";
import type { HeldImages } from "../engine/plan/plan.ts";

/** Digests of an image's blobs, as hexadecimal digits with a blank between: itself, its configuration, its layers. */
type Blobs = string;

/** Looks for the images in the layout at `directory` (absolute). */
export async function recallHeldImages(
  directory: string,
  images: readonly ImageDigest[],
  memory: Memory,
): Promise<HeldImages> {
  const listed = memory.files.list(join(directory, "blobs/sha256"));
  const present = new Set(listed.ok ? listed.value.map(({ name }) => name) : []);
  const key = `images in ${directory}`;
  const brief = memory.recall(key, "")?.brief;
  const known: ReadonlyMap<string, Blobs> = new Map(isBlobsByImage(brief) ? Object.entries(brief) : []);
  const held = new Map<ImageDigest, Blobs>();
  const unknown: ImageDigest[] = [];
  for (const image of images) {
    if (!present.has(hexOf(image))) continue;
    const blobs = known.get(image);
    if (blobs === undefined) unknown.push(image);
    else if (blobs.split(" ").every((blob) => present.has(blob))) held.set(image, blobs);
  }
  if (unknown.length > 0) {
    const { measureBlobs } = await import("../providers/store/oci-layout.ts");
    for (const image of unknown) {
      const blobs = measureBlobs(directory, image);
      if (blobs !== undefined) held.set(image, Array.from(blobs.keys(), hexOf).join(" "));
    }
    memory.keep(key, "", memory.takeNotes(), { brief: Object.fromEntries(held) }, "large");
  }
  return { holds: (image) => held.has(image) };
}

function hexOf(digest: string): string {
  return digest.slice("sha256:".length);
}

function isBlobsByImage(json: unknown): json is Readonly<Record<string, Blobs>> {
  return typeof json === "object" && json !== null;
}
