// An image out of the store into a registry: what the registry lacks of its blobs first, then its manifests, each after what it speaks
// of, then its tags.

import { statSync } from "node:fs";
import type { ImageDigest } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type {
  PushRequest,
  TransferFailure,
  TransferProgress,
  TransferSummary,
} from "../../engine/ports/image-transfer.ts";
import type { Manifest, Registry } from "../../engine/ports/registry.ts";
import { blobPath, type Descriptor, parseManifest, readBlob } from "../store/oci-layout.ts";
import { eachAtOnce } from "./each-at-once.ts";
import type { TransferEnds } from "./image-transfer.ts";
import { TransferTally } from "./transfer-tally.ts";

/** The registry's own bound is tighter for what carries blobs: these are also the questions before. */
const blobsAtOnce = 8;
const mostMounts = 4;

type Answer<T> = Promise<Result<T, TransferFailure>>;

interface StoredManifest extends Manifest {
  readonly digest: Descriptor["digest"];
  readonly blobs: readonly Descriptor[];
}

export async function pushImage(
  { registry, storeDirectory }: TransferEnds,
  request: PushRequest,
  report: (progress: TransferProgress) => void,
  signal: AbortSignal,
): Answer<TransferSummary> {
  const { repository, image, tags } = request;
  const stored = readStored(storeDirectory, image);
  if (!stored.ok) return stored;
  const manifests = stored.value;
  const tally = new TransferTally(report);
  const blobs = Array.from(
    new Map(manifests.flatMap(({ blobs: all }) => all).map((blob) => [blob.digest, blob])).values(),
  );
  for (const { size } of blobs) tally.expect(size);
  for (const { bytes } of manifests) tally.expect(bytes.byteLength);

  const standing = await registry.resolve(repository, image, signal);
  if (!standing.ok) return standing;
  // A registry that has a manifest has all that it speaks of.
  if (standing.value !== undefined) {
    for (const { digest, size } of blobs) tally.finish(digest, size, "present");
    for (const { digest, bytes } of manifests) tally.finish(digest, bytes.byteLength, "present");
  } else {
    const sendBlob = (blob: Descriptor, own: AbortSignal): Answer<void> =>
      pushBlob(registry, request, { ...blob, path: blobPath(storeDirectory, blob.digest) }, tally, own);
    const sent = await eachAtOnce(blobs, blobsAtOnce, sendBlob, signal);
    if (signal.aborted) return err({ kind: "canceled" });
    if (!sent.ok) return sent;
    for (const manifest of manifests) {
      const put = await registry.putManifest(repository, manifest.digest, manifest, signal);
      if (!put.ok) return put;
      tally.finish(manifest.digest, manifest.bytes.byteLength, "sent");
    }
  }
  const whole = manifests.at(-1);
  for (const tag of whole === undefined ? [] : tags) {
    const moved = await moveTag(registry, { repository, tag }, image, whole, signal);
    if (!moved.ok) return moved;
  }
  return ok(tally.summary);
}

async function moveTag(
  registry: Registry,
  {
    repository,
    tag,
  }: { readonly repository: PushRequest["repository"]; readonly tag: PushRequest["tags"][number] },
  image: ImageDigest,
  manifest: Manifest | undefined,
  signal: AbortSignal,
): Answer<void> {
  const standing = await registry.resolve(repository, tag, signal);
  if (!standing.ok) return standing;
  if (manifest === undefined || standing.value?.digest === image) return ok(undefined);
  const put = await registry.putManifest(repository, tag, manifest, signal);
  return put.ok ? ok(undefined) : put;
}

async function pushBlob(
  registry: Registry,
  { repository, mountFrom }: PushRequest,
  { digest, size: sizeBytes, path }: Descriptor & { readonly path: string },
  tally: TransferTally,
  signal: AbortSignal,
): Answer<void> {
  const present = await registry.hasBlob(repository, digest, signal);
  if (!present.ok) return present;
  if (present.value) {
    tally.finish(digest, sizeBytes, "present");
    return ok(undefined);
  }
  for (const from of mountFrom.filter((name) => name !== repository.name).slice(0, mostMounts)) {
    const mounted = await registry.mountBlob(repository, digest, from, signal);
    if (!mounted.ok) return mounted;
    if (!mounted.value) continue;
    tally.finish(digest, sizeBytes, "mounted");
    return ok(undefined);
  }
  const report = (bytes: number): void => tally.advance(digest, bytes);
  const sent = await registry.pushBlob(repository, { digest, sizeBytes, path }, report, signal);
  if (sent.ok) tally.finish(digest, sizeBytes, "sent");
  return sent;
}

/** The manifests of an image, each once, after those that it lists; all of their blobs are there. */
function readStored(
  storeDirectory: string,
  image: ImageDigest,
): Result<readonly StoredManifest[], TransferFailure> {
  const found = new Map<string, StoredManifest>();
  const visit = (digest: Descriptor["digest"]): string | undefined => {
    if (found.has(digest)) return undefined;
    const bytes = readBlob(storeDirectory, digest);
    const manifest = bytes === undefined ? undefined : parseManifest(bytes);
    if (bytes === undefined || manifest === undefined) return digest;
    for (const child of manifest.manifests ?? []) {
      const missing = visit(child.digest);
      if (missing !== undefined) return missing;
    }
    const blobs = [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers];
    const lacking = blobs.find((blob) => !isWhole(storeDirectory, blob));
    if (lacking !== undefined) return lacking.digest;
    found.set(digest, { digest, bytes, mediaType: mediaTypeOf(manifest), blobs });
    return undefined;
  };
  const missing = visit(image);
  if (missing === undefined) return ok(Array.from(found.values()));
  const what = missing === image ? `the store lacks ${image}` : `the store lacks ${missing} of ${image}`;
  return err({ kind: "not-stored", message: what });
}

function isWhole(storeDirectory: string, { digest, size }: Descriptor): boolean {
  return statSync(blobPath(storeDirectory, digest), { throwIfNoEntry: false })?.size === size;
}

/** A manifest of OCI's need not say what it is (OCI image spec, manifest.md). */
function mediaTypeOf({ mediaType, manifests }: { mediaType: string; manifests?: unknown }): string {
  if (mediaType !== "") return mediaType;
  return `application/vnd.oci.image.${manifests === undefined ? "manifest" : "index"}.v1+json`;
}
