// Why a record does not fit the pattern of a `let` or `fun`, in a few words for who wrote the record.

import { nearMiss } from "../../core/near-miss.ts";
import type { CorePattern } from "../lower/core.ts";
import { force } from "./thunk.ts";
import type { Lazy } from "./value.ts";

export interface Misfit {
  readonly label: string;
  readonly help: string | undefined;
}

/** The first field too few or too many; undefined where that is not what is wrong. */
export function findMisfit(pattern: CorePattern, value: Lazy): Misfit | undefined {
  if (pattern.kind === "alias") return findMisfit(pattern.pattern, value);
  const found = force(value);
  if (pattern.kind !== "record" || found.kind !== "record") return undefined;
  const given = Array.from(found.present(), ([name]) => name);
  const known = new Set(pattern.fields.map(({ name }) => name));
  const surplus = pattern.open ? [] : given.filter((name) => !known.has(name));
  const missing = pattern.fields.find(
    ({ name, fallback }) => fallback === undefined && !given.includes(name),
  );
  if (missing !== undefined) {
    const near = nearMiss(
      missing.name,
      given.filter((name) => !known.has(name)),
    );
    const help = near === undefined ? undefined : `\`${near}\` may be meant for \`${missing.name}\``;
    return { label: `\`${missing.name}\` is missing`, help };
  }
  const [extra] = surplus;
  return extra === undefined ? undefined : { label: `the pattern has no \`${extra}\``, help: undefined };
}
