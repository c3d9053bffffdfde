// What can be wrong with data at the border: imported files (E0140) and values that a format cannot hold (E0141 to E0145).

import type { NickelTemplate } from "../diagnostics.ts";
import type { Located } from "../located.ts";

/** `what` says in the format's own terms what is wrong. */
export const invalidData: NickelTemplate<{ format: string; what: string; help: string | undefined }> = {
  code: "E0140",
  kind: "ParseError::ExternalFormatError",
  message: ({ format, what }) => `${format} parse error: ${what}`,
  help: ({ help }) => help,
};

const at = (path: string): string => (path === "" ? "" : `, at \`${path}\``);
const named = (kind: Located["kind"]): string =>
  `${kind === "array" || kind === "enum" ? "an" : "a"} ${kind}`;

export const unsupportedNull: NickelTemplate<{ format: string; path: string }> = {
  code: "E0141",
  kind: "ExportError::UnsupportedNull",
  message: ({ format, path }) => `the format ${format} has no null${at(path)}`,
  help: () => "leave the field out, or export to json or yaml",
};

export const integerOutOfRange: NickelTemplate<{ path: string }> = {
  code: "E0142",
  kind: "ExportError::NumberOutOfRange",
  message: ({ path }) => `an integer beyond 64 signed bits, which toml cannot hold${at(path)}`,
};

export const notAString: NickelTemplate<{ kind: Located["kind"] }> = {
  code: "E0143",
  kind: "ExportError::NotAString",
  message: ({ kind }) => `only a string is exported as text, this is ${named(kind)}`,
};

export const expectedArray: NickelTemplate<{ kind: Located["kind"] }> = {
  code: "E0144",
  kind: "ExportError::ExpectedArray",
  message: ({ kind }) => `only an array is exported as yaml-documents, this is ${named(kind)}`,
};

export const expectedTable: NickelTemplate<{ kind: Located["kind"] }> = {
  code: "E0145",
  kind: "ExportError::NonSerializable",
  message: ({ kind }) => `only a record is exported as toml, this is ${named(kind)}`,
};
