// Port: container registries (OCI distribution spec 1.1), each named by its address.
//
// Laws, held by test/ports/registry.ts on every body:
// 1. Nothing rejects: what can go wrong is a RegistryFailure. No credential and no token stands in one.
// 2. What is asked for by digest, manifest or blob, is what has that digest, or "damaged".
// 3. That something is not there is an answer where its being there is the question (`resolve`, `hasBlob`, the lists, the
//    deletions), and "not-found" everywhere else.
// 4. `resolve` costs no pull at registries that count those: it asks for the head of a manifest, and for its body only where the
//    head lacks the digest.
// 5. A manifest is taken only when what it speaks of is there; by digest it is given back byte for byte, as long as a tag or an
//    index stands for it: zot forgets one at once when the last tag moves on.
// 6. `pushBlob` and `pullBlob` hold no more than pieces of a blob in memory, whatever its size.
// 7. Any number of calls may be made at once: requests in flight at one registry are bounded, and the rest wait their turn.
// 8. What may be repeated is, after the wait that the registry asks for.
// 9. After `signal` aborts a call settles with {kind: "canceled"}.

import type { ImageTag } from "../../schemas/image-tag.ts";
import type { RegistryAddress } from "../../schemas/registry-address.ts";
import type { RepositoryName } from "../../schemas/repository-name.ts";
import type { Digest } from "../core/digest.ts";
import type { Result } from "../core/result.ts";
import type { RepositoryPlace } from "../plan/registry-mapper.ts";

/** What a manifest is asked for by: `isDigest` tells the two apart. */
export type Version = ImageTag | Digest;

export interface BlobDescriptor {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface ManifestDescriptor extends BlobDescriptor {
  /** "application/vnd.oci.image.index.v1+json" and the like. */
  readonly mediaType: string;
}

export interface Manifest {
  readonly mediaType: string;
  /** As they are stored: their digest is the manifest's. */
  readonly bytes: Uint8Array;
}

/** As it was read. */
export interface ReadManifest extends Manifest {
  readonly digest: Digest;
  /** Since when it stands there, where the registry says so: few do. Milliseconds since the epoch. */
  readonly modifiedAtMs?: number | undefined;
}

/** A blob as it lies on this machine. */
export interface BlobFile extends BlobDescriptor {
  /** Absolute. */
  readonly path: string;
}

export interface Registry {
  /** What a tag stands for today, or whether a digest is there; undefined where it is not. */
  resolve(
    repository: RepositoryPlace,
    version: Version,
    signal: AbortSignal,
  ): Promise<Result<ManifestDescriptor | undefined, RegistryFailure>>;
  readManifest(
    repository: RepositoryPlace,
    version: Version,
    signal: AbortSignal,
  ): Promise<Result<ReadManifest, RegistryFailure>>;
  /** Under a tag, which moves there, or under its own digest alone: "damaged" where the digest is another. */
  putManifest(
    repository: RepositoryPlace,
    version: Version,
    manifest: Manifest,
    signal: AbortSignal,
  ): Promise<Result<Digest, RegistryFailure>>;
  hasBlob(
    repository: RepositoryPlace,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<Result<boolean, RegistryFailure>>;
  /** Sends the file whole, whether or not the blob is there; `report` gets how much of it went so far, less again after a break. */
  pushBlob(
    repository: RepositoryPlace,
    blob: BlobFile,
    report: (sentBytes: number) => void,
    signal: AbortSignal,
  ): Promise<Result<void, RegistryFailure>>;
  /** Hands the blob over piece by piece, in order, each once; what was handed over counts only when it succeeded. */
  pullBlob(
    repository: RepositoryPlace,
    blob: BlobDescriptor,
    write: (piece: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<Result<void, RegistryFailure>>;
  /** Takes a blob over from another repository of the same registry; false where the registry does not, or may not. */
  mountBlob(
    repository: RepositoryPlace,
    digest: Digest,
    from: RepositoryName,
    signal: AbortSignal,
  ): Promise<Result<boolean, RegistryFailure>>;
  /** Leaves the manifest. False where there was no such tag; "unsupported" where the registry deletes by digest only. */
  deleteTag(
    repository: RepositoryPlace,
    tag: ImageTag,
    signal: AbortSignal,
  ): Promise<Result<boolean, RegistryFailure>>;
  /** With every tag that stands for it. False where there was none. */
  deleteManifest(
    repository: RepositoryPlace,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<Result<boolean, RegistryFailure>>;
  /** All of them in order of their code units, without those of referrers; none where there is no such repository. */
  listTags(
    repository: RepositoryPlace,
    signal: AbortSignal,
  ): Promise<Result<readonly ImageTag[], RegistryFailure>>;
  /** Those that this user may see, in order of their code units; "unsupported" where the registry offers no list. */
  listRepositories(
    registry: RegistryAddress,
    signal: AbortSignal,
  ): Promise<Result<readonly RepositoryName[], RegistryFailure>>;
}

/** Messages are phrases for people that name the registry, with its own words where it gave any. */
export type RegistryFailure =
  | { readonly kind: "not-found"; readonly message: string }
  /** It wants a login, or another one. */
  | { readonly kind: "unauthorized"; readonly message: string }
  /** It knows who asks, and forbids it. */
  | { readonly kind: "denied"; readonly message: string }
  /** Still, after the waits that are due. */
  | { readonly kind: "rate-limited"; readonly message: string; readonly retryAfterMs: number | undefined }
  /** Nobody answered, or with a failure of its own, after the retries that are due. */
  | { readonly kind: "unreachable"; readonly message: string }
  /** It does not take it as it is: trying again is of no use. */
  | { readonly kind: "refused"; readonly message: string }
  /** It does not offer that at all. */
  | { readonly kind: "unsupported"; readonly message: string }
  /** Bytes that have another digest or size than was said. */
  | { readonly kind: "damaged"; readonly message: string }
  /** A file of this machine that could not be read or written, in the system's words. */
  | { readonly kind: "file"; readonly message: string }
  | { readonly kind: "canceled" };
