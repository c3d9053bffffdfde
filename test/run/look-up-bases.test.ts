// Look-ups: all of them, in order, a few at once.

import { expect, test } from "vitest";
import { ok } from "../../engine/core/result.ts";
import type { ImageResolver } from "../../engine/ports/images.ts";
import { lookUpBases, mapSomeAtOnce } from "../../engine/run/look-up-bases.ts";
import { FakeResolver, imageOf } from "../fakes/images.ts";
import { amd64, arm64 } from "../lock/samples.ts";

const never = new AbortController().signal;

test("each is asked for on its platform, and answers stand in the order of the questions", async () => {
  const resolver = new FakeResolver();
  resolver.fail("gone", { kind: "not-found", image: "gone" });
  const bases = [
    { image: "debian", platform: arm64 },
    { image: "gone", platform: amd64 },
    { image: "debian", platform: amd64 },
  ];
  expect(await lookUpBases(bases, resolver, never)).toEqual([
    { base: bases[0], found: ok(imageOf("debian linux/arm64")) },
    { base: bases[1], found: { ok: false, error: { kind: "not-found", image: "gone" } } },
    { base: bases[2], found: ok(imageOf("debian linux/amd64")) },
  ]);
});

test("a registry is asked eight things at once at most", async () => {
  const waiting: (() => void)[] = [];
  let most = 0;
  let asked = 0;
  const resolver: ImageResolver = {
    resolve: async (reference) => {
      asked += 1;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        most = Math.max(most, waiting.length);
        // The last one that fits in lets all go.
        if (waiting.length === 8 || asked === 50) for (const go of waiting.splice(0)) go();
      });
      return ok(imageOf(reference));
    },
  };
  const bases = Array.from({ length: 50 }, (_, at) => ({ image: `image-${at}`, platform: amd64 }));
  const answers = await lookUpBases(bases, resolver, never);
  expect(answers.map(({ base }) => base)).toEqual(bases);
  expect(most).toBe(8);
});

test("nothing to do is done at once", async () => {
  expect(await mapSomeAtOnce([], () => Promise.reject(new Error("there is nothing")))).toEqual([]);
});
