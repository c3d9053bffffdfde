// Properties of any text whatever, by random choices that shrink to the simplest input that breaks one. Longer, and with seeds
// to count up: npm run fuzz:nickel.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromList, pick } from "./chooser.ts";
import { openExaminer } from "./examine.ts";
import { generateProgram } from "./generate.ts";
import { importableOf, programsOf, readCorpus } from "./inputs.ts";
import { mutate, soup } from "./mutate.ts";

const corpus = readCorpus();
const programs = programsOf(corpus);
const importable = importableOf(corpus);
const modes = ["export", "eval", "check", "check-strict"] as const;

/** Fails with the text, and with the seed to run it again by. */
function holdFor(make: (chooser: ReturnType<typeof fromList>) => string, seed: number): void {
  const examiner = openExaminer(importable, 10_000);
  const choices = fc.array(fc.nat({ max: 2 ** 16 }), { size: "max", maxLength: 300 });
  fc.assert(
    fc.property(choices, fc.constantFrom(...modes), (list, mode) => {
      const text = make(fromList(list));
      expect({ text, faults: examiner.examine(text, mode) }).toEqual({ text, faults: [] });
    }),
    { seed, numRuns: 300 },
  );
}

test("rows of the language's pieces", () => holdFor(soup, 6001));

test("real programs with something changed", () =>
  holdFor((chooser) => mutate(chooser, pick(chooser, programs), programs), 6002));

test("programs that are well formed", () => holdFor(generateProgram, 6003));

test("programs that were well formed", () =>
  holdFor((chooser) => mutate(chooser, generateProgram(chooser), programs), 6004));
