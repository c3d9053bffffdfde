// Deletions carried out: what a registry has left afterwards, where it deletes tags and where it deletes images, and where somebody
// moved a tag since the survey.

import { expect, test } from "vitest";
import { planDeletions } from "../../engine/hygiene/choose-removals.ts";
import { removeTags } from "../../engine/hygiene/remove-tags.ts";
import type { Tagged } from "../../engine/hygiene/tagged.ts";
import { FakeRegistry } from "../fakes/registry.ts";
import { tagged } from "./tags.ts";

const never = new AbortController().signal;
const latest = tagged("latest", { image: "now" });
const first = tagged("l-1", { image: "old" });
const second = tagged("l-2", { image: "old" });
const same = tagged("l-3", { image: "now" });
const all = [latest, first, second, same];

function stock(tags: readonly Tagged[]): FakeRegistry {
  const registry = new FakeRegistry();
  for (const { place, digest } of tags) {
    registry.plant(place, digest);
    registry.point(place, place.tag, digest);
  }
  return registry;
}

const names = (registry: FakeRegistry): readonly string[] =>
  Object.keys(registry.tags()).map((name) => name.replace(/^.*:/, ""));

test("tags alone, where the registry deletes them", async () => {
  const registry = stock(all);
  const going = [first, same];
  const ends = await removeTags(registry, planDeletions(going, all, "tag"), all, never);
  expect(ends).toEqual(going.map((found) => ({ kind: "removed", found })));
  expect(names(registry)).toEqual(["l-2", "latest"]);
});

test("images, where it says that it deletes no tags: only those of which no tag stays", async () => {
  const registry = stock(all);
  registry.deletesTags = false;
  const ends = await removeTags(registry, planDeletions([first, second, same], all, "tag"), all, never);
  expect(ends).toEqual([
    { kind: "removed", found: first },
    { kind: "removed", found: second },
    {
      kind: "left",
      found: same,
      reason: "it is the image of latest as well, which would go with it",
    },
  ]);
  expect(names(registry)).toEqual(["l-3", "latest"]);
});

test("what got another tag since the survey stays, and so does what was moved", async () => {
  for (const way of ["tag", "image"] as const) {
    const registry = stock(all);
    const fresh = tagged("release", { image: "old" });
    registry.point(fresh.place, fresh.place.tag, fresh.digest);
    const ends = await removeTags(registry, planDeletions([first, second], all, way), all, never);
    const reason = "its tags have moved meanwhile";
    expect(ends).toEqual([first, second].map((found) => ({ kind: "left", found, reason })));
    expect(names(registry)).toEqual(["l-1", "l-2", "l-3", "latest", "release"]);
  }
});
