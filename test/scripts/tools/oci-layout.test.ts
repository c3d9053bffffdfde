import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { packRootfs, readManifestDigest } from "../../../scripts/tools/oci-layout.ts";

const manifestShape = z.object({
  config: z.object({ mediaType: z.literal("application/vnd.oci.image.config.v1+json"), digest: z.string() }),
  layers: z.tuple([
    z.object({ mediaType: z.literal("application/vnd.oci.image.layer.v1.tar+gzip"), digest: z.string() }),
  ]),
});
const config = { architecture: "arm64", command: ["bash"], sourceDateEpoch: 1_735_689_600 };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lamina-layout-test-"));
  await writeFile(join(folder, "rootfs.tar"), Buffer.alloc(100_000, "lamina"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test("the same tar gives the same image, wherever it is packed", async () => {
  const tar = join(folder, "rootfs.tar");
  const first = await packRootfs(tar, join(folder, "first"), config);
  const second = await packRootfs(tar, join(folder, "second"), config);
  expect(second).toBe(first);
  expect(await readManifestDigest(join(folder, "second"))).toBe(first);
});

test("every blob bears its own digest, and the configuration that of the plain layer", async () => {
  const directory = join(folder, "layout");
  const digest = await packRootfs(join(folder, "rootfs.tar"), directory, config);
  const blobs = join(directory, "blobs/sha256");
  const names = await readdir(blobs);
  expect(names).toHaveLength(3);
  for (const name of names) {
    const content = await readFile(join(blobs, name));
    expect(createHash("sha256").update(content).digest("hex")).toBe(name);
  }
  const readBlob = async (each: string): Promise<Buffer> =>
    await readFile(join(blobs, each.replace("sha256:", "")));
  const manifest = manifestShape.parse(JSON.parse((await readBlob(digest)).toString()));
  const plain = gunzipSync(await readBlob(manifest.layers[0].digest));
  const diffId = `sha256:${createHash("sha256").update(plain).digest("hex")}`;
  expect(JSON.parse((await readBlob(manifest.config.digest)).toString())).toMatchObject({
    created: "2025-01-01T00:00:00Z",
    architecture: "arm64",
    os: "linux",
    config: { Cmd: ["bash"] },
    rootfs: { type: "layers", diff_ids: [diffId] },
  });
});
