// Images in a layout on disk: whole or not, and their entries in its index.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type ImageDigest, imageDigest, sha256 } from "../../../engine/core/digest.ts";
import {
  blobPath,
  type Descriptor,
  measureImage,
  openImageStore,
} from "../../../providers/store/oci-layout.ts";
import { recordImage } from "../../../providers/store/record-image.ts";
import { describeImageStore } from "../../ports/images.ts";

const root = mkdtempSync(join(tmpdir(), "lamina-layout-"));
afterAll(() => rmSync(root, { recursive: true }));

interface Made {
  readonly directory: string;
  readonly image: ImageDigest;
  readonly config: string;
  readonly layer: string;
  readonly index: ImageDigest;
}

/** A layout with an image of one layer, and an index over it. */
function makeLayout(): Made {
  const directory = mkdtempSync(join(root, "layout-"));
  mkdirSync(join(directory, "blobs", "sha256"), { recursive: true });
  const put = (text: string): { digest: string; size: number } => {
    const digest = sha256(text);
    writeFileSync(blobPath(directory, digest), text);
    return { digest, size: text.length };
  };
  const config = put(`{"os":"linux","architecture":"amd64"}`);
  const layer = put("layer");
  const manifest = put(JSON.stringify({ schemaVersion: 2, config, layers: [layer, layer] }));
  const index = put(JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  return {
    directory,
    image: imageDigest(manifest.digest),
    config: config.digest,
    layer: layer.digest,
    index: imageDigest(index.digest),
  };
}

describeImageStore("an OCI image layout", () => {
  const { directory, image, config, layer } = makeLayout();
  const blob = (digest: string): string => blobPath(directory, digest);
  return {
    store: openImageStore(directory),
    whole: image,
    unknown: imageDigest(`sha256:${"0".repeat(64)}`),
    damage: [
      ["no manifest", () => rmSync(blob(image))],
      [
        "a manifest that was changed",
        () => writeFileSync(blob(image), `${readFileSync(blob(image), "utf8")} `),
      ],
      ["no configuration", () => rmSync(blob(config))],
      ["no layer", () => rmSync(blob(layer))],
      ["half a layer", () => writeFileSync(blob(layer), "lay")],
      ["no layout", () => rmSync(directory, { recursive: true })],
    ],
  };
});

test("an image's size counts each blob once", () => {
  const { directory, image, config, layer, index } = makeLayout();
  const size = (digest: string): number => readFileSync(blobPath(directory, digest)).byteLength;
  const whole = size(image) + size(config) + size(layer);
  expect(measureImage(directory, image)).toBe(whole);
  expect(measureImage(directory, index)).toBe(whole + size(index));
  rmSync(blobPath(directory, layer));
  expect(measureImage(directory, index)).toBeUndefined();
});

test("a blob that is no manifest is no image", () => {
  const { directory, layer, config } = makeLayout();
  expect(openImageStore(directory).holds(imageDigest(layer))).toBe(false);
  expect(openImageStore(directory).holds(imageDigest(config))).toBe(false);
});

function entriesOf(directory: string): unknown {
  const index: unknown = JSON.parse(readFileSync(join(directory, "index.json"), "utf8"));
  return index;
}

function entry(digit: string, architecture: string): Descriptor {
  const platform = { os: "linux", architecture };
  return { mediaType: "m", digest: `sha256:${digit.repeat(64)}`, size: 1, platform };
}

function named(name: string, one: Descriptor): Descriptor {
  return { ...one, annotations: { "org.opencontainers.image.ref.name": name } };
}

test("an image is entered under its name, once for each platform, in a fixed order", () => {
  const directory = join(mkdtempSync(join(root, "index-")), "new");
  recordImage(directory, "lamina/b", entry("1", "amd64"));
  recordImage(directory, "lamina/a", entry("2", "arm64"));
  recordImage(directory, "lamina/a", entry("3", "amd64"));
  recordImage(directory, "lamina/b", entry("4", "amd64"));
  expect(entriesOf(directory)).toEqual({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      named("lamina/a", entry("3", "amd64")),
      named("lamina/a", entry("2", "arm64")),
      named("lamina/b", entry("4", "amd64")),
    ],
  });
  expect(readFileSync(join(directory, "oci-layout"), "utf8")).toBe('{"imageLayoutVersion":"1.0.0"}');
});

test("an index that is damaged is begun anew", () => {
  const { directory, image } = makeLayout();
  writeFileSync(join(directory, "index.json"), "{");
  chmodSync(join(directory, "index.json"), 0o600);
  recordImage(directory, "lamina/a", { mediaType: "m", digest: image, size: 1 });
  expect(entriesOf(directory)).toMatchObject({ manifests: [{ digest: image }] });
});
