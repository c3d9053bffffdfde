// What is installed in images of a store: see engine/ports/image-inventory.ts for the laws.

import { statSync } from "node:fs";
import type { ImageDigest } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { ImageContent, ImageInventory, InventoryFailure } from "../../engine/ports/image-inventory.ts";
import { blobPath, type Descriptor, readManifest } from "../store/oci-layout.ts";
import { applyLayer, type FoundFiles } from "./apply-layer.ts";
import { isRecord, readRecords } from "./records.ts";

/** The store is an OCI image layout at an absolute path. */
export function openImageInventory(storeDirectory: string): ImageInventory {
  const reader = new ImageReader(storeDirectory);
  return { read: (image, signal) => reader.read(image, signal) };
}

/** Images that stand on one another share their lower layers, and these are read once: one at a time. */
class ImageReader {
  readonly #directory: string;
  /** What is there when all layers up to one are applied, by the digests of these. */
  readonly #known = new Map<string, FoundFiles>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
  }

  read(image: ImageDigest, signal: AbortSignal): Promise<Result<ImageContent, InventoryFailure>> {
    const before = this.#last;
    const own = before.then(() => this.#read(image, signal));
    this.#last = own;
    return own;
  }

  async #read(image: ImageDigest, signal: AbortSignal): Promise<Result<ImageContent, InventoryFailure>> {
    const manifest = readManifest(this.#directory, image);
    if (manifest === undefined || manifest.manifests !== undefined)
      return err({ kind: "not-stored", message: `the store lacks ${image}` });
    let files: FoundFiles = new Map();
    let chain = "";
    for (const layer of manifest.layers) {
      chain += layer.digest;
      const known = this.#known.get(chain);
      const applied = known === undefined ? await this.#apply(files, layer, signal) : ok(known);
      if (!applied.ok) return applied;
      this.#known.set(chain, applied.value);
      files = applied.value;
    }
    return ok(readRecords(files));
  }

  async #apply(
    below: FoundFiles,
    { digest, size, mediaType }: Descriptor,
    signal: AbortSignal,
  ): Promise<Result<FoundFiles, InventoryFailure>> {
    const file = blobPath(this.#directory, digest);
    if (statSync(file, { throwIfNoEntry: false })?.size !== size)
      return err({ kind: "not-stored", message: `the store lacks ${digest}` });
    const applied = await applyLayer(below, { path: file, mediaType }, isRecord, signal);
    if (applied.ok || applied.error.kind === "canceled") return applied;
    return err({ kind: "damaged", message: `${digest} cannot be read: ${applied.error.message}` });
  }
}
