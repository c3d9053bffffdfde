// Files of chosen names in an image's file system, one layer after another (OCI image-spec, layer.md: whiteouts). A layer is read
// once, from its first byte to its last, and nothing of it is kept but the files that are asked for.

import { createReadStream } from "node:fs";
import path from "node:path/posix";
import type { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { Parser } from "tar/parse";
import type { ReadEntry } from "tar/read-entry";
import { err, ok, type Result } from "../../engine/core/result.ts";

/** By path relative to the root, without "./" before it. */
export type FoundFiles = ReadonlyMap<string, Uint8Array>;

export type LayerFailure =
  | { readonly kind: "damaged"; readonly message: string }
  | { readonly kind: "canceled" };

export interface LayerFile {
  /** Absolute. */
  readonly path: string;
  readonly mediaType: string;
}

const pieceBytes = 256 * 1024;
const mostBytes = 64 * 1024 * 1024;

/** What of the names that are wanted is there when the layer lies above `below`. */
export async function applyLayer(
  below: FoundFiles,
  layer: LayerFile,
  isWanted: (filePath: string) => boolean,
  signal: AbortSignal,
): Promise<Result<FoundFiles, LayerFailure>> {
  const overlay = new Overlay(below, isWanted);
  const decompress = decompressorOf(layer.mediaType);
  const source = createReadStream(layer.path, { highWaterMark: pieceBytes });
  try {
    const parse = (stream: AsyncIterable<Uint8Array>) => overlay.read(stream);
    await (decompress === undefined
      ? pipeline(source, parse, { signal })
      : pipeline(source, decompress, parse, { signal }));
  } catch (cause) {
    if (signal.aborted) return err({ kind: "canceled" });
    // Of the file, of its compression, or of the archive in it.
    return err({ kind: "damaged", message: cause instanceof Error ? cause.message : String(cause) });
  }
  return ok(overlay.files);
}

function decompressorOf(mediaType: string): (Readable & Transform) | undefined {
  if (/[.+]gzip$/.test(mediaType)) return createGunzip({ chunkSize: pieceBytes });
  if (/[.+]zstd$/.test(mediaType)) return createZstdDecompress({ chunkSize: pieceBytes });
  return undefined;
}

class Overlay {
  readonly #isWanted: (filePath: string) => boolean;
  readonly #lower: Map<string, Uint8Array>;
  /** Paths of lower files, and of the folders above them: others hide nothing. */
  readonly #traces: ReadonlySet<string>;
  readonly #upper = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(below: FoundFiles, isWanted: (filePath: string) => boolean) {
    this.#isWanted = isWanted;
    this.#lower = new Map(below);
    this.#traces = new Set(Array.from(below.keys()).flatMap(withFolders));
  }

  get files(): FoundFiles {
    return new Map([...this.#lower, ...this.#upper]);
  }

  /** @throws Error where the archive is damaged. */
  async read(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    let fault: Error | undefined;
    let hasEnded = false;
    const parser = new Parser({
      filter: (_, entry) => "linkpath" in entry && this.#enter(entry),
    });
    parser.on("entry", (entry: ReadEntry) => this.#collect(entry));
    parser.on("eof", () => {
      hasEnded = true;
    });
    parser.on("warn", (code: string, message: string) => {
      // An archive without entries is one as well.
      const isEmpty = hasEnded && message === "Unrecognized archive format";
      if ((code === "TAR_BAD_ARCHIVE" || code === "TAR_ENTRY_INVALID") && !isEmpty)
        fault ??= new Error(message);
    });
    parser.on("error", (cause: Error) => {
      fault ??= cause;
    });
    for await (const piece of pieces) {
      parser.write(piece);
      if (this.#bytes > mostBytes) throw new Error("its records are too large");
      if (fault !== undefined) throw fault;
    }
    parser.end();
    if (fault !== undefined) throw fault;
  }

  /** Takes away what the entry hides. Whether its bytes are wanted. */
  #enter(entry: ReadEntry): boolean {
    const filePath = path.normalize(entry.path).replace(/^\/+|\/+$/g, "");
    const name = path.basename(filePath);
    const folder = path.dirname(filePath) === "." ? "" : path.dirname(filePath);
    if (name === opaque) this.#remove(folder, "below");
    else if (name.startsWith(whiteout)) {
      this.#remove(path.join(folder, name.slice(whiteout.length)), "all");
    } else if (entry.type !== "Directory") {
      this.#remove(filePath, "all");
      this.#upper.delete(filePath);
      if (!this.#isWanted(filePath)) return false;
      if (entry.type === "Link") this.#link(filePath, path.normalize(entry.linkpath ?? ""));
      return entry.type.endsWith("File");
    } else if (this.#lower.has(filePath)) this.#lower.delete(filePath);
    return false;
  }

  #link(filePath: string, target: string): void {
    const key = target.replace(/^\/+/, "");
    const bytes = this.#upper.get(key) ?? this.#lower.get(key);
    if (bytes !== undefined) this.#upper.set(filePath, bytes);
  }

  #remove(target: string, what: "all" | "below"): void {
    if (target !== "" && !this.#traces.has(target)) return;
    if (what === "all") this.#lower.delete(target);
    const prefix = target === "" ? "" : `${target}/`;
    for (const each of Array.from(this.#lower.keys())) if (each.startsWith(prefix)) this.#lower.delete(each);
  }

  #collect(entry: ReadEntry): void {
    const pieces: Uint8Array[] = [];
    entry.on("data", (piece) => {
      this.#bytes += piece.byteLength;
      if (this.#bytes <= mostBytes) pieces.push(piece);
    });
    const filePath = path.normalize(entry.path).replace(/^\/+/, "");
    entry.on("end", () => this.#upper.set(filePath, Buffer.concat(pieces)));
  }
}

/** Before the name of what is taken away. */
const whiteout = ".wh.";
/** In a folder of which nothing below is left. */
const opaque = ".wh..wh..opq";

function withFolders(filePath: string): readonly string[] {
  const parts = filePath.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
