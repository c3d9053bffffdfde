// An image out of a registry into the store: what the store lacks of its blobs first, then its manifests, each after what it speaks
// of: so the store never holds a manifest whose parts are on their way.

import { randomBytes } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { ImageDigest } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type {
  TransferFailure,
  TransferProgress,
  TransferSummary,
} from "../../engine/ports/image-transfer.ts";
import type { Registry } from "../../engine/ports/registry.ts";
import { blobPath, type Descriptor, parseManifest, readBlob } from "../store/oci-layout.ts";
import { eachAtOnce } from "./each-at-once.ts";
import type { TransferEnds } from "./image-transfer.ts";
import { TransferTally } from "./transfer-tally.ts";

const blobsAtOnce = 4;

type Answer<T> = Promise<Result<T, TransferFailure>>;

export async function pullImage(
  { registry, storeDirectory }: TransferEnds,
  { repository, image }: { readonly repository: RepositoryPlace; readonly image: ImageDigest },
  report: (progress: TransferProgress) => void,
  signal: AbortSignal,
): Answer<TransferSummary> {
  const tally = new TransferTally(report);
  /** In the order in which they may be written. */
  const manifests = new Map<Descriptor["digest"], { readonly bytes: Uint8Array; readonly isHere: boolean }>();
  const blobs = new Map<string, Descriptor>();
  const visit = async (digest: Descriptor["digest"]): Answer<void> => {
    if (manifests.has(digest)) return ok(undefined);
    const here = readBlob(storeDirectory, digest);
    const read = here === undefined ? await registry.readManifest(repository, digest, signal) : undefined;
    if (read?.ok === false) return read;
    const bytes = here ?? read?.value.bytes ?? new Uint8Array();
    const manifest = parseManifest(bytes);
    if (manifest === undefined)
      return err({
        kind: "damaged",
        message: `${repository.registry}/${repository.name}@${digest} is no manifest`,
      });
    tally.expect(bytes.byteLength);
    for (const child of manifest.manifests ?? []) {
      const visited = await visit(child.digest);
      if (!visited.ok) return visited;
    }
    for (const blob of [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers]) {
      if (!blobs.has(blob.digest)) tally.expect(blob.size);
      blobs.set(blob.digest, blob);
    }
    manifests.set(digest, { bytes, isHere: here !== undefined });
    return ok(undefined);
  };
  const known = await visit(image);
  if (!known.ok) return known;

  const pull = (blob: Descriptor, own: AbortSignal): Answer<void> =>
    pullBlob({ registry, storeDirectory }, repository, blob, tally, own);
  const pulled = await eachAtOnce(Array.from(blobs.values()), blobsAtOnce, pull, signal);
  if (signal.aborted) return err({ kind: "canceled" });
  if (!pulled.ok) return pulled;
  for (const [digest, { bytes, isHere }] of manifests) {
    const written = isHere ? ok(undefined) : await writeBlob(storeDirectory, digest, (write) => write(bytes));
    if (!written.ok) return written;
    tally.finish(digest, bytes.byteLength, isHere ? "present" : "sent");
  }
  return ok(tally.summary);
}

async function pullBlob(
  { registry, storeDirectory }: TransferEnds,
  repository: RepositoryPlace,
  { digest, size: sizeBytes }: Descriptor,
  tally: TransferTally,
  signal: AbortSignal,
): Answer<void> {
  // What has the size has the content, as for the store itself: nothing is ever written under the name of another digest.
  if (statSync(blobPath(storeDirectory, digest), { throwIfNoEntry: false })?.size === sizeBytes) {
    tally.finish(digest, sizeBytes, "present");
    return ok(undefined);
  }
  let received = 0;
  const written = await writeBlob(storeDirectory, digest, async (write) => {
    const count = async (piece: Uint8Array): Promise<void> => {
      await write(piece);
      received += piece.byteLength;
      tally.advance(digest, received);
    };
    return registry.pullBlob(repository, { digest, sizeBytes }, count, signal);
  });
  if (written.ok) tally.finish(digest, sizeBytes, "sent");
  return written;
}

type Write = (piece: Uint8Array) => Promise<void>;

/** Under its name when `fill` has written all of it, and on the disk by then; nothing is left where it failed. */
async function writeBlob(
  storeDirectory: string,
  digest: string,
  fill: (write: Write) => ReturnType<Registry["pullBlob"]> | Promise<void>,
): Answer<void> {
  const path = blobPath(storeDirectory, digest);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = await open(temporary, "wx");
    try {
      const filled = await fill((piece) => file.writeFile(piece));
      if (filled?.ok === false) return filled;
      await file.sync();
      await rename(temporary, path);
      return ok(undefined);
    } finally {
      await file.close();
      await rm(temporary, { force: true });
    }
  } catch (cause) {
    if (!(cause instanceof Error) || !("syscall" in cause)) throw cause;
    return err({ kind: "file", message: cause.message });
  }
}
