// Small blobs made by lamina itself, put into an image layout under their digests.

import { sha256 } from "../../engine/core/digest.ts";
import type { Files } from "../../engine/core/host.ts";
import { ok } from "../../engine/core/result.ts";
import type { BlobWriter } from "../../engine/ports/images.ts";
import { blobPath, readBlob } from "./oci-layout.ts";

/** The layout is at an absolute path, and made where there is none. */
export function openBlobWriter(files: Pick<Files, "writeAtomically">, directory: string): BlobWriter {
  return {
    add(bytes) {
      const digest = sha256(bytes);
      if (readBlob(directory, digest) !== undefined) return ok(undefined);
      return files.writeAtomically(blobPath(directory, digest), bytes);
    },
  };
}
