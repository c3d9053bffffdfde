// What stands under a tag of a registry, measured: its blobs, the images that it names, and since when it stands there, as far as
// anybody tells.

import { annotationKeys } from "../../schemas/layer-index.ts";
import {
  type BlobEntry,
  cacheConfig,
  cacheConfigMediaType,
  type RegistryManifest,
  registryManifest,
} from "../../schemas/registry-manifest.ts";
import type { Digest } from "../core/digest.ts";
import { ok, type Result } from "../core/result.ts";
import type { RepositoryPlace, TagPlace } from "../plan/registry-mapper.ts";
import type { Registry, RegistryFailure } from "../ports/registry.ts";
import { type LayerImage, readIndex } from "../publish/layer-index.ts";

export interface Tagged {
  readonly place: TagPlace;
  /** Of the manifest that the tag points to. */
  readonly digest: Digest;
  /** Compressed bytes by digest, of all that it speaks of, with its manifests. */
  readonly blobs: ReadonlyMap<Digest, number>;
  /** Manifests that it lists. */
  readonly children: ReadonlySet<Digest>;
  /** Of an index of a layer's. */
  readonly images: readonly LayerImage[];
  /** When it was written, or at least not before; undefined where nobody tells. Milliseconds since the epoch. */
  readonly writtenAtMs: number | undefined;
}

export type TagReader = Pick<Registry, "readManifest" | "pullBlob">;

/** Of a cache's configuration that is read for its dates; larger ones tell none. */
const maxConfigBytes = 4 * 1024 * 1024;

/** Undefined where the tag is gone. What cannot be understood has its own size alone. */
export async function readTagged(
  registry: TagReader,
  place: TagPlace,
  signal: AbortSignal,
): Promise<Result<Tagged | undefined, RegistryFailure>> {
  const read = await registry.readManifest(place, place.tag, signal);
  if (!read.ok) return read.error.kind === "not-found" ? ok(undefined) : read;
  const { digest, bytes, modifiedAtMs } = read.value;
  const text = new TextDecoder().decode(bytes);
  const manifest = parseManifest(text);
  const blobs = new Map<Digest, number>([[digest, bytes.byteLength]]);
  const measured = await measure(registry, place, manifest, blobs, signal);
  if (!measured.ok) return measured;
  const created = Date.parse(manifest?.annotations[annotationKeys.created] ?? "");
  const writtenAtMs = Number.isNaN(created)
    ? (modifiedAtMs ?? (await findNewestStep(registry, place, manifest?.config, signal)))
    : created;
  const children = new Set<Digest>(manifest?.manifests.map((child) => child.digest));
  return ok({ place, digest, blobs, children, images: readIndex(text), writtenAtMs });
}

/** Adds what a manifest speaks of; what of it is gone counts no more than its own size. */
async function measure(
  registry: TagReader,
  place: RepositoryPlace,
  manifest: RegistryManifest | undefined,
  blobs: Map<Digest, number>,
  signal: AbortSignal,
): Promise<Result<void, RegistryFailure>> {
  if (manifest === undefined) return ok(undefined);
  const { config, layers, manifests } = manifest;
  for (const { digest, size } of [...(config === undefined ? [] : [config]), ...layers, ...manifests])
    blobs.set(digest, size);
  for (const child of manifests.filter(isManifest)) {
    const read = await registry.readManifest(place, child.digest, signal);
    if (!read.ok && read.error.kind !== "not-found") return read;
    if (!read.ok) continue;
    const inner = parseManifest(new TextDecoder().decode(read.value.bytes));
    // Indexes of indexes are nobody's here, and would only make this go on for ever.
    for (const { digest, size } of inner === undefined ? [] : [inner.config ?? [], inner.layers].flat())
      blobs.set(digest, size);
  }
  return ok(undefined);
}

/** BuildKit's older form of a cache is an index of blobs. */
function isManifest({ mediaType }: BlobEntry): boolean {
  return /\b(manifest|image\.index)\b/.test(mediaType);
}

/** When the last of a build cache's steps was made: it was not written before that. */
async function findNewestStep(
  registry: TagReader,
  place: RepositoryPlace,
  config: BlobEntry | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (config?.mediaType !== cacheConfigMediaType || config.size > maxConfigBytes) return undefined;
  const pieces: Uint8Array[] = [];
  const write = (piece: Uint8Array): Promise<void> => {
    pieces.push(piece);
    return Promise.resolve();
  };
  const pulled = await registry.pullBlob(
    place,
    { digest: config.digest, sizeBytes: config.size },
    write,
    signal,
  );
  const records = pulled.ok ? cacheConfig.safeParse(parseJson(textOf(pieces))).data?.records : undefined;
  const times = (records ?? [])
    .flatMap(({ layers, chains }) => layers.concat(chains))
    .map(({ createdAt }) => Date.parse(createdAt ?? ""))
    // Steps of no date are dated to the year 1, those of reproducible images to 1970.
    .filter((time) => time > 0);
  return times.length === 0 ? undefined : times.reduce((newest, time) => Math.max(newest, time));
}

function textOf(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}

function parseManifest(text: string): RegistryManifest | undefined {
  return registryManifest.safeParse(parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
