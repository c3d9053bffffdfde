// What goes and what stays: caches and images by who asks, by age, by who reaches them, and by how the registry deletes.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Digest, imageDigest, inputDigest, sha256 } from "../../engine/core/digest.ts";
import {
  type CacheRule,
  chooseCaches,
  chooseImages,
  distinctBytes,
  freedBytes,
  planDeletions,
} from "../../engine/hygiene/choose-removals.ts";
import type { FoundCache } from "../../engine/hygiene/survey-caches.ts";
import { type FoundImage, judgeReach, type Spoken } from "../../engine/hygiene/survey-images.ts";
import type { Tagged } from "../../engine/hygiene/tagged.ts";
import type { Actor } from "../../engine/plan/cache/actor.ts";
import { spellNamespace } from "../../engine/plan/cache/cache-ref.ts";
import { tagOfInput } from "../../engine/publish/published-layers.ts";
import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import { actorId, layer, nowMs, platform, registry, repository, tag, tagged, workspace } from "./tags.ts";

const lamina = workspace("lamina");
const ci: CacheNamespace = { kind: "ci", workspace: lamina };
const jpl: CacheNamespace = { kind: "dev", actorId: actorId("jpl"), workspace: lamina };
/** As a text it begins like the one above. */
const jplx: CacheNamespace = { kind: "dev", actorId: actorId("jpl"), workspace: workspace("lamina-x") };
const ann: CacheNamespace = { kind: "dev", actorId: actorId("ann"), workspace: lamina };
const asCi: Actor = { kind: "ci" };
const asJpl: Actor = { kind: "human", id: actorId("jpl") };

interface CacheWords {
  readonly reach?: FoundCache["reach"];
  readonly isStaged?: boolean;
  readonly ageDays?: number | undefined;
}

function cache(namespace: CacheNamespace, words: CacheWords = {}): FoundCache {
  const { reach = "unreached", isStaged = false, ageDays } = words;
  return {
    ...tagged(isStaged ? "linux-amd64.NEXT" : "linux-amd64", {
      image: JSON.stringify([namespace, words]),
      repository: `cache/${spellNamespace(namespace)}/rust`,
      ageDays,
    }),
    ref: { namespace, layer: layer("rust"), platform: platform("linux/amd64") },
    isStaged,
    reach,
  };
}

function rule(actor: Actor, namespace: CacheNamespace, rest: Partial<CacheRule> = {}): CacheRule {
  return { actor, workspace: lamina, namespace, wholeDev: false, nowMs, keepDays: 30, ...rest };
}

describe("caches", () => {
  const rows: readonly (readonly [string, FoundCache, CacheRule, string | undefined])[] = [
    ["one of a layer that is no more", cache(ci), rule(asCi, ci), "unreached"],
    ["one that the catalog reaches", cache(ci, { reach: "reached" }), rule(asCi, ci), undefined],
    ["one of another workspace", cache(ci, { reach: "foreign" }), rule(asCi, ci), undefined],
    ["one that is old", cache(ci, { ageDays: 30 }), rule(asCi, ci), "unreached"],
    ["one that is young", cache(ci, { ageDays: 29 }), rule(asCi, ci), undefined],
    [
      "a young one, where age does not count",
      cache(ci, { ageDays: 0 }),
      rule(asCi, ci, { keepDays: 0 }),
      "unreached",
    ],
    ["what a run left", cache(ci, { reach: "reached", isStaged: true }), rule(asCi, ci), "left-over"],
    [
      "what a run waits with",
      cache(ci, { reach: "reached", isStaged: true, ageDays: 0 }),
      rule(asCi, ci),
      undefined,
    ],
    ["one's own", cache(jpl), rule(asJpl, jpl), "unreached"],
    ["one's own that is reached", cache(jpl, { reach: "reached" }), rule(asJpl, jpl), undefined],
    [
      "one's own that is reached and young, with --dev",
      cache(jpl, { reach: "reached", ageDays: 0 }),
      rule(asJpl, jpl, { wholeDev: true }),
      "dev",
    ],
    ["CI's, with --dev", cache(ci, { reach: "reached" }), rule(asCi, ci, { wholeDev: true }), undefined],
    ["somebody else's", cache(ann), rule(asJpl, jpl, { wholeDev: true }), undefined],
    ["somebody else's that is asked for", cache(ann), rule(asJpl, ann, { wholeDev: true }), undefined],
    ["one whose name begins alike", cache(jplx), rule(asJpl, jpl, { wholeDev: true }), undefined],
    ["CI's, for a human", cache(ci), rule(asJpl, ci), undefined],
    ["a human's, for CI", cache(jpl), rule(asCi, jpl), undefined],
    [
      "CI's, for an auxiliary that may write it",
      cache(ci),
      rule({ kind: "ci_aux", writes: [{ workspace: lamina, layer: layer("rust") }] }, ci),
      "unreached",
    ],
    [
      "CI's, for an auxiliary that may not",
      cache(ci),
      rule({ kind: "ci_aux", writes: [{ workspace: lamina, layer: layer("go") }] }, ci),
      undefined,
    ],
  ];
  test.each(rows)("%s", (_, found, how, cause) => {
    expect(chooseCaches([found], how)).toEqual(cause === undefined ? [] : [{ found, cause }]);
  });
});

const inputTag = (input: string): string => tagOfInput(inputDigest(sha256(input)));

describe("images", () => {
  const one = inputDigest(sha256("one"));
  const spoken: Spoken = {
    inputs: new Set([one]),
    images: new Set<Digest>([sha256("image of locked")]),
    moves: [],
  };
  const standing: readonly Tagged[] = [
    tagged("latest", { image: "index of now", input: "now" }),
    tagged("1.85.0-artifacts", { image: "artifacts of now", input: "now" }),
    tagged(inputTag("now"), { image: "l of now", input: "now", ageDays: 900 }),
    tagged(`${inputTag("now")}-artifacts`, { image: "artifacts of now", input: "now", ageDays: 900 }),
    tagged(inputTag("one"), { image: "l of one", input: "one", ageDays: 900 }),
    tagged(inputTag("renamed"), { image: "locked", input: "renamed", ageDays: 900 }),
    tagged(inputTag("moving"), { image: "moving", input: "moving", ageDays: 900 }),
    tagged(inputTag("old"), { image: "old", input: "old", ageDays: 31 }),
    tagged(inputTag("young"), { image: "young", input: "young", ageDays: 3 }),
    tagged(inputTag("ageless"), { image: "ageless", input: "ageless" }),
    tagged("l-0123", { image: "no input", ageDays: 900 }),
  ];
  const moves: Spoken["moves"] = [
    {
      registry: registry("registry.example"),
      repository: repository("lamina/rust"),
      tag: tag(inputTag("moving")),
      from: null,
      to: imageDigest(sha256("elsewhere")),
    },
  ];
  const reachedBy = judgeReach(standing, { ...spoken, moves });
  const found = standing.map(
    (each): FoundImage => Object.assign({ layer: layer("rust"), reachedBy: reachedBy(each) }, each),
  );

  test("who reaches each", () => {
    expect(found.map((each) => each.reachedBy)).toEqual([
      "name",
      "name",
      "name",
      "name",
      "lock",
      "lock",
      "promotion",
      undefined,
      undefined,
      undefined,
      "name",
    ]);
  });

  test("only old ones go; what has no age stays until age does not count", () => {
    const [old, young, ageless] = found.slice(7, 10);
    expect(chooseImages(found, { nowMs, keepDays: 30 })).toEqual({ removed: [old], ageless: [ageless] });
    expect(chooseImages(found, { nowMs, keepDays: 0 })).toEqual({
      removed: [old, young, ageless],
      ageless: [],
    });
  });
});

describe("how it goes", () => {
  const kept = tagged("latest", { image: "same" });
  const same = tagged("l-1", { image: "same" });
  const other = tagged("l-2", { image: "other" });
  const twin = tagged("l-3", { image: "other" });
  const elsewhere = tagged("l-4", { image: "same", repository: "lamina/go" });

  test("a tag alone", () => {
    expect(planDeletions([same, other], [kept, same, other], "tag")).toEqual([
      { kind: "delete", found: same, by: "tag" },
      { kind: "delete", found: other, by: "tag" },
    ]);
  });

  test("an image with all of its tags, if all are to go", () => {
    const all = [kept, same, other, twin, elsewhere];
    expect(planDeletions([same, other, twin, elsewhere], all, "image")).toEqual([
      { kind: "left", found: same, reason: "it is the image of latest as well, which would go with it" },
      { kind: "delete", found: other, by: "image" },
      { kind: "delete", found: twin, by: "image" },
      { kind: "delete", found: elsewhere, by: "image" },
    ]);
    expect(planDeletions([other], all, "image")).toEqual([
      { kind: "left", found: other, reason: "it is the image of l-3 as well, which would go with it" },
    ]);
  });

  test("not at all", () => {
    expect(planDeletions([other], [other], "none")).toEqual([
      { kind: "left", found: other, reason: "registry.example deletes by an API of its own alone" },
    ]);
  });

  test("what is freed is what nobody else has", () => {
    expect(distinctBytes([kept, other, twin])).toBe(12_200);
    expect(freedBytes([other], [kept, other])).toBe(1100);
    expect(freedBytes([same], [kept, same])).toBe(0);
    expect(freedBytes([kept, other], [kept, other])).toBe(12_200);
  });
});

test("nothing that is reached goes, and no image that a tag stands for which stays", () => {
  const word = fc.constantFrom("a", "b", "c", "d", "e");
  const age = fc.option(fc.nat(100), { nil: undefined });
  const images = fc.uniqueArray(
    fc.record({ isInput: fc.boolean(), isArtifacts: fc.boolean(), input: word, image: word, ageDays: age }),
    { maxLength: 12, selector: ({ isInput, isArtifacts, input }) => nameOf(isInput, isArtifacts, input) },
  );
  fc.assert(
    fc.property(
      images,
      fc.array(word),
      fc.array(word),
      fc.nat(60),
      (words, lockedInputs, lockedImages, keepDays) => {
        const standing = words.map(({ isInput, isArtifacts, input, image, ageDays }) =>
          tagged(nameOf(isInput, isArtifacts, input), { image, input, ageDays }),
        );
        const spoken: Spoken = {
          inputs: new Set(lockedInputs.map((text) => inputDigest(sha256(text)))),
          images: new Set<Digest>(lockedImages.map((text) => sha256(`image of ${text}`))),
          moves: [],
        };
        const reachedBy = judgeReach(standing, spoken);
        const found = standing.map(
          (each): FoundImage => Object.assign({ layer: layer("rust"), reachedBy: reachedBy(each) }, each),
        );
        const { removed } = chooseImages(found, { nowMs, keepDays });
        for (const each of removed) {
          expect(each.place.tag).toMatch(/^l-[0-9a-f]{16}(-artifacts)?$/);
          expect(lockedInputs.map((text) => nameOf(true, false, text))).not.toContain(
            each.place.tag.replace("-artifacts", ""),
          );
          expect(spoken.images.isDisjointFrom(each.children)).toBe(true);
        }
        const going = planDeletions(removed, found, "image").filter(({ kind }) => kind === "delete");
        const gone = new Set(going.map((each) => each.found.digest));
        const stays = found.filter((each) => !removed.includes(each));
        expect(stays.some(({ digest }) => gone.has(digest))).toBe(false);
        const names = found.filter(({ place }) => !place.tag.startsWith("l-"));
        const byName = new Set(names.flatMap(({ children }) => Array.from(children)));
        expect(removed.every(({ children }) => byName.isDisjointFrom(children))).toBe(true);
      },
    ),
  );
});

function nameOf(isInput: boolean, isArtifacts: boolean, input: string): string {
  const start = isInput ? tagOfInput(inputDigest(sha256(input))) : `v${input}`;
  return isArtifacts ? `${start}-artifacts` : start;
}
