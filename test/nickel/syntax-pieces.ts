// Texts for the properties of lexer and parser: random rows of the language's own pieces, which come much nearer to
// programs than random characters, and random characters as well.

import * as fc from "fast-check";
import { pieces } from "./pieces.ts";

export const arbitrarySource: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);
