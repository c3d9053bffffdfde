// A root file system as a container image: one gzipped layer in an OCI image layout (image-layout, image-spec 1.1).
// The same tar gives the same digest.

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

export interface ImageConfig {
  /** As in an image reference: "amd64", "arm64". */
  readonly architecture: string;
  readonly command: readonly string[];
  /** Seconds since the epoch: the image's "created". */
  readonly sourceDateEpoch: number;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Writes the layout into `directory` (made if need be) and returns the manifest's digest, "sha256:…". */
export async function packRootfs(tar: string, directory: string, config: ImageConfig): Promise<string> {
  const blobs = join(directory, "blobs/sha256");
  await mkdir(blobs, { recursive: true });
  const { layer, diffId } = await compressLayer(tar, blobs);
  const created = new Date(config.sourceDateEpoch * 1000).toISOString().replace(".000Z", "Z");
  const configuration = await writeBlob(blobs, "application/vnd.oci.image.config.v1+json", {
    created,
    architecture: config.architecture,
    os: "linux",
    config: { Env: [`PATH=${path}`], Cmd: config.command },
    rootfs: { type: "layers", diff_ids: [diffId] },
    history: [{ created, created_by: "lamina base image" }],
  });
  const manifestType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = await writeBlob(blobs, manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: configuration,
    layers: [layer],
  });
  const platform = { architecture: config.architecture, os: "linux" };
  const index = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [{ ...manifest, platform }],
  };
  await writeFile(join(directory, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(join(directory, "index.json"), JSON.stringify(index));
  return manifest.digest;
}

/** The digest of the one image in a layout that `packRootfs` wrote. */
export async function readManifestDigest(directory: string): Promise<string> {
  const file = join(directory, "index.json");
  const digest = /"digest":"(sha256:[0-9a-f]{64})"/.exec(await readFile(file, "utf8"))?.[1];
  if (digest === undefined) throw new Error(`${file} names no image`);
  return digest;
}

async function compressLayer(tar: string, blobs: string): Promise<{ layer: Descriptor; diffId: string }> {
  const plain = createHash("sha256");
  const gzipped = createHash("sha256");
  const temporary = join(blobs, ".layer");
  await pipeline(
    createReadStream(tar),
    hashing(plain),
    createGzip({ level: 6 }),
    hashing(gzipped),
    createWriteStream(temporary),
  );
  const hex = gzipped.digest("hex");
  const { size } = await stat(temporary);
  await rename(temporary, join(blobs, hex));
  const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: `sha256:${hex}`, size };
  return { layer, diffId: `sha256:${plain.digest("hex")}` };
}

function hashing(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

async function writeBlob(blobs: string, mediaType: string, content: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(content));
  const hex = createHash("sha256").update(bytes).digest("hex");
  await writeFile(join(blobs, hex), bytes);
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
}
