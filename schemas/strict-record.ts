// The pieces that every schema of what people write is made of. Their messages are predicates that read well after the
// place of the value: "`tools_provided[0].name` must be …". An unknown field is an issue of its own, at its own path.

import { z } from "zod";
import { nearMiss } from "../engine/core/near-miss.ts";

/** What an issue for an unknown field carries as `params`. */
export interface UnknownField {
  readonly unknownField: string;
  readonly suggestion: string | undefined;
}

/** Lets a check of a whole record run where fields of it are wrong already. */
export const evenIfOthersFail: z.core.$ZodSuperRefineParams = {
  when: (payload) => z.util.isPlainObject(payload.value),
};

/** An object with these fields and no other; `what` names it for messages ("a layer", "a tool"). */
export function strictRecord<const S extends z.core.$ZodLooseShape>(
  what: string,
  shape: S,
): z.ZodObject<S, z.core.$strict>;
// Loose within, so that its check sees the unknown fields; strict to the caller, since what passes has none.
export function strictRecord(what: string, shape: z.core.$ZodLooseShape): z.ZodType {
  const known = Object.keys(shape);
  return z.looseObject(shape, expects(`a record: ${what}`)).superRefine((value, context) => {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const suggestion = nearMiss(key, known);
      const help =
        suggestion === undefined ? `fields are ${known.join(", ")}` : `did you mean "${suggestion}"?`;
      context.addIssue({
        code: "custom",
        path: [key],
        message: `is not a field of ${what}: ${help}`,
        params: { unknownField: key, suggestion } satisfies UnknownField,
      });
    }
  }, evenIfOthersFail);
}

/** Parameters of a schema whose complaint is "must be …", or "is missing: …" where there is no value. */
export function expects(what: string): { error: (issue: z.core.$ZodRawIssue) => string } {
  return {
    error: (issue) => {
      if (issue.code === "invalid_key") return `as a key ${issue.issues[0]?.message ?? "has a wrong form"}`;
      return issue.input === undefined ? `is missing: it must be ${what}` : `must be ${what}`;
    },
  };
}

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
      const known = `one of ${words.map((word) => `'${word}`).join(", ")}`;
      if (input === undefined) return `is missing: it must be ${known}`;
      const suggestion = typeof input === "string" ? nearMiss(input, words) : undefined;
      return suggestion === undefined ? `must be ${known}` : `must be ${known}: did you mean '${suggestion}?`;
    },
  });
}

/** A list; `what` describes its elements ("tools", "absolute paths"). */
export function listOf<T extends z.ZodType>(element: T, what: string): z.ZodArray<T> {
  return z.array(element, expects(`a list of ${what}`));
}

/** A list in which nothing stands twice; `key` gives what must differ, and is asked of elements that are sound only. */
export function distinctListOf<T extends z.ZodType>(
  element: T,
  what: string,
  key: (element: z.output<T>) => string = String,
): z.ZodArray<T> {
  return listOf(element, what).superRefine((elements, context) => {
    const seen = new Set<string>();
    elements.forEach((each, index) => {
      const name = key(each);
      if (seen.has(name))
        context.addIssue({ code: "custom", path: [index], message: `stands twice in the list: "${name}"` });
      seen.add(name);
    });
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

export const positiveInteger = (what: string): z.ZodNumber =>
  z.number(expects(what)).int(`must be ${what}`).positive(`must be ${what}`);

export const positiveNumber = (what: string): z.ZodNumber =>
  z.number(expects(what)).positive(`must be ${what}`);
