// What a run made, put into the registry: each image as soon as it is proven, under its digest alone; when all are there, what is
// stated of those that are new, and what the tags are to point to; and then the tags, all of them or none.
//
//   offer ──push──▶ there ──all of the run──▶ attested ──▶ indexes written ──▶ promotion (see promotion.ts)

import { type ImageTag, parseImageTag } from "../../schemas/image-tag.ts";
import { type IndexDescriptor, indexMediaType } from "../../schemas/layer-index.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { TagMove } from "../../schemas/promotion.ts";
import type { Layer } from "../catalog/layer.ts";
import { type ImageDigest, imageDigest, sha256 } from "../core/digest.ts";
import type { Clock } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { RepositoryPlace } from "../plan/registry-mapper.ts";
import { stepKey } from "../plan/step.ts";
import type { ImageTransfer, TransferFailure } from "../ports/image-transfer.ts";
import type { RegistryFailure } from "../ports/registry.ts";
import type { SourceFacts } from "../ports/source-facts.ts";
import type { AttestedImage } from "./attest.ts";
import { qualifyBaseName } from "./base-name.ts";
import { composeIndex, joinImages, type LayerImage, readIndex } from "./layer-index.ts";
import { type PromotionDeps, type PromotionEnd, promote } from "./promotion.ts";
import { type LayerRepositories, type PublishedLayers, tagOfInput } from "./published-layers.ts";
import { versionOfLayer, versionTag } from "./version-tag.ts";

export interface PublicationDeps extends PromotionDeps {
  readonly transfer: ImageTransfer;
  /** Where images that are not here may be had from. */
  readonly published: Pick<PublishedLayers, "placeOf" | "attestationsOf">;
  /** By registry that they go to; all of them are promoted together. */
  readonly targets: readonly LayerRepositories[];
  readonly workspace: string;
  /** The tag of whatever is newest; "latest" where it is left out. */
  readonly newest?: ImageTag | undefined;
  readonly facts: SourceFacts;
  readonly clock: Pick<Clock, "nowMs">;
  /** Makes the image of a layer's artifacts. */
  readonly collect: (
    layer: Layer,
    platform: Platform,
    entry: LockEntry,
    signal: AbortSignal,
  ) => Promise<Result<CollectedArtifacts, CollectFailure>>;
  /** Makes what is attached to an image of a layer's; it lies in the store when it resolves. */
  readonly attest: (
    image: AttestedImage,
    signal: AbortSignal,
  ) => Promise<Result<IndexDescriptor, RegistryFailure>>;
  /** Told of each image that was sent. */
  readonly onPushed: (pushed: PushedImage) => void;
}

/** Artifacts of a layer in an image of their own, in the store. */
export interface CollectedArtifacts {
  readonly image: ImageDigest;
  readonly sizeBytes: number;
}

export type CollectFailure =
  | { readonly kind: "not-collected"; readonly message: string }
  | { readonly kind: "canceled" };

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
  readonly failure: PushFailure;
}

export type PushFailure = TransferFailure | CollectFailure;

/** An image that the lock speaks of. */
interface Offer {
  readonly layer: Layer;
  readonly platform: Platform;
  readonly entry: LockEntry;
  readonly build: AttestedImage["build"];
  readonly target: LayerRepositories;
  readonly repository: RepositoryPlace;
}

interface Pushed {
  readonly offer: Offer;
  readonly image: LayerImage;
  /** Undefined where it has none. */
  readonly artifacts: LayerImage | undefined;
}

export class Publication {
  readonly #deps: PublicationDeps;
  readonly #signal: AbortSignal;
  readonly #abandoned = new AbortController();
  readonly #pushes: {
    readonly offer: Offer;
    readonly pushed: Promise<Result<Pushed, PushFailure>>;
  }[] = [];

  /** By layer and platform, attestations by image as well: once for all registries. */
  readonly #collects = new Map<string, Promise<Result<CollectedArtifacts, CollectFailure>>>();
  readonly #attests = new Map<string, Promise<Result<IndexDescriptor, RegistryFailure>>>();

  /** `signal` ends the pushes; a promotion that has begun goes on to its end. */
  constructor(deps: PublicationDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = AbortSignal.any([signal, this.#abandoned.signal]);
  }

  /** Begins to push what was proven; `build` where this run built it. What goes wrong is told by `conclude`. */
  offer(layer: Layer, platform: Platform, entry: LockEntry, build?: AttestedImage["build"]): void {
    for (const target of this.#deps.targets) {
      const repository = target.get(layer.name);
      if (repository === undefined) throw new Error(`${layer.name} has no repository to be published in`);
      const offer = { layer, platform, entry, build, target, repository };
      this.#pushes.push({ offer, pushed: this.#push(offer) });
    }
  }

  /** Waits until all that was offered is there, or not: what builds may then be given back. */
  async settle(): Promise<void> {
    await Promise.all(this.#pushes.map(({ pushed }) => pushed));
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
      Array.from(byRepository, ([repository, pushed]) => this.#prepareMoves(repository, pushed, runId)),
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

  async #push(offer: Offer): Promise<Result<Pushed, PushFailure>> {
    const { entry, platform, layer } = offer;
    const manifest = await this.#bring(offer, entry.image);
    if (!manifest.ok) return manifest;
    const image: LayerImage = {
      platform,
      manifest: manifest.value,
      input: entry.input,
      sizeBytes: entry.sizeBytes,
      version: versionOfLayer(layer, entry.tools),
      tools: entry.tools,
      base: baseOf(offer),
      revision: this.#deps.facts.revision,
      attestations: [],
    };
    if (layer.workflow.artifact_paths.length === 0) return ok({ offer, image, artifacts: undefined });
    const artifacts = await this.#pushArtifacts(offer, image);
    return artifacts.ok ? ok({ offer, image, artifacts: artifacts.value }) : artifacts;
  }

  /** Those that are there of the same inputs are not made again. */
  async #pushArtifacts(offer: Offer, image: LayerImage): Promise<Result<LayerImage, PushFailure>> {
    const { layer, platform, entry, repository } = offer;
    const tagged = await this.#deps.registry.resolve(
      repository,
      artifactsTag(tagOfInput(entry.input)),
      this.#signal,
    );
    if (!tagged.ok) return tagged;
    const standing =
      tagged.value === undefined
        ? ok([])
        : await this.#readImages(repository, imageDigest(tagged.value.digest));
    if (!standing.ok) return standing;
    const same = standing.value.find((each) => each.platform === platform && each.input === entry.input);
    if (same !== undefined) return ok(same);
    const collected = await this.#collect(layer, platform, entry);
    if (!collected.ok) return collected;
    const manifest = await this.#bring(offer, collected.value.image);
    if (!manifest.ok) return manifest;
    return ok({ ...image, manifest: manifest.value, sizeBytes: collected.value.sizeBytes });
  }

  #collect(
    layer: Layer,
    platform: Platform,
    entry: LockEntry,
  ): Promise<Result<CollectedArtifacts, CollectFailure>> {
    const key = stepKey(layer.name, platform);
    const collected = this.#collects.get(key) ?? this.#deps.collect(layer, platform, entry, this.#signal);
    this.#collects.set(key, collected);
    return collected;
  }

  /** Sends an image of the layer's where it is not there. */
  async #bring(
    { layer, platform, entry, target, repository }: Offer,
    image: ImageDigest,
  ): Promise<Result<LayerImage["manifest"], TransferFailure>> {
    const { registry, transfer, onPushed } = this.#deps;
    const find = async (): Promise<Result<LayerImage["manifest"] | undefined, RegistryFailure>> => {
      const found = await registry.resolve(repository, image, this.#signal);
      if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
      const { mediaType, sizeBytes } = found.value;
      return ok({ mediaType, digest: image, size: sizeBytes });
    };
    const standing = await find();
    if (!standing.ok) return standing;
    if (standing.value !== undefined) return ok(standing.value);
    const parents = Object.keys(entry.inputs.parents);
    const mountFrom = Array.from(target).flatMap(([name, place]) =>
      parents.includes(name) ? [place.name] : [],
    );
    const push = () => transfer.push({ image, repository, tags: [], mountFrom }, () => {}, this.#signal);
    let sent = await push();
    const elsewhere = this.#deps.published.placeOf(image);
    if (!sent.ok && sent.error.kind === "not-stored" && elsewhere !== undefined) {
      const pulled = await transfer.pull(elsewhere, image, () => {}, this.#signal);
      if (!pulled.ok) return pulled;
      sent = await push();
    }
    if (!sent.ok) return sent;
    const { sentBytes } = sent.value;
    onPushed({ layer: layer.name, platform, image, repository: nameOfPlace(repository), sentBytes });
    const found = await find();
    if (!found.ok) return found;
    const message = `${nameOfPlace(repository)} does not show what was sent to it`;
    return found.value === undefined ? err({ kind: "not-found", message }) : ok(found.value);
  }

  /** Writes what the tags of a layer are to point to, and tells which of them are to move. */
  async #prepareMoves(
    repository: RepositoryPlace,
    pushed: readonly Pushed[],
    runId: string,
  ): Promise<Result<readonly TagMove[], RegistryFailure>> {
    const layer = pushed[0]?.offer.layer;
    if (layer === undefined) return ok([]);
    const { newest = latest } = this.#deps;
    const images = pushed.map(({ image }) => image);
    const artifacts = pushed.flatMap((each) => each.artifacts ?? []);
    const wanted = [
      ...wantedTags(layer, images, newest, (tag) => tag),
      ...wantedTags(layer, artifacts, newest, artifactsTag),
    ];
    const tags: StandingTag[] = [];
    for (const each of wanted) {
      const read = await this.#readTag(repository, each);
      if (!read.ok) return read;
      tags.push(read.value);
    }
    const behind = tags.filter(
      ({ images: fresh, there }) => !fresh.every((image) => there.some((each) => isSame(image, each))),
    );
    const attested = new Map<LayerImage, LayerImage>();
    const there = tags.flatMap((each) => each.there);
    for (const { offer, image, artifacts: taken } of pushed)
      for (const each of taken === undefined ? [image] : [image, taken]) {
        if (!behind.some(({ images: fresh }) => fresh.includes(each))) continue;
        const attestations = await this.#attach(offer, each, there, runId);
        if (!attestations.ok) return attestations;
        attested.set(each, { ...each, attestations: attestations.value });
      }
    // One moment for all of them: tags of the same images point to the same index.
    const createdMs = this.#deps.clock.nowMs();
    const moves: TagMove[] = [];
    for (const tag of behind) {
      const fresh = tag.images.map((image) => attested.get(image) ?? image);
      const move = await this.#prepareMove(layer, repository, { ...tag, images: fresh }, createdMs);
      if (!move.ok) return move;
      moves.push(move.value);
    }
    return ok(moves);
  }

  /** What is attached to the image in this repository already, or was where it was found, or is made now; it is there then. */
  async #attach(
    offer: Offer,
    image: LayerImage,
    there: readonly LayerImage[],
    runId: string,
  ): Promise<Result<readonly IndexDescriptor[], RegistryFailure>> {
    const { published, workspace, attest } = this.#deps;
    const { layer, platform, entry, build, repository } = offer;
    const standing = there.find((each) => isSame(each, image) && each.attestations.length > 0);
    if (standing !== undefined) return ok(standing.attestations);
    const { manifest } = image;
    const elsewhere = published.placeOf(manifest.digest);
    const carried = published.attestationsOf(manifest.digest);
    if (elsewhere !== undefined && carried.length > 0) {
      const sent = await this.#carry(elsewhere, repository, carried);
      if (sent.ok) return ok(carried);
    }
    const collected =
      manifest.digest === entry.image
        ? undefined
        : { from: entry.image, paths: layer.workflow.artifact_paths };
    const key = `${stepKey(layer.name, platform)} ${manifest.digest}`;
    const subject = { workspace, layer: layer.name, platform, manifest, entry, runId };
    const made = this.#attests.get(key) ?? attest({ ...subject, build, collected }, this.#signal);
    this.#attests.set(key, made);
    const descriptor = await made;
    if (!descriptor.ok) return descriptor;
    const sent = await this.#send(repository, descriptor.value.digest);
    return sent.ok ? ok([descriptor.value]) : sent;
  }

  async #carry(
    from: RepositoryPlace,
    to: RepositoryPlace,
    attestations: readonly IndexDescriptor[],
  ): Promise<Result<void, RegistryFailure>> {
    for (const { digest } of attestations) {
      const pulled = await this.#deps.transfer.pull(from, digest, () => {}, this.#signal);
      if (!pulled.ok) return err(asRegistryFailure(pulled.error));
      const sent = await this.#send(to, digest);
      if (!sent.ok) return sent;
    }
    return ok(undefined);
  }

  async #send(repository: RepositoryPlace, image: ImageDigest): Promise<Result<void, RegistryFailure>> {
    const request = { image, repository, tags: [], mountFrom: [] };
    const sent = await this.#deps.transfer.push(request, () => {}, this.#signal);
    return sent.ok ? ok(undefined) : err(asRegistryFailure(sent.error));
  }

  async #readTag(
    repository: RepositoryPlace,
    wanted: WantedTag,
  ): Promise<Result<StandingTag, RegistryFailure>> {
    const standing = await this.#deps.registry.resolve(repository, wanted.tag, this.#signal);
    if (!standing.ok) return standing;
    const from = standing.value === undefined ? null : imageDigest(standing.value.digest);
    const there = from === null ? ok([]) : await this.#readImages(repository, from);
    return there.ok ? ok({ ...wanted, from, there: there.value }) : there;
  }

  async #prepareMove(
    layer: Layer,
    repository: RepositoryPlace,
    { tag, from, there, images: fresh, joins }: StandingTag,
    createdMs: number,
  ): Promise<Result<TagMove, RegistryFailure>> {
    const { registry, workspace, facts } = this.#deps;
    const { name, registry: address } = repository;
    const images = joins ? joinImages(there, fresh) : fresh;
    const bytes = new TextEncoder().encode(
      composeIndex({ layer: layer.name, workspace, source: facts.source, images, createdMs }),
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

  /** Those images of an index that are still there, with what is of their attestations. */
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
      if (found.value === undefined) continue;
      const attestations: IndexDescriptor[] = [];
      for (const each of image.attestations) {
        const attached = await registry.resolve(repository, each.digest, this.#signal);
        if (!attached.ok) return attached;
        if (attached.value !== undefined) attestations.push(each);
      }
      present.push({ ...image, attestations });
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
  return name === undefined || digest === undefined ? undefined : { name: qualifyBaseName(name), digest };
}

interface WantedTag {
  readonly tag: ImageTag;
  readonly images: readonly LayerImage[];
  /** What it holds of other platforms stays. */
  readonly joins: boolean;
}

/** `spell` makes the tags of what is published beside the images themselves. */
/** With what it points to today. */
interface StandingTag extends WantedTag {
  readonly from: ImageDigest | null;
  readonly there: readonly LayerImage[];
}

function wantedTags(
  layer: Layer,
  images: readonly LayerImage[],
  newest: ImageTag,
  spell: (tag: ImageTag) => ImageTag,
): readonly WantedTag[] {
  if (images.length === 0) return [];
  const versions = Map.groupBy(images, ({ tools }) => versionTag(layer, tools));
  return [
    ...images.map((image) => ({ tag: spell(tagOfInput(image.input)), images: [image], joins: false })),
    ...Array.from(versions).flatMap(([tag, of]) =>
      tag === undefined ? [] : [{ tag: spell(tag), images: of, joins: true }],
    ),
    { tag: spell(newest), images, joins: true },
  ];
}

const latest = fixedTag("latest");
const artifactsOfLatest = fixedTag("artifacts");

/** "artifacts", "1.85.0-artifacts", "l-0123456789abcdef-artifacts". */
function artifactsTag(tag: ImageTag): ImageTag {
  return tag === latest ? artifactsOfLatest : fixedTag(`${tag.slice(0, 118)}-artifacts`);
}

function fixedTag(text: string): ImageTag {
  const tag = parseImageTag(text);
  if (tag === undefined) throw new Error(`${text} is no tag`);
  return tag;
}

/** Whether nothing but the commit differs. */
function isSame(a: LayerImage, b: LayerImage): boolean {
  return a.platform === b.platform && a.input === b.input && a.manifest.digest === b.manifest.digest;
}

/** Of what was in the store a moment ago. */
function asRegistryFailure(failure: TransferFailure): RegistryFailure {
  return failure.kind === "not-stored" ? { kind: "file", message: failure.message } : failure;
}

function nameOfPlace({ registry, name }: RepositoryPlace): string {
  return `${registry}/${name}`;
}
