// Values that hold places in files, as plain JSON and back: records, arrays, maps, sets and what JSON has itself; a SourceFile
// stands for its path, and its text is read again when somebody asks for it.

import { SourceFile } from "../core/source.ts";

/** The value as JSON. @throws TypeError for what it does not know, such as functions. */
export function encodeSourced(value: unknown): unknown {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (value instanceof SourceFile) return { $file: value.path };
  if (Array.isArray(value)) return value.map(encodeSourced);
  if (value instanceof Map)
    return { $map: Array.from(value, ([key, entry]) => [encodeSourced(key), encodeSourced(entry)]) };
  if (value instanceof Set) return { $set: Array.from(value, encodeSourced) };
  if (typeof value !== "object") throw new TypeError(`cannot be kept: ${typeof value}`);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => {
        if (key.startsWith("$")) throw new TypeError(`cannot be kept: a field named ${key}`);
        return [key, encodeSourced(member)];
      }),
  );
}

/** What `encodeSourced` made the JSON of; `open` gives the file of a path, the same one each time. */
export function decodeSourced(json: unknown, open: (path: string) => SourceFile): unknown {
  if (Array.isArray(json)) return json.map((item) => decodeSourced(item, open));
  if (typeof json !== "object" || json === null) return json;
  if ("$file" in json) return open(String(json.$file));
  if ("$map" in json && Array.isArray(json.$map))
    return new Map(
      json.$map.map(([key, entry]) => [decodeSourced(key, open), decodeSourced(entry, open)] as const),
    );
  if ("$set" in json && Array.isArray(json.$set))
    return new Set(json.$set.map((item) => decodeSourced(item, open)));
  return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, decodeSourced(member, open)]));
}
