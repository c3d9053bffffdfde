// One text for each JSON value: the same value gives the same bytes on every machine (RFC 8785, JSON canonicalization:
// members in order of their names' code units, no blanks, numbers as JavaScript prints them).

import type { Json } from "../nickel/located.ts";

/** @throws RangeError for numbers that JSON cannot say. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(`no JSON number: ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  // A plan asks this of every layer: names are sorted by the engine's own order, which is that of code units.
  let members = "";
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member === undefined) continue;
    members += `${members === "" ? "" : ","}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
