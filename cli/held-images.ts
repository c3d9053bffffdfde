// Which images a store holds. A blob bears the digest of what it holds and never changes: an image that was found whole before
// is there as long as its blobs are listed.

import { join } from "node:path";
import type { ImageDigest } from "../engine/core/digest.ts";
import type { Memory } from "../engine/memory/memory.ts";
import type { HeldImages } from "../engine/plan/plan.ts";

/** What is kept: images stand on one another, and share most of their blobs. */
interface Essence {
  /** Hexadecimal digits. */
  readonly blobs: readonly string[];
  /** Digest of the image, and indexes of its blobs: itself, its configuration, its layers. */
  readonly images: readonly (readonly [string, ...number[]])[];
}

/** Looks for the images in the layout at `directory` (absolute). */
export async function recallHeldImages(
  directory: string,
  images: readonly ImageDigest[],
  memory: Memory,
): Promise<HeldImages> {
  const listed = memory.files.list(join(directory, "blobs/sha256"));
  const present = new Set(listed.ok ? listed.value.map(({ name }) => name) : []);
  const key = `images in ${directory}`;
  const kept = memory.recall(key, "")?.detail(0);
  const essence: Essence = isEssence(kept) ? kept : { blobs: [], images: [] };
  const isThere = essence.blobs.map((blob) => present.has(blob));
  const known = new Map(essence.images.map(([image, ...blobs]) => [image, blobs]));
  const held = new Map<ImageDigest, readonly string[]>();
  const unknown: ImageDigest[] = [];
  for (const image of images) {
    if (!present.has(hexOf(image))) continue;
    const blobs = known.get(image);
    if (blobs === undefined) unknown.push(image);
    else if (blobs.every((index) => isThere[index] === true))
      held.set(
        image,
        blobs.map((index) => essence.blobs[index] ?? ""),
      );
  }
  if (unknown.length > 0) {
    const { measureBlobs } = await import("../providers/store/oci-layout.ts");
    for (const image of unknown) {
      const blobs = measureBlobs(directory, image);
      if (blobs !== undefined) held.set(image, Array.from(blobs.keys(), hexOf));
    }
    memory.keep(key, "", memory.takeNotes(), { brief: true, details: [essenceOf(held)] }, "large");
  }
  return { holds: (image) => held.has(image) };
}

function hexOf(digest: string): string {
  return digest.slice("sha256:".length);
}

function essenceOf(held: ReadonlyMap<ImageDigest, readonly string[]>): Essence {
  const indexes = new Map<string, number>();
  const indexOf = (blob: string): number => {
    const known = indexes.get(blob);
    if (known !== undefined) return known;
    indexes.set(blob, indexes.size);
    return indexes.size - 1;
  };
  const images = Array.from(held, ([image, blobs]) => [image, ...blobs.map(indexOf)] as const);
  return { blobs: Array.from(indexes.keys()), images };
}

function isEssence(json: unknown): json is Essence {
  return typeof json === "object" && json !== null && "blobs" in json;
}
