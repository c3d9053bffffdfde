// The laws of Registry (engine/ports/registry.ts), to be run on every body, and on every kind of registry with the same one.

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Digest, sha256 } from "../../engine/core/digest.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type { BlobFile, Manifest, Registry } from "../../engine/ports/registry.ts";
import { type ImageTag, parseImageTag } from "../../schemas/image-tag.ts";
import { parseRepositoryName } from "../../schemas/repository-name.ts";

export interface RegistryRig {
  readonly registry: Registry;
  /** A repository of which nobody knows yet, of that last part. */
  readonly place: (name: string) => RepositoryPlace;
  readonly deletesTags: boolean;
  readonly deletesManifests: boolean;
  readonly mounts: boolean;
  readonly lists: boolean;
  /** A blob of this size goes in several pieces. */
  readonly largeBytes: number;
}

const never = new AbortController().signal;
const nothing = sha256("nothing");
const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
const ignore = (): void => {};
const full = (): Promise<void> => Promise.reject(new Error("no space left"));

/** Of a deletion. */
const done = { ok: true, value: true };
const not = { ok: true, value: false };
const notOffered = { ok: false, error: { kind: "unsupported", message: expect.any(String) } };

export function tagNamed(text: string): ImageTag {
  const tag = parseImageTag(text);
  if (tag === undefined) throw new Error(`${text} is no tag`);
  return tag;
}

/** Of a repository that no other test has. */
export function freshPlace(
  registry: RepositoryPlace["registry"],
  prefix: string,
  name: string,
): RepositoryPlace {
  const text = `${prefix}/${name}-${randomBytes(6).toString("hex")}`;
  const parsed = parseRepositoryName(text);
  if (parsed === undefined) throw new Error(`${text} is no repository`);
  return { registry, name: parsed };
}

/** What is there of tags and manifests, which a body may keep without the blobs they speak of. */
export function describeTags(body: string, open: () => Promise<RegistryRig>, putImage = putEmptyIndex): void {
  describe(`Registry, tags: ${body}`, () => {
    let rig: RegistryRig;
    beforeAll(async () => {
      rig = await open();
    });
    const one = tagNamed("1");

    test("that something is not there is an answer, or not-found where it was asked for", async () => {
      const { registry, place, deletesManifests } = rig;
      const empty = place("empty");
      expect(await registry.resolve(empty, one, never)).toEqual({ ok: true, value: undefined });
      expect(await registry.resolve(empty, nothing, never)).toEqual({ ok: true, value: undefined });
      expect(await registry.readManifest(empty, one, never)).toMatchObject({ error: { kind: "not-found" } });
      expect(await registry.listTags(empty, never)).toEqual({ ok: true, value: [] });
      expect(await registry.deleteManifest(empty, nothing, never)).toEqual(
        deletesManifests ? not : notOffered,
      );
    });

    test("a manifest is given back byte for byte, by tag and by digest, and resolves to what it is", async () => {
      const { registry, place } = rig;
      const at = place("given-back");
      const { manifest, digest } = await putImage(registry, at, one, "first");
      const read = { ok: true, value: { mediaType: manifest.mediaType, digest, bytes: manifest.bytes } };
      const told = { mediaType: manifest.mediaType, digest, sizeBytes: manifest.bytes.byteLength };
      for (const version of [one, digest]) {
        expect(await registry.readManifest(at, version, never)).toEqual(read);
        expect(await registry.resolve(at, version, never)).toEqual({ ok: true, value: told });
      }
    });

    test("a tag moves, and what it stood for stays where another tag stands for it", async () => {
      const { registry, place } = rig;
      const at = place("moved");
      const first = await putImage(registry, at, tagNamed("kept"), "first");
      expect(await registry.putManifest(at, one, first.manifest, never)).toMatchObject({ ok: true });
      const second = await putImage(registry, at, one, "second");
      expect(await registry.resolve(at, one, never)).toMatchObject({ value: { digest: second.digest } });
      expect(await registry.resolve(at, first.digest, never)).toMatchObject({
        value: { digest: first.digest },
      });
    });

    test("what is put under another digest than its own is damaged", async () => {
      const { registry, place } = rig;
      const at = place("misnamed");
      const { manifest } = await putImage(registry, at, one, "first");
      expect(await registry.putManifest(at, nothing, manifest, never)).toMatchObject({
        error: { kind: "damaged" },
      });
      expect(await registry.resolve(at, nothing, never)).toEqual({ ok: true, value: undefined });
    });

    test("tags are listed, all of them, in order", async () => {
      const { registry, place } = rig;
      const at = place("listed");
      const names = Array.from({ length: 25 }, (_, number) => `t${number}`);
      const { manifest, digest } = await putImage(registry, at, one, "first");
      for (const name of names) await registry.putManifest(at, tagNamed(name), manifest, never);
      expect(await registry.listTags(at, never)).toEqual({ ok: true, value: ["1", ...names].sort() });
      expect(await registry.resolve(at, tagNamed("t24"), never)).toMatchObject({ value: { digest } });
    });

    test("repositories are listed, or there is no list", async () => {
      const { registry, place, lists } = rig;
      const at = place("known");
      await putImage(registry, at, one, "first");
      const listed = await registry.listRepositories(at.registry, never);
      const names = listed.ok ? listed.value : [];
      expect(listed.ok).toBe(lists);
      expect(names.includes(at.name)).toBe(lists);
      expect(names).toEqual(names.toSorted());
    });

    test("deleting a tag leaves the manifest and its other tags, or is not offered", async () => {
      const { registry, place, deletesTags } = rig;
      const at = place("untagged");
      const { manifest, digest } = await putImage(registry, at, one, "first");
      await registry.putManifest(at, tagNamed("2"), manifest, never);
      const removed = await registry.deleteTag(at, one, never);
      expect(removed).toEqual(deletesTags ? done : notOffered);
      expect(await registry.deleteTag(at, one, never)).toEqual(deletesTags ? not : notOffered);
      const left = deletesTags ? ["2"] : ["1", "2"];
      expect(await registry.listTags(at, never)).toEqual({ ok: true, value: left });
      expect(await registry.resolve(at, digest, never)).toMatchObject({ value: { digest } });
    });

    test("deleting a manifest takes its tags along, or is not offered", async () => {
      const { registry, place, deletesManifests } = rig;
      const at = place("deleted");
      const kept = await putImage(registry, at, tagNamed("kept"), "kept");
      const { digest } = await putImage(registry, at, one, "first");
      const removed = await registry.deleteManifest(at, digest, never);
      expect(removed).toEqual(deletesManifests ? done : notOffered);
      expect(await registry.deleteManifest(at, digest, never)).toEqual(deletesManifests ? not : notOffered);
      for (const version of [digest, one]) {
        const found = await registry.resolve(at, version, never);
        expect(found.ok && found.value?.digest).toBe(deletesManifests ? undefined : digest);
      }
      expect(await registry.resolve(at, kept.digest, never)).toMatchObject({
        value: { digest: kept.digest },
      });
    });
  });
}

export function describeRegistry(body: string, open: () => Promise<RegistryRig>): void {
  describeTags(body, open, putOneLayer);
  describe(`Registry: ${body}`, () => {
    let rig: RegistryRig;
    let directory: string;
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), "lamina-blobs-"));
      rig = await open();
    });
    afterAll(() => {
      rmSync(directory, { recursive: true });
    });
    const blobOf = (bytes: Uint8Array): BlobFile => {
      const digest = sha256(bytes);
      const path = join(directory, digest.slice(7, 27));
      writeFileSync(path, bytes);
      return { digest, sizeBytes: bytes.byteLength, path };
    };

    test("blobs are given back as they were sent, small, large, and empty", async () => {
      const { registry, place, largeBytes } = rig;
      const at = place("blobs");
      for (const bytes of [randomBytes(5), randomBytes(largeBytes), Buffer.alloc(0)]) {
        const blob = blobOf(bytes);
        const reports: number[] = [];
        // The empty one may have come before, and some registries give what any of their repositories has.
        const isNew = bytes.byteLength > 0;
        const before = await registry.hasBlob(at, blob.digest, never);
        expect(before.ok && before.value && isNew).toBe(false);
        expect(await registry.pushBlob(at, blob, (sent) => reports.push(sent), never)).toEqual({ ok: true });
        expect(reports.at(-1) ?? 0).toBe(bytes.byteLength);
        expect(reports).toEqual(reports.toSorted((a, b) => a - b));
        expect(await registry.hasBlob(at, blob.digest, never)).toEqual({ ok: true, value: true });
        const { outcome, received } = await pull(registry, at, blob);
        expect(outcome).toEqual({ ok: true });
        expect(received.equals(bytes)).toBe(true);
      }
    });

    test("a blob that is there may be sent again", async () => {
      const { registry, place } = rig;
      const at = place("again");
      const blob = blobOf(Buffer.from("again"));
      for (let time = 0; time < 2; time += 1)
        expect(await registry.pushBlob(at, blob, ignore, never)).toEqual({ ok: true });
    });

    test("a blob that is not there is not found", async () => {
      const { registry, place } = rig;
      const at = place("none");
      const { outcome } = await pull(registry, at, { digest: nothing, sizeBytes: 7 });
      expect(outcome).toMatchObject({ error: { kind: "not-found" } });
    });

    test("a file that is not what it is said to be is refused, and not kept", async () => {
      const { registry, place, largeBytes } = rig;
      const at = place("damaged");
      for (const size of [5, largeBytes]) {
        const blob = { ...blobOf(randomBytes(size)), digest: sha256(`another ${size}`) };
        expect(await registry.pushBlob(at, blob, ignore, never)).toMatchObject({
          error: { kind: "damaged" },
        });
        expect(await registry.hasBlob(at, blob.digest, never)).toEqual({ ok: true, value: false });
      }
      const short = { ...blobOf(Buffer.from("short")), sizeBytes: 6 };
      expect(await registry.pushBlob(at, short, ignore, never)).toMatchObject({ error: { kind: "damaged" } });
      const gone = { ...short, path: join(directory, "gone") };
      expect(await registry.pushBlob(at, gone, ignore, never)).toMatchObject({ error: { kind: "file" } });
    });

    test("a blob of another size than was said is damaged, and one that cannot be written ends there", async () => {
      const { registry, place } = rig;
      const at = place("sizes");
      const blob = blobOf(Buffer.from("content"));
      await registry.pushBlob(at, blob, ignore, never);
      for (const sizeBytes of [6, 8])
        expect((await pull(registry, at, { ...blob, sizeBytes })).outcome).toMatchObject({
          error: { kind: "damaged" },
        });
      expect(await registry.pullBlob(at, blob, full, never)).toEqual({
        ok: false,
        error: { kind: "file", message: "no space left" },
      });
    });

    test("a manifest that speaks of what is not there is refused", async () => {
      const { registry, place } = rig;
      const at = place("dangling");
      const known = blobOf(Buffer.from("{}"));
      await registry.pushBlob(at, known, ignore, never);
      const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: nothing, size: 7 };
      const manifest = imageOf(known, [layer]);
      expect(await registry.putManifest(at, tagNamed("1"), manifest, never)).toMatchObject({
        error: { kind: "refused" },
      });
      expect(await registry.resolve(at, tagNamed("1"), never)).toEqual({ ok: true, value: undefined });
    });

    test("an index over images is a manifest like any other", async () => {
      const { registry, place } = rig;
      const at = place("index");
      const image = await putOneLayer(registry, at, tagNamed("image"), "first");
      const child = { mediaType: manifestType, digest: image.digest, size: image.manifest.bytes.byteLength };
      const index = manifestOf({
        mediaType: indexType,
        manifests: [{ ...child, platform: { os: "linux", architecture: "arm64" } }],
        annotations: { "io.lamina.layer": "rust" },
      });
      const digest = sha256(index.bytes);
      expect(await registry.putManifest(at, tagNamed("1"), index, never)).toEqual({
        ok: true,
        value: digest,
      });
      expect(await registry.resolve(at, tagNamed("1"), never)).toEqual({
        ok: true,
        value: { mediaType: indexType, digest, sizeBytes: index.bytes.byteLength },
      });
    });

    test("a blob is taken over from a repository that has it, or it is not", async () => {
      const { registry, place, mounts } = rig;
      const [from, to] = [place("from"), place("to")];
      const blob = blobOf(randomBytes(100));
      await registry.pushBlob(from, blob, ignore, never);
      expect(await registry.mountBlob(to, nothing, from.name, never)).toEqual({ ok: true, value: false });
      expect(await registry.mountBlob(to, blob.digest, from.name, never)).toEqual({
        ok: true,
        value: mounts,
      });
      expect(await registry.hasBlob(to, blob.digest, never)).toEqual({ ok: true, value: mounts });
    });

    test("hundreds of questions at once are all answered", async () => {
      const { registry, place } = rig;
      const at = place("many");
      const { digest } = await putOneLayer(registry, at, tagNamed("1"), "first");
      const versions = Array.from({ length: 200 }, (_, number) =>
        number % 2 === 0 ? digest : sha256(String(number)),
      );
      const answers = await Promise.all(versions.map((version) => registry.resolve(at, version, never)));
      expect(answers.map((answer) => answer.ok && answer.value?.digest)).toEqual(
        versions.map((version) => (version === digest ? digest : undefined)),
      );
    });

    test("whoever asks with an aborted signal hears that it is canceled", async () => {
      const { registry, place } = rig;
      const at = place("canceled");
      const blob = blobOf(Buffer.from("canceled"));
      const aborted = AbortSignal.abort();
      const calls = [
        registry.resolve(at, nothing, aborted),
        registry.readManifest(at, nothing, aborted),
        registry.putManifest(at, tagNamed("1"), manifestOf({ mediaType: indexType, manifests: [] }), aborted),
        registry.hasBlob(at, nothing, aborted),
        registry.pushBlob(at, blob, ignore, aborted),
        registry.pullBlob(at, blob, () => Promise.resolve(), aborted),
        registry.mountBlob(at, nothing, at.name, aborted),
        registry.deleteTag(at, tagNamed("1"), aborted),
        registry.deleteManifest(at, nothing, aborted),
        registry.listTags(at, aborted),
        registry.listRepositories(at.registry, aborted),
      ];
      for (const call of calls) expect(await call).toEqual({ ok: false, error: { kind: "canceled" } });
    });

    test("a transfer that is canceled on its way ends", async () => {
      const { registry, place, largeBytes } = rig;
      const at = place("midway");
      const blob = blobOf(randomBytes(largeBytes));
      const sending = new AbortController();
      const sent = registry.pushBlob(at, blob, () => sending.abort(), sending.signal);
      expect(await sent).toEqual({ ok: false, error: { kind: "canceled" } });
      await registry.pushBlob(at, blob, ignore, never);
      const fetching = new AbortController();
      const stop = (): Promise<void> => {
        fetching.abort();
        return Promise.resolve();
      };
      expect(await registry.pullBlob(at, blob, stop, fetching.signal)).toEqual({
        ok: false,
        error: { kind: "canceled" },
      });
    });

    /** An image of one layer. */
    async function putOneLayer(registry: Registry, at: RepositoryPlace, tag: ImageTag, word: string) {
      return await putLayer(registry, at, tag, word, blobOf);
    }
  });
}

/** An image whose blobs lie in files of their own folder. */
async function putOneLayer(registry: Registry, at: RepositoryPlace, tag: ImageTag, word: string) {
  const directory = mkdtempSync(join(tmpdir(), "lamina-image-"));
  const blobOf = (bytes: Uint8Array): BlobFile => {
    const path = join(directory, sha256(bytes).slice(7, 27));
    writeFileSync(path, bytes);
    return { digest: sha256(bytes), sizeBytes: bytes.byteLength, path };
  };
  try {
    return await putLayer(registry, at, tag, word, blobOf);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface PutImage {
  readonly manifest: Manifest;
  readonly digest: Digest;
}

async function putLayer(
  registry: Registry,
  at: RepositoryPlace,
  tag: ImageTag,
  word: string,
  blobOf: (bytes: Uint8Array) => BlobFile,
): Promise<PutImage> {
  const config = blobOf(
    Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", word, rootfs: {} })),
  );
  const layer = blobOf(Buffer.from(`layer of ${word}`));
  for (const blob of [config, layer])
    expect(await registry.pushBlob(at, blob, ignore, never)).toEqual({ ok: true });
  const mediaType = "application/vnd.oci.image.layer.v1.tar";
  const manifest = imageOf(config, [{ mediaType, digest: layer.digest, size: layer.sizeBytes }]);
  return await put(registry, at, tag, manifest);
}

/** For bodies that keep no blobs. */
async function putEmptyIndex(
  registry: Registry,
  at: RepositoryPlace,
  tag: ImageTag,
  word: string,
): Promise<PutImage> {
  return await put(
    registry,
    at,
    tag,
    manifestOf({ mediaType: indexType, manifests: [], annotations: { word } }),
  );
}

async function put(
  registry: Registry,
  at: RepositoryPlace,
  tag: ImageTag,
  manifest: Manifest,
): Promise<PutImage> {
  const digest = sha256(manifest.bytes);
  expect(await registry.putManifest(at, tag, manifest, never)).toEqual({ ok: true, value: digest });
  return { manifest, digest };
}

function imageOf(config: BlobFile, layers: readonly object[]): Manifest {
  const mediaType = "application/vnd.oci.image.config.v1+json";
  const described = { mediaType, digest: config.digest, size: config.sizeBytes };
  return manifestOf({ mediaType: manifestType, config: described, layers });
}

function manifestOf(content: { readonly mediaType: string; readonly [field: string]: unknown }): Manifest {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, ...content }));
  return { mediaType: content.mediaType, bytes };
}

async function pull(registry: Registry, at: RepositoryPlace, blob: { digest: Digest; sizeBytes: number }) {
  const pieces: Uint8Array[] = [];
  const write = (piece: Uint8Array): Promise<void> => {
    pieces.push(piece);
    return Promise.resolve();
  };
  const outcome = await registry.pullBlob(at, blob, write, never);
  return { outcome, received: Buffer.concat(pieces) };
}
