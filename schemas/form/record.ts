// Records with a closed set of fields. An unknown field is an issue of its own, at its own path, with the field that was
// probably meant.

import { z } from "zod";
import { nearMiss } from "../../engine/core/near-miss.ts";
import { expects } from "./expects.ts";

/** What an issue for an unknown field carries as `params`. */
export interface UnknownField {
  readonly unknownField: string;
  readonly suggestion: string | undefined;
}

/** Lets a check of a whole record run where fields of it are wrong already. */
export const evenIfOthersFail: z.core.$ZodSuperRefineParams = {
  when: (payload) => z.util.isPlainObject(payload.value),
};

/**
 * An object with these fields and no other; `what` names it for messages ("a layer", "a tool"). `elsewhere` tells of fields that one
 * may look for here where they are said.
 */
export function strictRecord<const S extends z.core.$ZodLooseShape>(
  what: string,
  shape: S,
  elsewhere?: Readonly<Record<string, string>>,
): z.ZodObject<S, z.core.$strict>;
// Loose within, so that its check sees the unknown fields; strict to the caller, since what passes has none.
export function strictRecord(
  what: string,
  shape: z.core.$ZodLooseShape,
  elsewhere: Readonly<Record<string, string>> = {},
): z.ZodType {
  const known = Object.keys(shape);
  return z.looseObject(shape, expects(`a record: ${what}`)).superRefine((value, context) => {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const place = Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
      const suggestion = place === undefined ? nearMiss(key, known) : undefined;
      const near =
        suggestion === undefined ? `fields are ${known.join(", ")}` : `did you mean "${suggestion}"?`;
      const help = place === undefined ? near : `it must be said in ${place}`;
      context.addIssue({
        code: "custom",
        path: [key],
        message: `is not a field of ${what}: ${help}`,
        params: { unknownField: key, suggestion } satisfies UnknownField,
      });
    }
  }, evenIfOthersFail);
}
