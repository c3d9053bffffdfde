// What was found in the registry, as the lock says it. Apart from what reads indexes: most runs find nothing, and load nothing for it.

import type { LockEntry, LockInputs } from "../../schemas/lock.ts";
import type { LayerImage } from "./layer-index.ts";

/** What the lock is to say of it; `known` where that says it already, so that what it says beside stays. */
export function entryOfPublished(
  image: LayerImage,
  inputs: LockInputs,
  known: LockEntry | undefined,
): LockEntry {
  const { digest } = image.manifest;
  if (known?.input === image.input && known.image === digest) return known;
  return {
    input: image.input,
    image: digest,
    sizeBytes: image.sizeBytes,
    tools: image.tools,
    caches: [],
    inputs,
  };
}
