// Published images below a base of a registry: each tag with its size, and who still speaks of it.
//
// A tag of an input digest ("l-…") is reached by a lock that was built from these inputs, by a name that people use ("latest", a
// version) and that has the same image, or by a promotion that has not ended. Other tags are names, and never anybody's to clear away.

import type { ImageTag } from "../../schemas/image-tag.ts";
import { isLayerName } from "../../schemas/is-layer-name.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { TagMove } from "../../schemas/promotion.ts";
import type { Digest, InputDigest } from "../core/digest.ts";
import { ok, type Result } from "../core/result.ts";
import type { RegistryMapper, RepositoryPlace } from "../plan/registry-mapper.ts";
import type { Registry, RegistryFailure } from "../ports/registry.ts";
import { tagOfInput } from "../publish/published-layers.ts";
import { gatherAtOnce } from "./gather-at-once.ts";
import { listRepositories } from "./list-repositories.ts";
import { readTagged, type Tagged, type TagReader } from "./tagged.ts";

export interface FoundImage extends Tagged {
  readonly layer: LayerName;
  /** "name": it is one that people use, or has the same image as such a one. */
  readonly reachedBy: "lock" | "name" | "promotion" | undefined;
}

export interface ImageSurvey {
  /** By layer, then by tag. */
  readonly images: readonly FoundImage[];
  /** Why there may be more, in a phrase; undefined where there are no more. */
  readonly unseen: string | undefined;
}

export interface ImagePlace {
  readonly mapper: Pick<RegistryMapper, "imagesOf" | "listsRepositories">;
  /** Below it are the images. */
  readonly base: RepositoryPlace;
}

/** What locks and journals of promotions speak of. */
export interface Spoken {
  readonly inputs: ReadonlySet<InputDigest>;
  /** Digests of images. */
  readonly images: ReadonlySet<Digest>;
  readonly moves: readonly TagMove[];
}

/** `layers` are those that there are or were, as far as is known. */
export async function surveyImages(
  registry: TagReader & Pick<Registry, "listTags" | "listRepositories">,
  { mapper, base }: ImagePlace,
  layers: readonly LayerName[],
  spoken: Spoken,
  signal: AbortSignal,
): Promise<Result<ImageSurvey, RegistryFailure>> {
  const listed = await listRepositories(registry, { mapper, base }, signal);
  if (!listed.ok) return listed;
  const repositories = chooseRepositories(
    { mapper, base },
    layers,
    listed.value.kind === "listed" ? listed.value.repositories : [],
  );
  const found = await gatherAtOnce(repositories, async ({ layer, repository }) => {
    const tags = await registry.listTags(repository, signal);
    if (!tags.ok) return tags;
    const read = await gatherAtOnce(tags.value, (tag) =>
      readTagged(registry, { ...repository, tag }, signal),
    );
    if (!read.ok) return read;
    const standing = read.value.filter((tagged) => tagged !== undefined);
    const reachedBy = judgeReach(standing, spoken);
    return ok(standing.map((each): FoundImage => Object.assign({ layer, reachedBy: reachedBy(each) }, each)));
  });
  if (!found.ok) return found;
  const unseen = listed.value.kind === "listed" ? undefined : listed.value.why;
  return ok({ images: found.value.flat(), unseen });
}

/** Who reaches a tag of a repository; `tags` are all that it has. */
export function judgeReach(
  tags: readonly Tagged[],
  { inputs, images, moves }: Spoken,
): (tagged: Tagged) => FoundImage["reachedBy"] {
  const names = tags.filter(({ place }) => inputTag(place.tag) === undefined);
  const ofNames = names.flatMap((name) => name.images);
  const tagsOfNames = new Set<string>(ofNames.map(({ input }) => tagOfInput(input)));
  const digestsOfNames = new Set<Digest>([
    ...names.map(({ digest }) => digest),
    ...ofNames.map(({ manifest }) => manifest.digest),
  ]);
  const tagsOfLocks = new Set<string>(Array.from(inputs, tagOfInput));
  return (tagged) => {
    const own = inputTag(tagged.place.tag);
    if (own === undefined) return "name";
    if (tagsOfLocks.has(own) || isAmong(images, tagged)) return "lock";
    if (tagsOfNames.has(own) || isAmong(digestsOfNames, tagged)) return "name";
    return moves.some((move) => isOf(move, tagged)) ? "promotion" : undefined;
  };
}

/** Whether it is one of them, or lists one. */
function isAmong(digests: ReadonlySet<Digest>, { digest, children }: Tagged): boolean {
  return digests.has(digest) || !digests.isDisjointFrom(children);
}

/** "l-0123456789abcdef" of itself and of the artifacts beside it; undefined of other tags. */
function inputTag(tag: ImageTag): string | undefined {
  return /^(l-[0-9a-f]{16})(-artifacts)?$/.exec(tag)?.[1];
}

function isOf(
  { registry, repository, tag, from, to }: TagMove,
  { place, digest, children }: Tagged,
): boolean {
  if (place.registry !== registry || place.name !== repository) return false;
  return (
    place.tag === tag || [from, to].some((each) => each !== null && (each === digest || children.has(each)))
  );
}

interface LayerRepository {
  readonly layer: LayerName;
  readonly repository: RepositoryPlace;
}

/** Those of the layers that are known, and those that are listed and would be a layer's. */
function chooseRepositories(
  { mapper, base }: ImagePlace,
  layers: readonly LayerName[],
  listed: readonly RepositoryPlace[],
): readonly LayerRepository[] {
  // Whatever a mapper makes of a name that nobody knows: it is tried with the end of the path.
  const guessed = listed.flatMap(({ name }) => {
    const last = name.slice(name.lastIndexOf("/") + 1);
    return isLayerName(last) ? [last] : [];
  });
  const names = new Set(listed.map(({ name }) => name));
  const known = new Set<LayerName>(layers);
  return Array.from(new Set([...layers, ...guessed]))
    .sort()
    .flatMap((layer) => {
      const place = mapper.imagesOf(base, layer);
      if (!place.ok || !(known.has(layer) || names.has(place.value.name))) return [];
      return [{ layer, repository: place.value }];
    });
}
