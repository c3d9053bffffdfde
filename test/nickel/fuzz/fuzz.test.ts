// Properties of any text whatever, by random choices that shrink to the simplest input that breaks one. Longer, and with seeds
// to count up: npm run fuzz:nickel.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Chooser, fromList, pick } from "./chooser.ts";
import { openExaminer } from "./examine.ts";
import { generateProgram } from "./generate.ts";
import { importableOf, programsOf, readCorpus } from "./inputs.ts";
import { mutate, soup } from "./mutate.ts";

const corpus = readCorpus();
const programs = programsOf(corpus);
const importable = importableOf(corpus);
const modes = ["export", "eval", "check", "check-strict"] as const;

const makers = [
  ["rows of the language's pieces", 6001, soup],
  [
    "real programs with something changed",
    6002,
    (chooser) => mutate(chooser, pick(chooser, programs), programs),
  ],
  ["programs that are well formed", 6003, generateProgram],
  ["programs that were well formed", 6004, (chooser) => mutate(chooser, generateProgram(chooser), programs)],
] as const satisfies readonly (readonly [string, number, (chooser: Chooser) => string])[];

test.each(makers)("%s", (_, seed, make) => {
  const examiner = openExaminer(importable, 10_000);
  const choices = fc.array(fc.nat({ max: 2 ** 16 }), { size: "max", maxLength: 300 });
  fc.assert(
    fc.property(choices, fc.constantFrom(...modes), (list, mode) => {
      const text = make(fromList(list));
      expect({ text, faults: examiner.examine(text, mode) }).toEqual({ text, faults: [] });
    }),
    { seed, numRuns: 300 },
  );
});
