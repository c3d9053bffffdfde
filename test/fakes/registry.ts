// A registry in memory, held by the laws of test/ports/registry.ts. `gate` comes before every change: what it does not let
// through never happens, as where the process was killed that asked for it.

import { type Digest, isDigest, sha256 } from "../../engine/core/digest.ts";
import { err, ok } from "../../engine/core/result.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type { Manifest, Registry, RegistryFailure } from "../../engine/ports/registry.ts";
import { parseImageTag } from "../../schemas/image-tag.ts";
import { parseRepositoryName } from "../../schemas/repository-name.ts";

export interface Change {
  readonly kind: "put" | "delete-tag" | "push-blob";
  /** "registry.example/lamina/rust:latest", or with "@" and a digest. */
  readonly name: string;
}

interface Shelf {
  readonly manifests: Map<string, Manifest>;
  readonly tags: Map<string, string>;
  readonly blobs: Set<string>;
}

export class FakeRegistry implements Registry {
  readonly #shelves = new Map<string, Shelf>();
  /** Lets a change through, or fails it; "blocked": it never happens; "lost": it does, and nobody hears of it. */
  gate: (change: Change) => RegistryFailure | "blocked" | "lost" | undefined = () => undefined;
  deletesTags = true;
  /** Requests that asked and changed nothing. */
  looks = 0;

  /** Every tag with what it points to, as "repository:tag" to a digest. */
  tags(): Readonly<Record<string, string>> {
    const all = Array.from(this.#shelves).flatMap(([name, { tags }]) =>
      Array.from(tags, ([tag, digest]) => [`${name}:${tag}`, digest] as const),
    );
    return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The JSON that a tag points to. */
  read(place: RepositoryPlace, tag: string): unknown {
    const shelf = this.#shelfOf(place);
    const manifest = shelf.manifests.get(shelf.tags.get(tag) ?? "");
    return manifest === undefined ? undefined : JSON.parse(new TextDecoder().decode(manifest.bytes));
  }

  /** Puts an image there of which nobody reads the manifest. */
  plant(place: RepositoryPlace, digest: Digest): void {
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    this.#shelfOf(place).manifests.set(digest, { mediaType, bytes: new Uint8Array(100) });
  }

  /** As somebody else would. */
  point(place: RepositoryPlace, tag: string, digest: Digest): void {
    this.#shelfOf(place).tags.set(tag, digest);
  }

  resolve: Registry["resolve"] = async (place, version, signal) => {
    if (signal.aborted) return err({ kind: "canceled" });
    this.looks += 1;
    const shelf = this.#shelfOf(place);
    const digest = isDigest(version) ? version : shelf.tags.get(version);
    const manifest = digest === undefined ? undefined : shelf.manifests.get(digest);
    if (digest === undefined || manifest === undefined) return ok(undefined);
    return ok({ mediaType: manifest.mediaType, digest, sizeBytes: manifest.bytes.byteLength });
  };

  readManifest: Registry["readManifest"] = async (place, version, signal) => {
    if (signal.aborted) return err({ kind: "canceled" });
    this.looks += 1;
    const shelf = this.#shelfOf(place);
    const manifest = shelf.manifests.get(isDigest(version) ? version : (shelf.tags.get(version) ?? ""));
    if (manifest === undefined)
      return err({ kind: "not-found", message: `${place.registry} has no ${place.name} ${version}` });
    return ok({ ...manifest, digest: sha256(manifest.bytes) });
  };

  putManifest: Registry["putManifest"] = async (place, version, manifest, signal) => {
    if (signal.aborted) return err({ kind: "canceled" });
    const verdict = this.gate({ kind: "put", name: nameOf(place, version) });
    if (verdict === "blocked") return silence();
    if (typeof verdict === "object") return err(verdict);
    const shelf = this.#shelfOf(place);
    const digest = sha256(manifest.bytes);
    if (isDigest(version) && version !== digest)
      return err({ kind: "damaged", message: `what was to be ${version} is ${digest}` });
    shelf.manifests.set(digest, manifest);
    if (!isDigest(version)) shelf.tags.set(version, digest);
    return verdict === "lost" ? silence() : ok(digest);
  };

  hasBlob: Registry["hasBlob"] = async (place, digest) => ok(this.#shelfOf(place).blobs.has(digest));

  pushBlob: Registry["pushBlob"] = async (place, blob, report) => {
    const verdict = this.gate({ kind: "push-blob", name: nameOf(place, blob.digest) });
    if (verdict === "blocked" || verdict === "lost") return silence();
    if (verdict !== undefined) return err(verdict);
    this.#shelfOf(place).blobs.add(blob.digest);
    report(blob.sizeBytes);
    return ok(undefined);
  };

  pullBlob: Registry["pullBlob"] = async () => err({ kind: "unsupported", message: "it keeps no bytes" });

  mountBlob: Registry["mountBlob"] = async (place, digest, from) => {
    if (!this.#shelfOf({ ...place, name: from }).blobs.has(digest)) return ok(false);
    this.#shelfOf(place).blobs.add(digest);
    return ok(true);
  };

  deleteTag: Registry["deleteTag"] = async (place, tag) => {
    if (!this.deletesTags) return err({ kind: "unsupported", message: "it deletes by digest only" });
    const verdict = this.gate({ kind: "delete-tag", name: nameOf(place, tag) });
    if (verdict === "blocked" || verdict === "lost") return silence();
    return verdict === undefined ? ok(this.#shelfOf(place).tags.delete(tag)) : err(verdict);
  };

  deleteManifest: Registry["deleteManifest"] = async (place, digest) => {
    const shelf = this.#shelfOf(place);
    for (const [tag, target] of shelf.tags) if (target === digest) shelf.tags.delete(tag);
    return ok(shelf.manifests.delete(digest));
  };

  listTags: Registry["listTags"] = async (place) =>
    ok(
      Array.from(this.#shelfOf(place).tags.keys())
        .sort()
        .flatMap((text) => parseImageTag(text) ?? []),
    );

  listRepositories: Registry["listRepositories"] = async (registry) =>
    ok(
      Array.from(this.#shelves.keys())
        .filter((name) => name.startsWith(`${registry}/`))
        .sort()
        .flatMap((name) => parseRepositoryName(name.slice(registry.length + 1)) ?? []),
    );

  #shelfOf({ registry, name }: RepositoryPlace): Shelf {
    const key = `${registry}/${name}`;
    const shelf = this.#shelves.get(key) ?? { manifests: new Map(), tags: new Map(), blobs: new Set() };
    this.#shelves.set(key, shelf);
    return shelf;
  }
}

/** Of a process that is no more. */
function silence(): Promise<never> {
  return new Promise(() => {});
}

function nameOf({ registry, name }: RepositoryPlace, version: string): string {
  return `${registry}/${name}${isDigest(version) ? "@" : ":"}${version}`;
}
