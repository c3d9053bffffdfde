// Which images a store holds. A blob bears the digest of what it holds and never changes: an image that was found whole before
// is there as long as its blobs are listed.

import { join } from "node:path";
import type { ImageDigest } from "../engine/core/digest.ts";
import type { Memory } from "../engine/memory/memory.ts";
import type { HeldImages } from "../engine/plan/plan.ts";

/** Looks for the images in the layout at `directory` (absolute). */
export async function recallHeldImages(
  directory: string,
  images: readonly ImageDigest[],
  memory: Memory,
): Promise<HeldImages> {
  const folder = join(directory, "blobs/sha256");
  const listed = memory.files.list(folder);
  const present = new Set(listed.ok ? listed.value.map(({ name }) => name) : []);
  const isPresent = (digest: string) => present.has(digest.slice("sha256:".length));
  const held = new Set<ImageDigest>();
  const unknown: ImageDigest[] = [];
  for (const image of images) {
    if (!isPresent(image)) continue;
    const blobs = memory.recall(keyOf(directory, image), "")?.part(0);
    if (!Array.isArray(blobs)) unknown.push(image);
    else if (blobs.every((blob) => typeof blob === "string" && isPresent(blob))) held.add(image);
  }
  if (unknown.length > 0) {
    const { measureBlobs } = await import("../providers/store/oci-layout.ts");
    for (const image of unknown) {
      const blobs = measureBlobs(directory, image);
      if (blobs === undefined) continue;
      held.add(image);
      const notes = memory.takeNotes();
      // So that what is kept goes when the image does.
      notes.files.info(join(folder, image.slice("sha256:".length)));
      memory.keep(keyOf(directory, image), "", notes, [Array.from(blobs.keys())], "small");
    }
  }
  return { holds: (image) => held.has(image) };
}

function keyOf(directory: string, image: ImageDigest): string {
  return `image ${image} in ${directory}`;
}
