// The laws of ImageTransfer (engine/ports/image-transfer.ts), to be run on every body.

import { randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Digest, type ImageDigest, imageDigest, sha256 } from "../../engine/core/digest.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type { ImageTransfer, TransferProgress } from "../../engine/ports/image-transfer.ts";
import type { Registry } from "../../engine/ports/registry.ts";
import { blobPath, openImageStore } from "../../providers/store/oci-layout.ts";
import { tagNamed } from "./registry.ts";

export interface TransferRig {
  readonly registry: Registry;
  readonly open: (storeDirectory: string) => ImageTransfer;
  /** A repository of which nobody knows yet. */
  readonly place: (name: string) => RepositoryPlace;
  /** Or gives what another repository has without being asked to, as zot does. */
  readonly mounts: boolean;
}

interface StoredImages {
  /** A layout that holds both. */
  readonly source: string;
  /** Over two images, of two layers each, one of which they share: five blobs and three manifests. */
  readonly index: ImageDigest;
  /** One of the two. */
  readonly image: ImageDigest;
  /** The layer that is in the other alone. */
  readonly layer: Digest;
}

const blobs = 5;
const manifests = 3;
const all = blobs + manifests;

const never = new AbortController().signal;
const ignore = (): void => {};
const one = tagNamed("l-0123456789abcdef");
const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

export function describeImageTransfer(body: string, open: () => Promise<TransferRig>): void {
  describe(`ImageTransfer: ${body}`, () => {
    let rig: TransferRig;
    let directory: string;
    let count = 0;
    beforeAll(async () => {
      rig = await open();
      directory = mkdtempSync(join(tmpdir(), "lamina-transfer-"));
    });
    afterAll(() => {
      rmSync(directory, { recursive: true });
    });
    const newStore = (): string => {
      count += 1;
      return join(directory, `store-${count}`);
    };
    const push = ({ source, index }: StoredImages, at: RepositoryPlace, more: object = {}) =>
      rig
        .open(source)
        .push({ image: index, repository: at, tags: [one], mountFrom: [], ...more }, ignore, never);

    test("an image that was pushed comes back whole, by its digest, and its tag stands for it", async () => {
      const { source, index } = makeImages(newStore());
      const at = rig.place("whole");
      const reports: TransferProgress[] = [];
      const request = { image: index, repository: at, tags: [one, tagNamed("2")], mountFrom: [] };
      const sent = await rig.open(source).push(request, (progress) => reports.push(progress), never);
      expect(sent).toMatchObject({ value: { sentBlobs: all, presentBlobs: 0, mountedBlobs: 0 } });
      expect(reports.at(-1)?.doneBytes).toBe(reports.at(-1)?.totalBytes);
      expect(sent.ok && sent.value.sentBytes).toBe(reports.at(-1)?.totalBytes);
      for (const tag of request.tags)
        expect(await rig.registry.resolve(at, tag, never)).toMatchObject({ value: { digest: index } });
      const store = newStore();
      const got = await rig.open(store).pull(at, index, ignore, never);
      expect(got).toMatchObject({ value: { sentBlobs: all, presentBlobs: 0 } });
      expect(openImageStore(store).holds(index)).toBe(true);
      expect(leftovers(store)).toEqual([]);
    });

    test("a second push sends nothing, and a second pull fetches nothing", async () => {
      const images = makeImages(newStore());
      const { index } = images;
      const at = rig.place("twice");
      await push(images, at);
      expect(await push(images, at)).toMatchObject({
        value: { sentBytes: 0, sentBlobs: 0, presentBlobs: all },
      });
      const store = newStore();
      await rig.open(store).pull(at, index, ignore, never);
      expect(await rig.open(store).pull(at, index, ignore, never)).toMatchObject({
        value: { sentBytes: 0, sentBlobs: 0, presentBlobs: all },
      });
    });

    test("what a part of the image has brought is not brought again", async () => {
      const images = makeImages(newStore());
      const { index, image } = images;
      const at = rig.place("part");
      await push(images, at, { image, tags: [] });
      // Its manifest is put once more, after its blobs were found: it alone tells nothing of the index.
      expect(await push(images, at)).toMatchObject({ value: { presentBlobs: 3 } });
      const store = newStore();
      await rig.open(store).pull(at, image, ignore, never);
      expect(openImageStore(store).holds(image)).toBe(true);
      expect(openImageStore(store).holds(index)).toBe(false);
      expect(await rig.open(store).pull(at, index, ignore, never)).toMatchObject({
        value: { presentBlobs: 4 },
      });
    });

    test("what another repository has is taken over from there, where the registry does that", async () => {
      const images = makeImages(newStore());
      const { index } = images;
      const [from, at] = [rig.place("mount-from"), rig.place("mount-to")];
      await push(images, from);
      const mountFrom = [rig.place("nothing-here").name, from.name];
      expect(await push(images, at, { mountFrom })).toMatchObject({
        value: { sentBlobs: rig.mounts ? manifests : all },
      });
      expect(await rig.registry.resolve(at, one, never)).toMatchObject({ value: { digest: index } });
    });

    test("an image that is not whole in the store is not pushed, and no tag stands for it", async () => {
      const { source, index, layer } = makeImages(newStore());
      const at = rig.place("broken");
      const store = newStore();
      cpSync(source, store, { recursive: true });
      rmSync(blobPath(store, layer));
      const request = { image: index, repository: at, tags: [one], mountFrom: [] };
      expect(await rig.open(store).push(request, ignore, never)).toEqual({
        ok: false,
        error: { kind: "not-stored", message: `the store lacks ${layer} of ${index}` },
      });
      const nowhere = newStore();
      expect(await rig.open(nowhere).push(request, ignore, never)).toEqual({
        ok: false,
        error: { kind: "not-stored", message: `the store lacks ${index}` },
      });
      expect(await rig.registry.resolve(at, one, never)).toEqual({ ok: true, value: undefined });
    });

    test("an image that is not there is not found, and leaves nothing", async () => {
      const { index } = makeImages(newStore());
      const at = rig.place("nowhere");
      const store = newStore();
      expect(await rig.open(store).pull(at, index, ignore, never)).toMatchObject({
        error: { kind: "not-found" },
      });
      expect(existsSync(store)).toBe(false);
    });

    test("a damaged blob in the store is replaced", async () => {
      const images = makeImages(newStore());
      const { index, layer } = images;
      const at = rig.place("replaced");
      await push(images, at);
      const store = newStore();
      await rig.open(store).pull(at, index, ignore, never);
      truncateSync(blobPath(store, layer), 3);
      expect(openImageStore(store).holds(index)).toBe(false);
      expect(await rig.open(store).pull(at, index, ignore, never)).toMatchObject({ value: { sentBlobs: 1 } });
      expect(openImageStore(store).holds(index)).toBe(true);
    });

    test("a pull that is canceled leaves the image out of the store, and nothing unfinished in it", async () => {
      const images = makeImages(newStore());
      const { index } = images;
      const at = rig.place("canceled");
      await push(images, at);
      const store = newStore();
      const canceller = new AbortController();
      const outcome = await rig.open(store).pull(at, index, () => canceller.abort(), canceller.signal);
      expect(outcome).toEqual({ ok: false, error: { kind: "canceled" } });
      expect(openImageStore(store).holds(index)).toBe(false);
      expect(leftovers(store)).toEqual([]);
    });

    test("a push that is canceled moves no tag", async () => {
      const { source, index } = makeImages(newStore());
      const at = rig.place("canceled-push");
      const canceller = new AbortController();
      const request = { image: index, repository: at, tags: [one], mountFrom: [] };
      const outcome = await rig.open(source).push(request, () => canceller.abort(), canceller.signal);
      expect(outcome).toEqual({ ok: false, error: { kind: "canceled" } });
      expect(await rig.registry.resolve(at, one, never)).toEqual({ ok: true, value: undefined });
    });

    test("a store that cannot be written is told of", async () => {
      const images = makeImages(newStore());
      const { index } = images;
      const at = rig.place("unwritable");
      await push(images, at);
      const store = newStore();
      writeFileSync(store, "a file");
      expect(await rig.open(store).pull(at, index, ignore, never)).toMatchObject({ error: { kind: "file" } });
    });
  });
}

/** Of which nobody has a blob yet. */
function makeImages(source: string): StoredImages {
  const shared = write(source, Buffer.concat([randomBytes(8), Buffer.alloc(300_000)]));
  const makeImage = (architecture: string) => {
    const config = write(source, Buffer.from(JSON.stringify({ os: "linux", architecture, shared })));
    const layer = write(source, Buffer.from(`layer of ${architecture} beside ${shared.digest}`));
    const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: [shared, layer] };
    const { digest, size } = write(source, Buffer.from(JSON.stringify(manifest)));
    const described = { mediaType: manifestType, digest, size, platform: { os: "linux", architecture } };
    return { described, layer: layer.digest };
  };
  const [one, other] = [makeImage("amd64"), makeImage("arm64")];
  const list = { schemaVersion: 2, mediaType: indexType, manifests: [one.described, other.described] };
  const index = write(source, Buffer.from(JSON.stringify(list)));
  return {
    source,
    index: imageDigest(index.digest),
    image: imageDigest(one.described.digest),
    layer: other.layer,
  };
}

/** Into a layout; returns the descriptor. */
function write(layout: string, bytes: Buffer) {
  const digest = sha256(bytes);
  mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
  writeFileSync(blobPath(layout, digest), bytes);
  return { mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size: bytes.byteLength };
}

/** Files that are no blobs. */
function leftovers(store: string): readonly string[] {
  return readdirSync(join(store, "blobs/sha256")).filter((name) => !/^[0-9a-f]{64}$/.test(name));
}
