// Port: where built images lie between runs, and where external ones are looked up.
//
// Laws, held by test/ports/images.ts on every body:
// 1. `holds` is true only if manifest, configuration and every layer blob are there; it reads, and never repairs.
// 2. `resolve` gives the digest of the manifest for that platform (of the index only where the image has no
//    manifest of its own for it), and the same answer until somebody moves the tag.
// 3. `createdAt` tells what the image's own configuration says, and nothing where that says nothing.
// 4. None of them rejects.

import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { FileFailure } from "../core/host.ts";
import type { Result } from "../core/result.ts";

export type ResolveFailure =
  | { readonly kind: "not-found"; readonly image: string }
  | {
      readonly kind: "platform-missing";
      readonly image: string;
      readonly platform: Platform;
      readonly offered: readonly string[];
    }
  | { readonly kind: "unauthorized"; readonly image: string }
  /** Nobody answered, or not so that one image could be told from it; `message` is a phrase that says why. */
  | { readonly kind: "unreachable"; readonly image: string; readonly message: string };

/** The layers' own images. */
export interface ImageStore {
  holds(image: ImageDigest): boolean;
}

/** Takes what is made to stand beside the images, such as what is stated of them. */
export interface BlobWriter {
  /** Under its own digest; what is there already stays. */
  add(bytes: Uint8Array): Result<void, FileFailure>;
}

/** External images by name. */
export interface ImageResolver {
  /** `reference` is an image reference ("debian:trixie-slim") or "oci-layout:<absolute directory>[@sha256:…]". */
  resolve(
    reference: string,
    platform: Platform,
    signal: AbortSignal,
  ): Promise<Result<ImageDigest, ResolveFailure>>;
}

/** More about external images than what they are. */
export interface ImageInspector {
  /**
   * When the image of that digest was made, in milliseconds since the epoch; `reference` tells where it lies. Undefined where it
   * cannot be read, and where the date is but a stand-in: reproducible images have one from before there were any.
   */
  createdAt(reference: string, digest: ImageDigest, signal: AbortSignal): Promise<number | undefined>;
}
