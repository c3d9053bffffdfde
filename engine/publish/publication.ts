// What a run made, put into the registry: each image as soon as it is proven, under its digest alone; when all are there, what the
// tags are to point to; and then the tags, all of them or none.
//
//   offer ──push──▶ there ──all of the run──▶ indexes written ──▶ promotion (see promotion.ts)

import { type ImageTag, parseImageTag } from "../../schemas/image-tag.ts";
import { indexMediaType } from "../../schemas/layer-index.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { TagMove } from "../../schemas/promotion.ts";
import type { Layer } from "../catalog/layer.ts";
import { type ImageDigest, imageDigest, sha256 } from "../core/digest.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { RepositoryPlace } from "../plan/registry-mapper.ts";
import type { ImageTransfer, TransferFailure } from "../ports/image-transfer.ts";
import type { ManifestDescriptor, RegistryFailure } from "../ports/registry.ts";
import type { SourceFacts } from "../ports/source-facts.ts";
import { composeIndex, joinImages, type LayerImage, readIndex } from "./layer-index.ts";
import { type PromotionDeps, type PromotionEnd, promote } from "./promotion.ts";
import { type LayerRepositories, tagOfInput } from "./published-layers.ts";
import { versionTag } from "./version-tag.ts";

export interface PublicationDeps extends PromotionDeps {
  readonly transfer: Pick<ImageTransfer, "push">;
  /** By registry that they go to; all of them are promoted together. */
  readonly targets: readonly LayerRepositories[];
  readonly workspace: string;
  readonly facts: SourceFacts;
  /** Told of each image that was sent. */
  readonly onPushed: (pushed: PushedImage) => void;
}

export interface PushedImage {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly image: ImageDigest;
  /** "registry.example/lamina/rust". */
  readonly repository: string;
  readonly sentBytes: number;
}

export type PublicationEnd =
  /** Some images did not get there: no tag has moved. */
  | { readonly kind: "not-pushed"; readonly failures: readonly FailedPush[] }
  /** Images are there, but not what tags are to point to: none has moved. */
  | { readonly kind: "unprepared"; readonly failure: RegistryFailure }
  | PromotionEnd;

export interface FailedPush {
  readonly layer: LayerName;
  readonly failure: TransferFailure;
}

/** An image that the lock speaks of. */
interface Offer {
  readonly layer: Layer;
  readonly platform: Platform;
  readonly entry: LockEntry;
  readonly target: LayerRepositories;
  readonly repository: RepositoryPlace;
}

interface Pushed {
  readonly offer: Offer;
  readonly image: LayerImage;
}

export class Publication {
  readonly #deps: PublicationDeps;
  readonly #signal: AbortSignal;
  readonly #abandoned = new AbortController();
  readonly #pushes: {
    readonly offer: Offer;
    readonly pushed: Promise<Result<Pushed, TransferFailure>>;
  }[] = [];

  /** `signal` ends the pushes; a promotion that has begun goes on to its end. */
  constructor(deps: PublicationDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = AbortSignal.any([signal, this.#abandoned.signal]);
  }

  /** Begins to push what was proven. What goes wrong is told by `conclude`. */
  offer(layer: Layer, platform: Platform, entry: LockEntry): void {
    for (const target of this.#deps.targets) {
      const repository = target.get(layer.name);
      if (repository === undefined) throw new Error(`${layer.name} has no repository to be published in`);
      const offer = { layer, platform, entry, target, repository };
      this.#pushes.push({ offer, pushed: this.#push(offer) });
    }
  }

  /** To be called when nothing more is offered. */
  async conclude(runId: string): Promise<PublicationEnd> {
    const failures: FailedPush[] = [];
    const ready: Pushed[] = [];
    for (const { offer, pushed } of this.#pushes) {
      const first = await pushed;
      // A registry may clear away what has no tag: what was pushed a while ago is looked for once more.
      const last = first.ok ? await this.#push(offer) : first;
      if (last.ok) ready.push(last.value);
      else failures.push({ layer: offer.layer.name, failure: last.error });
    }
    if (failures.length > 0) return { kind: "not-pushed", failures };

    const byRepository = Map.groupBy(ready, ({ offer }) => offer.repository);
    const prepared = await Promise.all(
      Array.from(byRepository, ([repository, pushed]) => this.#prepareMoves(repository, pushed)),
    );
    const moves: TagMove[] = [];
    for (const each of prepared) {
      if (!each.ok) return { kind: "unprepared", failure: each.error };
      moves.push(...each.value);
    }
    return promote(runId, moves, this.#deps);
  }

  /** Ends the pushes, where nothing is to be promoted. */
  async abandon(): Promise<void> {
    this.#abandoned.abort(new Error("the run is not whole"));
    await Promise.all(this.#pushes.map(({ pushed }) => pushed));
  }

  async #push(offer: Offer): Promise<Result<Pushed, TransferFailure>> {
    const { entry, platform } = offer;
    const manifest = await this.#bring(offer);
    if (!manifest.ok) return manifest;
    const { mediaType, sizeBytes } = manifest.value;
    const image: LayerImage = {
      platform,
      manifest: { mediaType, digest: entry.image, size: sizeBytes },
      input: entry.input,
      sizeBytes: entry.sizeBytes,
      tools: entry.tools,
      base: baseOf(offer),
      revision: this.#deps.facts.revision,
      attestations: [],
    };
    return ok({ offer, image });
  }

  /** Sends the image where it is not there. */
  async #bring({
    layer,
    platform,
    entry,
    target,
    repository,
  }: Offer): Promise<Result<ManifestDescriptor, TransferFailure>> {
    const { registry, transfer, onPushed } = this.#deps;
    const standing = await registry.resolve(repository, entry.image, this.#signal);
    if (!standing.ok) return standing;
    if (standing.value !== undefined) return ok(standing.value);
    const parents = Object.keys(entry.inputs.parents);
    const mountFrom = Array.from(target).flatMap(([name, place]) =>
      parents.includes(name) ? [place.name] : [],
    );
    const request = { image: entry.image, repository, tags: [], mountFrom };
    const sent = await transfer.push(request, () => {}, this.#signal);
    if (!sent.ok) return sent;
    const { image } = entry;
    const { sentBytes } = sent.value;
    onPushed({ layer: layer.name, platform, image, repository: nameOfPlace(repository), sentBytes });
    const found = await registry.resolve(repository, entry.image, this.#signal);
    if (!found.ok) return found;
    const message = `${nameOfPlace(repository)} does not show what was sent to it`;
    return found.value === undefined ? err({ kind: "not-found", message }) : ok(found.value);
  }

  /** Writes what the tags of a layer are to point to, and tells which of them are to move. */
  async #prepareMoves(
    repository: RepositoryPlace,
    pushed: readonly Pushed[],
  ): Promise<Result<readonly TagMove[], RegistryFailure>> {
    const layer = pushed[0]?.offer.layer;
    if (layer === undefined) return ok([]);
    const images = pushed.map(({ image }) => image);
    const versions = Map.groupBy(images, ({ tools }) => versionTag(layer, tools));
    const latest = parseImageTag("latest");
    const wanted = [
      ...images.map((image) => ({ tag: tagOfInput(image.input), images: [image], joins: false })),
      ...Array.from(versions, ([tag, of]) => ({ tag, images: of, joins: true })),
      { tag: latest, images, joins: true },
    ];
    const moves: TagMove[] = [];
    for (const { tag, images: fresh, joins } of wanted) {
      if (tag === undefined) continue;
      const move = await this.#prepareMove(layer, repository, tag, fresh, joins);
      if (!move.ok) return move;
      if (move.value !== undefined) moves.push(move.value);
    }
    return ok(moves);
  }

  /** Undefined where the tag points to just that already. `joins`: what it holds of other platforms stays. */
  async #prepareMove(
    layer: Layer,
    repository: RepositoryPlace,
    tag: ImageTag,
    fresh: readonly LayerImage[],
    joins: boolean,
  ): Promise<Result<TagMove | undefined, RegistryFailure>> {
    const { registry, workspace, facts } = this.#deps;
    const { name, registry: address } = repository;
    const standing = await registry.resolve(repository, tag, this.#signal);
    if (!standing.ok) return standing;
    const from = standing.value === undefined ? null : imageDigest(standing.value.digest);
    const there = from === null ? ok([]) : await this.#readImages(repository, from);
    if (!there.ok) return there;
    const images = joins ? joinImages(there.value, fresh) : fresh;
    if (fresh.every((image) => there.value.some((each) => isSame(image, each)))) return ok(undefined);
    const bytes = new TextEncoder().encode(
      composeIndex({ layer: layer.name, workspace, source: facts.source, images }),
    );
    const to = imageDigest(sha256(bytes));
    const put = await registry.putManifest(
      repository,
      to,
      { mediaType: indexMediaType, bytes },
      this.#signal,
    );
    return put.ok ? ok({ registry: address, repository: name, tag, from, to }) : put;
  }

  /** Those images of an index that are still there. */
  async #readImages(
    repository: RepositoryPlace,
    index: ImageDigest,
  ): Promise<Result<readonly LayerImage[], RegistryFailure>> {
    const { registry } = this.#deps;
    const read = await registry.readManifest(repository, index, this.#signal);
    if (!read.ok) return read.error.kind === "not-found" ? ok([]) : read;
    const present: LayerImage[] = [];
    for (const image of readIndex(new TextDecoder().decode(read.value.bytes))) {
      const found = await registry.resolve(repository, image.manifest.digest, this.#signal);
      if (!found.ok) return found;
      if (found.value !== undefined) present.push(image);
    }
    return ok(present);
  }
}

function baseOf({ layer, entry, target }: Offer): LayerImage["base"] {
  const { build_base: base } = layer.workflow;
  const isLayer = typeof base === "string";
  const place = isLayer ? target.get(base) : undefined;
  const name = isLayer ? place && nameOfPlace(place) : base.image;
  const digest = isLayer ? entry.inputs.parents[base] : entry.inputs.bases[base.image];
  return name === undefined || digest === undefined ? undefined : { name, digest };
}

/** Whether nothing but the commit differs. */
function isSame(a: LayerImage, b: LayerImage): boolean {
  return a.platform === b.platform && a.input === b.input && a.manifest.digest === b.manifest.digest;
}

function nameOfPlace({ registry, name }: RepositoryPlace): string {
  return `${registry}/${name}`;
}
