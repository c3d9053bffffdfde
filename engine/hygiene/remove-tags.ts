// Deletions carried out, one repository after another: before the first of each its tags are looked at again, and what has moved since
// the survey stays.

import type { Digest } from "../core/digest.ts";
import { ok, type Result } from "../core/result.ts";
import type { Registry, RegistryFailure } from "../ports/registry.ts";
import { type Deletion, planDeletions } from "./choose-removals.ts";
import { gatherAtOnce } from "./gather-at-once.ts";
import type { Tagged } from "./tagged.ts";

export type Remover = Pick<Registry, "resolve" | "listTags" | "deleteTag" | "deleteManifest">;

/** How it ended for each tag that was to go, in their order. */
export type Removed<T extends Tagged> =
  | { readonly kind: "removed"; readonly found: T }
  /** It stays; the reason is a phrase. */
  | { readonly kind: "left"; readonly found: T; readonly reason: string };

/** `all` are all tags of the repositories, as they were surveyed. */
export async function removeTags<T extends Tagged>(
  registry: Remover,
  deletions: readonly Deletion<T>[],
  all: readonly Tagged[],
  signal: AbortSignal,
): Promise<readonly Removed<T>[]> {
  const ends: Removed<T>[] = [];
  for (const [, own] of Map.groupBy(deletions, ({ found }) => found.place.name)) {
    const name = own[0]?.found.place.name;
    const surveyed = all.filter(({ place }) => place.name === name);
    ends.push(...(await removeFrom(registry, own, surveyed, signal)));
  }
  return ends;
}

/** Of one repository. */
async function removeFrom<T extends Tagged>(
  registry: Remover,
  deletions: readonly Deletion<T>[],
  surveyed: readonly Tagged[],
  signal: AbortSignal,
): Promise<readonly Removed<T>[]> {
  const planned = deletions.filter((each) => each.kind === "delete");
  const news = planned.length === 0 ? ok(new Set<Digest>()) : await lookAgain(registry, surveyed, signal);
  const gone = new Set<Digest>();
  const ends: Removed<T>[] = [];
  for (const each of deletions) {
    const { found } = each;
    if (each.kind === "left") ends.push({ kind: "left", found, reason: each.reason });
    else if (!news.ok) ends.push({ kind: "left", found, reason: messageOf(news.error) });
    else if (news.value.has(found.digest))
      ends.push({ kind: "left", found, reason: "its tags have moved meanwhile" });
    else {
      let end =
        each.by === "image" ? wholeImage : await removeTag(registry, found, planned, surveyed, signal);
      if (end.kind === "image" && !gone.has(found.digest)) {
        end = await removeImage(registry, found, signal);
        if (end.kind === "gone") gone.add(found.digest);
      }
      ends.push(end.kind === "left" ? { ...end, found } : { kind: "removed", found });
    }
  }
  return ends;
}

/** Digests of which some tag has come or gone since the survey. */
async function lookAgain(
  registry: Remover,
  surveyed: readonly Tagged[],
  signal: AbortSignal,
): Promise<Result<ReadonlySet<Digest>, RegistryFailure>> {
  const place = surveyed[0]?.place;
  if (place === undefined) return ok(new Set());
  const tags = await registry.listTags(place, signal);
  if (!tags.ok) return tags;
  const before = new Map<string, Digest>(surveyed.map((each) => [each.place.tag, each.digest]));
  const standing = await gatherAtOnce(tags.value, async (tag) => {
    const found = await registry.resolve(place, tag, signal);
    return found.ok ? ok({ tag, digest: found.value?.digest }) : found;
  });
  if (!standing.ok) return standing;
  const now = new Map<string, Digest | undefined>(standing.value.map(({ tag, digest }) => [tag, digest]));
  const changed = Array.from(new Set([...before.keys(), ...now.keys()])).flatMap((tag) => {
    const [old, fresh] = [before.get(tag), now.get(tag)];
    return old === fresh ? [] : [old ?? [], fresh ?? []].flat();
  });
  return ok(new Set(changed));
}

/** "image": the registry deletes images alone, and this one may go. */
type End = { readonly kind: "gone" | "image" } | { readonly kind: "left"; readonly reason: string };

const wholeImage: End = { kind: "image" };

async function removeTag<T extends Tagged>(
  registry: Remover,
  found: T,
  planned: readonly Deletion<T>[],
  surveyed: readonly Tagged[],
  signal: AbortSignal,
): Promise<End> {
  const deleted = await registry.deleteTag(found.place, found.place.tag, signal);
  if (deleted.ok) return { kind: "gone" };
  if (deleted.error.kind !== "unsupported") return { kind: "left", reason: messageOf(deleted.error) };
  const going = planned.map((each) => each.found);
  const own = planDeletions(going, surveyed, "image").find((each) => each.found === found);
  return own?.kind === "left" ? { kind: "left", reason: own.reason } : wholeImage;
}

async function removeImage(registry: Remover, { place, digest }: Tagged, signal: AbortSignal): Promise<End> {
  const deleted = await registry.deleteManifest(place, digest, signal);
  return deleted.ok ? { kind: "gone" } : { kind: "left", reason: messageOf(deleted.error) };
}

function messageOf(failure: RegistryFailure): string {
  return failure.kind === "canceled" ? "canceled" : failure.message;
}
