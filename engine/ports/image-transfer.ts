// Port: whole images between the store of layers and registries.
//
// Laws, held by test/ports/image-transfer.ts on every body:
// 1. Nothing rejects, and no credential stands in a failure.
// 2. After `push` succeeded the registry gives the image back byte for byte, by its digest and by every tag; tags are set last,
//    after every part is there, in the order given. After a failure no tag was moved, or those before the one that failed.
// 3. What the registry has already is not sent: pushing twice sends nothing the second time.
// 4. After `pull` succeeded `images.holds(digest)` is true. After a failure the store holds the image whole, or not at all.
// 5. After `signal` aborts a call settles with {kind: "canceled"}, and nothing of it goes on.

import type { ImageTag } from "../../schemas/image-tag.ts";
import type { RepositoryName } from "../../schemas/repository-name.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { Result } from "../core/result.ts";
import type { RepositoryPlace } from "../plan/registry-mapper.ts";
import type { RegistryFailure } from "./registry.ts";

export interface PushRequest {
  /** A manifest, or an index, which goes with all that it lists. */
  readonly image: ImageDigest;
  readonly repository: RepositoryPlace;
  /** May be empty: the image is then there by its digest alone, which some registries clear away after a while. */
  readonly tags: readonly ImageTag[];
  /** Repositories of the same registry that may hold some of its blobs, the likeliest first. */
  readonly mountFrom: readonly RepositoryName[];
}

/** Of blobs and manifests, each once. */
export interface TransferSummary {
  readonly sentBytes: number;
  readonly sentBlobs: number;
  /** Taken over from other repositories. */
  readonly mountedBlobs: number;
  /** There already, on the side that got them. */
  readonly presentBlobs: number;
}

export interface TransferProgress {
  readonly doneBytes: number;
  /** Grows as manifests are read. */
  readonly totalBytes: number;
}

export interface ImageTransfer {
  push(
    request: PushRequest,
    report: (progress: TransferProgress) => void,
    signal: AbortSignal,
  ): Promise<Result<TransferSummary, TransferFailure>>;
  /** Into the store, of which it takes what is there already. */
  pull(
    repository: RepositoryPlace,
    image: ImageDigest,
    report: (progress: TransferProgress) => void,
    signal: AbortSignal,
  ): Promise<Result<TransferSummary, TransferFailure>>;
}

export type TransferFailure =
  | RegistryFailure
  /** The store lacks the image, or a part of it. */
  | { readonly kind: "not-stored"; readonly message: string };
