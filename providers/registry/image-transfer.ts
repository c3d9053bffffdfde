// Whole images between the store of layers and registries: see engine/ports/image-transfer.ts for the laws.

import type { ImageTransfer } from "../../engine/ports/image-transfer.ts";
import type { Registry } from "../../engine/ports/registry.ts";
import { pullImage } from "./pull-image.ts";
import { pushImage } from "./push-image.ts";

/** The store is an OCI image layout at an absolute path, which need not exist yet. */
export function openImageTransfer(registry: Registry, storeDirectory: string): ImageTransfer {
  return {
    push: (request, report, signal) => pushImage({ registry, storeDirectory }, request, report, signal),
    pull: (repository, image, report, signal) =>
      pullImage({ registry, storeDirectory }, { repository, image }, report, signal),
  };
}

export interface TransferEnds {
  readonly registry: Registry;
  readonly storeDirectory: string;
}
