// Blobs between the store here and the one on a leased machine: parents go there before a solve, its image comes back after
// it, and no blob goes over the wire twice. What comes from there is taken for nothing but its digest.

import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type ImageDigest, sha256 } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { SolveFailure } from "../../engine/ports/builder.ts";
import type { Connection } from "../../engine/ports/transport.ts";
import { blobPath, surveyBlobs } from "../store/oci-layout.ts";
import { explainTransport, runScript } from "./remote-shell.ts";

/** An image in a layout on this machine, `directory` absolute. */
export interface HeldImage {
  readonly directory: string;
  readonly digest: ImageDigest;
}

export interface FetchOrder {
  readonly image: ImageDigest;
  /** The text of its manifest, where it came already. */
  readonly manifest: string;
  readonly storeDirectory: string;
  /** A folder here, on the store's file system. */
  readonly directory: string;
  /** The solve's own folder there. */
  readonly work: string;
}

const moveScript = 'mv -- "$1"/* "$2" && rmdir -- "$1"';
const gatherScript = 'store=$1 to=$2; shift 2; mkdir -p -- "$to" && cd -- "$store" && ln -f -- "$@" "$to"';
const sendPurpose = "cannot send the images that it builds on";
const fetchPurpose = "cannot fetch the image";

export class BlobExchange {
  readonly #connection: Connection;
  readonly #root: string;
  /** Digests of blobs that are in the store there. */
  readonly #known = new Set<string>();
  #lastTurn: Promise<void> = Promise.resolve();

  /** `root` is the folder on the machine. */
  constructor(connection: Connection, root: string) {
    this.#connection = connection;
    this.#root = root;
  }

  /**
   * Makes the images' blobs be there, as far as they are here. One solve after the other, so that what two of them need is
   * sent once. `directory` is a folder here for this alone, `id` the solve's. Throws as the file system does.
   */
  async send(
    images: readonly HeldImage[],
    directory: string,
    id: string,
    signal: AbortSignal,
  ): Promise<Result<void, SolveFailure>> {
    const before = this.#lastTurn;
    const { promise: over, resolve: pass } = Promise.withResolvers<void>();
    this.#lastTurn = before.then(() => over);
    try {
      await untilAborted(before, signal);
      return signal.aborted ? err({ kind: "canceled" }) : await this.#sendNew(images, directory, id, signal);
    } finally {
      pass();
    }
  }

  async #sendNew(
    images: readonly HeldImage[],
    directory: string,
    id: string,
    signal: AbortSignal,
  ): Promise<Result<void, SolveFailure>> {
    const fresh = new Set<string>();
    for (const image of images) {
      for (const digest of surveyBlobs(image.directory, image.digest).held.keys()) {
        if (this.#known.has(digest) || fresh.has(digest)) continue;
        mkdirSync(directory, { recursive: true });
        linkOrCopy(blobPath(image.directory, digest), join(directory, hexOf(digest)));
        fresh.add(digest);
      }
    }
    if (fresh.size === 0) return ok(undefined);
    const incoming = `${this.#root}/incoming/${id}`;
    const sent = await this.#connection.putFolder({ from: directory, to: incoming }, signal);
    if (!sent.ok) return err(explainTransport(sent.error, sendPurpose));
    const args = [incoming, `${this.#root}/store/blobs/sha256`];
    const moved = await runScript(this.#connection, sendPurpose, moveScript, args, signal);
    if (!moved.ok) return moved;
    for (const digest of fresh) this.#known.add(digest);
    return ok(undefined);
  }

  /**
   * Takes what the store here lacks of an image that was built there. A blob that is not what its name says is left out: the
   * image is then not whole. Throws as the file system does.
   */
  async fetch(order: FetchOrder, signal: AbortSignal): Promise<Result<void, SolveFailure>> {
    const { image, manifest, storeDirectory, directory, work } = order;
    mkdirSync(directory, { recursive: true });
    if (sha256(Buffer.from(manifest)) === image) {
      const path = join(directory, "manifest");
      writeFileSync(path, manifest);
      place(path, storeDirectory, image);
    }
    const asked = new Set<string>();
    // Once, and once more for each level of an index.
    for (;;) {
      const { held, missing } = surveyBlobs(storeDirectory, image);
      const wanted = Array.from(missing).filter((digest) => !asked.has(digest));
      if (wanted.length === 0) {
        for (const digest of held.keys()) this.#known.add(digest);
        return ok(undefined);
      }
      const names = wanted.map(hexOf);
      const gathered = `${work}/wanted-${asked.size}`;
      const args = [`${this.#root}/store/blobs/sha256`, gathered, ...names];
      const prepared = await runScript(this.#connection, fetchPurpose, gatherScript, args, signal);
      if (!prepared.ok) return prepared;
      const to = join(directory, `wanted-${asked.size}`);
      const got = await this.#connection.getFolder({ from: gathered, to }, signal);
      if (!got.ok) return err(explainTransport(got.error, fetchPurpose));
      for (const digest of wanted) {
        asked.add(digest);
        const path = join(to, hexOf(digest));
        if ((await digestOf(path)) === digest) place(path, storeDirectory, digest);
      }
    }
  }
}

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, "");
}

/** A link where one can be had: on the same file system, of a file that is ours. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** As BuildKit leaves its blobs: nobody writes to them. */
function place(path: string, storeDirectory: string, digest: string): void {
  chmodSync(path, 0o444);
  renameSync(path, blobPath(storeDirectory, digest));
}

/** `undefined` where there is no such file, or something else than a file. */
async function digestOf(path: string): Promise<string | undefined> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest("hex")}`;
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const leave = (): void => resolve();
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  await Promise.race([work, aborted]);
  signal.removeEventListener("abort", leave);
}
