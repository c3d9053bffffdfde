// The door of the export writers: an evaluated value and a format in; the text as `nickel export` prints it, or why the
// format cannot hold the value, out.

import { err, ok, type Result } from "../../core/result.ts";
import { unreachable } from "../../core/unreachable.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import { complainExhausted } from "../eval/exhausted.ts";
import type { Located } from "../located.ts";
import {
  expectedArray,
  expectedTable,
  integerOutOfRange,
  notAString,
  unsupportedNull,
} from "./diagnostics.ts";
import { writeJson } from "./write-json.ts";
import { writeToml } from "./write-toml.ts";
import { writeYaml } from "./write-yaml.ts";

export const exportFormats = ["json", "yaml", "yaml-documents", "toml", "text"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** All but text ends in a newline. A value that is too deep or too large for a text has a diagnostic as well. */
export function writeData(value: Located, format: ExportFormat): Result<string, readonly NickelDiagnostic[]> {
  try {
    return writeAs(value, format);
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
    return err([complainExhausted(failure, value.span)]);
  }
}

function writeAs(value: Located, format: ExportFormat): Result<string, readonly NickelDiagnostic[]> {
  switch (format) {
    case "json":
      return ok(`${writeJson(value)}\n`);
    case "yaml":
      return ok(writeYaml(value));
    case "yaml-documents": {
      if (value.kind !== "array") return err([complain(expectedArray, { kind: value.kind }, value.span)]);
      const faults = findFaults(value, format);
      return faults.length > 0
        ? err(faults)
        : ok(value.items.map((item) => `---\n${writeYaml(item)}`).join(""));
    }
    case "toml": {
      const faults = findFaults(value, format);
      if (faults.length > 0) return err(faults);
      if (value.kind !== "record") return err([complain(expectedTable, { kind: value.kind }, value.span)]);
      return ok(writeToml(value.fields));
    }
    case "text":
      if (value.kind !== "string") return err([complain(notAString, { kind: value.kind }, value.span)]);
      return ok(value.value);
    default:
      return unreachable(format);
  }
}

/** Every null, and for TOML every integer beyond 64 signed bits. */
function findFaults(value: Located, format: "toml" | "yaml-documents", path = ""): NickelDiagnostic[] {
  switch (value.kind) {
    case "null":
      return [complain(unsupportedNull, { format, path }, value.span)];
    case "number":
      return format === "toml" && /^\d{19,}$/.test(value.text) && BigInt(value.text) >= 1n << 63n
        ? [complain(integerOutOfRange, { path }, value.span)]
        : [];
    case "array":
      return value.items.flatMap((item, index) => findFaults(item, format, `${path}[${index}]`));
    case "record":
      return Array.from(value.fields).flatMap(([name, field]) =>
        findFaults(field.value, format, path === "" ? name : `${path}.${name}`),
      );
    case "bool":
    case "string":
    case "enum":
      return [];
    default:
      return unreachable(value);
  }
}
