// Layers that a registry holds already, found by the digest of their inputs: what anybody has built and published of the very same
// inputs need not be built again. Where the registry does not answer, nothing is found: a registry that is away costs builds, and
// fails none.

import { type ImageTag, parseImageTag } from "../../schemas/image-tag.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { RegistryAddress } from "../../schemas/registry-address.ts";
import { type ImageDigest, type InputDigest, imageDigest, shortDigest } from "../core/digest.ts";
import type { Clock } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { RepositoryPlace } from "../plan/registry-mapper.ts";
import type { ImageSource } from "../ports/builder.ts";
import type { Registry, RegistryFailure } from "../ports/registry.ts";
import { type LayerImage, readIndex } from "./layer-index.ts";

/** Where the images of each layer are in one registry. */
export type LayerRepositories = ReadonlyMap<LayerName, RepositoryPlace>;

export interface PublishedDeps {
  readonly registry: Pick<Registry, "resolve" | "readManifest">;
  readonly clock: Clock;
  /** By registry, in the order in which they are asked; which they are is looked at for each layer. */
  readonly registries: () => readonly LayerRepositories[];
  /** Told of a registry's first failure, after which it is not asked any more. */
  readonly onSilence: (failure: RegistryFailure) => void;
}

interface FoundImage {
  readonly repository: RepositoryPlace;
  readonly attestations: LayerImage["attestations"];
}

export class PublishedLayers {
  readonly #deps: PublishedDeps;
  /** Images that were found, by their digest. */
  readonly #found = new Map<ImageDigest, FoundImage>();
  /** The same by what they were made of and where they are, so that who asks again and again need not wait for the registry. */
  readonly #known = new Map<string, { readonly image: LayerImage; readonly atMs: number }>();
  readonly #answeredAtMs = new Map<RegistryAddress, number>();
  readonly #silent = new Set<LayerRepositories>();

  constructor(deps: PublishedDeps) {
    this.#deps = deps;
  }

  /** Only what was made of exactly these inputs, for this platform, and is there. */
  async find(
    layer: LayerName,
    platform: Platform,
    input: InputDigest,
    signal: AbortSignal,
  ): Promise<LayerImage | undefined> {
    for (const repositories of this.#deps.registries()) {
      const repository = repositories.get(layer);
      if (repository === undefined || this.#silent.has(repositories)) continue;
      const found = await this.#lookInTime(repository, platform, input, signal);
      if (!found.ok) this.#silence(repositories, found.error);
      else if (found.value !== undefined) return found.value;
    }
    return undefined;
  }

  /** Whether `find` found the image. */
  holds(image: ImageDigest): boolean {
    return this.#found.has(image);
  }

  /** Where `find` found it. */
  placeOf(image: ImageDigest): RepositoryPlace | undefined {
    return this.#found.get(image)?.repository;
  }

  /** What is attached to it there, as its index says. */
  attestationsOf(image: ImageDigest): LayerImage["attestations"] {
    return this.#found.get(image)?.attestations ?? [];
  }

  /** Where a build takes the image from; undefined where it was not found. */
  sourceOf(image: ImageDigest): ImageSource | undefined {
    const repository = this.placeOf(image);
    if (repository === undefined) return undefined;
    return { kind: "registry", ref: `${repository.registry}/${repository.name}`, digest: image };
  }

  #silence(repositories: LayerRepositories, failure: RegistryFailure): void {
    if (failure.kind === "canceled" || this.#silent.has(repositories)) return;
    this.#silent.add(repositories);
    this.#deps.onSilence(failure);
  }

  /** A registry that accepts and then says nothing must not hold up a build; one that is slow with thousands of questions may. */
  async #lookInTime(
    repository: RepositoryPlace,
    platform: Platform,
    input: InputDigest,
    signal: AbortSignal,
  ): Promise<Result<LayerImage | undefined, RegistryFailure>> {
    const { clock } = this.#deps;
    const limit = new AbortController();
    const askedAtMs = clock.nowMs();
    let cancel: (() => void) | undefined;
    const wait = (ms: number): void => {
      cancel = clock.after(ms, () => {
        const since = Math.max(askedAtMs, this.#answeredAtMs.get(repository.registry) ?? 0);
        const leftMs = since + lookUpMs - clock.nowMs();
        if (leftMs > 0) wait(leftMs);
        else limit.abort();
      });
    };
    wait(lookUpMs);
    try {
      const found = await this.#look(repository, platform, input, AbortSignal.any([signal, limit.signal]));
      if (found.ok) this.#answeredAtMs.set(repository.registry, clock.nowMs());
      if (found.ok || found.error.kind !== "canceled" || signal.aborted) return found;
      const message = `${repository.registry} did not answer within ${lookUpMs / 1000} s`;
      return err({ kind: "unreachable", message });
    } finally {
      cancel?.();
    }
  }

  async #look(
    repository: RepositoryPlace,
    platform: Platform,
    input: InputDigest,
    signal: AbortSignal,
  ): Promise<Result<LayerImage | undefined, RegistryFailure>> {
    const { registry, clock } = this.#deps;
    const key = `${repository.registry}/${repository.name} ${platform} ${input}`;
    const known = this.#known.get(key);
    if (known !== undefined && clock.nowMs() - known.atMs < knownForMs) return ok(known.image);
    const tagged = await registry.resolve(repository, tagOfInput(input), signal);
    if (!tagged.ok) return tagged;
    if (tagged.value === undefined) return ok(undefined);
    const index = await registry.readManifest(repository, tagged.value.digest, signal);
    if (!index.ok) return index.error.kind === "not-found" ? ok(undefined) : index;
    const image = readIndex(new TextDecoder().decode(index.value.bytes)).find(
      (each) => each.platform === platform && each.input === input,
    );
    if (image === undefined) return ok(undefined);
    const held = await registry.resolve(repository, image.manifest.digest, signal);
    if (!held.ok) return held;
    if (held.value === undefined) return ok(undefined);
    const { attestations } = image;
    this.#found.set(imageDigest(image.manifest.digest), { repository, attestations });
    this.#known.set(key, { image, atMs: clock.nowMs() });
    return ok(image);
  }
}

const lookUpMs = 15_000;
/** How long what was found is taken to be there: it may be deleted meanwhile. */
const knownForMs = 5 * 60_000;

/** The tag that names what was made of these inputs. Short, as tags are read by people: the index says the whole digest. */
export function tagOfInput(input: InputDigest): ImageTag {
  const tag = parseImageTag(`l-${shortDigest(input, 16)}`);
  if (tag === undefined) throw new Error(`no tag can be made of ${input}`);
  return tag;
}
