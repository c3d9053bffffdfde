// Images for tests in a layout of their own: each layer a list of entries, packed as they are asked to be.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Header } from "tar/header";
import { type ImageDigest, imageDigest, sha256 } from "../../../engine/core/digest.ts";
import { blobPath } from "../../../providers/store/oci-layout.ts";

/** A file's text, a link's target, or a folder. */
export type Entry =
  | readonly [path: string, text: string]
  | readonly [path: string, target: { readonly link: "Link" | "SymbolicLink"; readonly to: string }]
  | readonly [path: `${string}/`];

export interface Packing {
  readonly mediaType: string;
  readonly pack: (tar: Buffer) => Buffer;
}

const layer = "application/vnd.oci.image.layer.v1.tar";
export const plain: Packing = { mediaType: layer, pack: (tar) => tar };
export const gzip: Packing = { mediaType: `${layer}+gzip`, pack: (tar) => gzipSync(tar) };
export const zstd: Packing = { mediaType: `${layer}+zstd`, pack: (tar) => zstdCompressSync(tar) };

export function packTar(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(([path, what]): readonly Buffer[] => {
    if (what === undefined) return [headerOf({ path, type: "Directory", mode: 0o755 })];
    if (typeof what !== "string")
      return [headerOf({ path, type: what.link, linkpath: what.to, mode: 0o777 })];
    const bytes = Buffer.from(what);
    const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
    return [headerOf({ path, type: "File", size: bytes.length, mode: 0o644 }), bytes, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Into the layout at `directory`: the lowest layer first. */
export function writeImage(
  directory: string,
  layers: readonly (readonly [Packing, Buffer])[],
): { readonly image: ImageDigest; readonly blobs: readonly string[] } {
  const described = layers.map(([{ mediaType, pack }, tar]) => {
    const bytes = pack(tar);
    return { mediaType, digest: writeBlob(directory, bytes), size: bytes.length };
  });
  const config = Buffer.from("{}");
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      config: { mediaType: "", digest: writeBlob(directory, config), size: config.length },
      layers: described,
    }),
  );
  return {
    image: imageDigest(writeBlob(directory, manifest)),
    blobs: described.map(({ digest }) => blobPath(directory, digest)),
  };
}

function writeBlob(directory: string, bytes: Uint8Array): string {
  const digest = sha256(bytes);
  const path = blobPath(directory, digest);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return digest;
}

function headerOf(data: ConstructorParameters<typeof Header>[0]): Buffer {
  const header = new Header(data);
  const block = Buffer.alloc(512);
  header.encode(block, 0);
  return block;
}
