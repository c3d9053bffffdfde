// The value of RUN --mount=: comma-separated fields, quoted as in CSV, so far as they name things outside the stage
// (frontend/dockerfile/instructions/commands_runmount.go of BuildKit 0.34).

import path from "node:path/posix";
import { nearMiss } from "../core/near-miss.ts";
import { type PlacedText, slice } from "./dockerfile-instructions.ts";

export interface Mount {
  readonly type: "bind" | "cache" | "tmpfs" | "secret" | "ssh";
  /** As written. */
  readonly from: PlacedText | undefined;
  /** Variables put in; "" by default, undefined where only the build knows it. */
  readonly source: string | undefined;
  /** Of a secret; undefined where only the build knows it. */
  readonly id: { readonly text: string; readonly place: PlacedText } | undefined;
  readonly required: boolean;
}

export interface MountFault {
  readonly message: string;
  readonly at: PlacedText;
}

const types = ["bind", "cache", "tmpfs", "secret", "ssh"] as const;

/** Reads a mount; `expand` puts variables in and answers undefined where it cannot. */
export function readMount(
  value: PlacedText,
  expand: (text: string, place: PlacedText) => string | undefined,
): Mount | MountFault {
  const fields = new Map<string, PlacedText>();
  const flags = new Set<string>();
  for (const field of splitCsv(value)) {
    const equals = field.text.indexOf("=");
    const key = (equals === -1 ? field.text : field.text.slice(0, equals)).toLowerCase();
    if (equals === -1) flags.add(key);
    else fields.set(aliases[key] ?? key, slice(field, equals + 1));
  }
  const text = (key: string): string | undefined => {
    const field = fields.get(key);
    return field === undefined ? "" : expand(field.text, field);
  };
  const typeField = fields.get("type");
  const typeText = typeField === undefined ? "bind" : (text("type") ?? "bind").toLowerCase();
  const type = types.find((known) => known === typeText);
  if (type === undefined) {
    const suggestion = nearMiss(typeText, types);
    return {
      message: `there is no mount of type "${typeText}"${suggestion === undefined ? "" : `: did you mean "${suggestion}"?`}`,
      at: typeField ?? value,
    };
  }
  const required = fields.get("required");
  return {
    type,
    from: fields.get("from"),
    source: text("source"),
    id: type === "secret" ? secretId(fields, text, value) : undefined,
    required: required === undefined ? flags.has("required") : /^(1|t|true)$/i.test(required.text),
  };
}

const aliases: Readonly<Record<string, string>> = {
  src: "source",
  dst: "target",
  destination: "target",
};

/** A secret goes by its source, else its id, else the last part of its target. */
function secretId(
  fields: ReadonlyMap<string, PlacedText>,
  text: (key: string) => string | undefined,
  value: PlacedText,
): Mount["id"] {
  for (const key of ["source", "id", "target"]) {
    const place = fields.get(key);
    if (place === undefined || place.text === "") continue;
    const id = text(key);
    if (id === undefined) return undefined;
    return { text: key === "target" ? path.basename(id) : id, place };
  }
  return { text: "", place: value };
}

/** Fields at commas; a field in double quotes may hold commas, and quotes written twice. */
function splitCsv(value: PlacedText): PlacedText[] {
  const fields: PlacedText[] = [];
  const field = /"((?:[^"]|"")*)"(?=,|$)|[^,]*/gy;
  for (;;) {
    const match = field.exec(value.text);
    if (match === null) return fields;
    const quoted = match[1];
    const start = match.index + (quoted === undefined ? 0 : 1);
    fields.push(slice(value, start, start + (quoted ?? match[0]).length));
    if (value.text.charAt(field.lastIndex) !== ",") return fields;
    field.lastIndex++;
  }
}
