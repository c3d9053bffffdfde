// Strings: of a form, not empty, of a closed set of words, or a short form beside a long one.

import { z } from "zod";
import { nearMiss } from "../../engine/core/near-miss.ts";
import { expects } from "./expects.ts";

/** Text of a form that `pattern` holds and `what` describes. */
export function textLike(pattern: RegExp, what: string): z.ZodString {
  return z.string(expects(what)).regex(pattern, `must be ${what}`);
}

/** Any text but the empty one. */
export function nonEmptyText(what: string): z.ZodString {
  return z.string(expects(what)).min(1, `must be ${what}, not empty`);
}

/** One of a closed set of words: an enum tag in Nickel, a string in JSON. */
export function oneOf<const T extends string>(words: readonly T[]): z.ZodEnum<{ [K in T]: K }> {
  return z.enum(words, {
    error: ({ input }) => {
      const known = `${words.length === 1 ? "" : "one of "}${words.map((word) => `'${word}`).join(", ")}`;
      if (input === undefined) return `is missing: it must be ${known}`;
      const suggestion = typeof input === "string" ? nearMiss(input, words) : undefined;
      return suggestion === undefined ? `must be ${known}` : `must be ${known}: did you mean '${suggestion}?`;
    },
  });
}

/** Chooses between a short form, a string, and a long form, so that complaints are those of the form that was meant. */
export function stringOr<S extends z.ZodType, R extends z.ZodType>(
  short: S,
  long: R,
  what: string,
): z.ZodType<z.output<S> | z.output<R>> {
  return z.unknown().transform((value, context): z.output<S> | z.output<R> => {
    if (typeof value !== "string" && !z.util.isPlainObject(value)) {
      context.addIssue({
        code: "custom",
        message: value === undefined ? `is missing: it must be ${what}` : `must be ${what}`,
      });
      return z.NEVER;
    }
    const result = (typeof value === "string" ? short : long).safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.issues.push({ ...issue, code: "custom", input: value });
    return z.NEVER;
  });
}
