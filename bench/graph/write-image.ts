// A tiny real image put into an OCI layout on disk, as BuildKit would export it: the parent's layers and one of its own, with one
// file in it.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { type ImageDigest, imageDigest, sha256 } from "../../engine/core/digest.ts";
import { blobPath, type Descriptor } from "../../providers/store/oci-layout.ts";
import type { Platform } from "../../schemas/platform.ts";

export interface WrittenImage {
  readonly digest: ImageDigest;
  /** Compressed bytes of manifest, configuration and layers. */
  readonly sizeBytes: number;
  readonly layers: readonly Descriptor[];
  /** Of each layer's uncompressed bytes. */
  readonly diffIds: readonly string[];
}

export interface ImageContent {
  readonly name: string;
  readonly platform: Platform;
  readonly parent: WrittenImage | undefined;
  readonly path: string;
  readonly text: string;
}

/** Writes what is new of the image into the layout's blobs at `directory`. */
export function writeImage(
  directory: string,
  { name, platform, parent, path, text }: ImageContent,
): WrittenImage {
  const write = (mediaType: string, bytes: Uint8Array): Descriptor => {
    const descriptor = { mediaType, digest: sha256(bytes), size: bytes.byteLength };
    const blob = blobPath(directory, descriptor.digest);
    mkdirSync(dirname(blob), { recursive: true });
    writeFileSync(blob, bytes);
    return descriptor;
  };
  const writeJson = (mediaType: string, value: unknown): Descriptor =>
    write(mediaType, Buffer.from(JSON.stringify(value)));

  const archive = makeArchive(path, text);
  const layers = [
    ...(parent?.layers ?? []),
    write("application/vnd.oci.image.layer.v1.tar+gzip", gzipSync(archive, { level: 1 })),
  ];
  const diffIds = [...(parent?.diffIds ?? []), sha256(archive)];
  const [os, architecture] = platform.split("/");
  const config = writeJson("application/vnd.oci.image.config.v1+json", {
    architecture,
    os,
    config: { Labels: { name } },
    rootfs: { type: "layers", diff_ids: diffIds },
  });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = writeJson(mediaType, { schemaVersion: 2, mediaType, config, layers });
  const sizeBytes = [manifest, config, ...layers].reduce((sum, { size }) => sum + size, 0);
  return { digest: imageDigest(manifest.digest), sizeBytes, layers, diffIds };
}

const blockBytes = 512;

/** A tar archive (POSIX.1-1988 ustar) of one executable file; `path` has at most 100 bytes. */
function makeArchive(path: string, text: string): Uint8Array {
  const content = Buffer.from(text);
  const header = Buffer.alloc(blockBytes);
  header.write(path, 0);
  header.write(octal(0o755, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content.byteLength, 11), 124);
  header.write(octal(0, 11), 136);
  // The checksum counts its own field as blanks.
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((blockBytes - (content.byteLength % blockBytes)) % blockBytes);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * blockBytes)]);
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, "0")}\0`;
}
