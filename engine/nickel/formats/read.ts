// The door of the data readers: an imported file of a format in; its value with places, or the first fault, out.

import { err, ok, type Result } from "../../core/result.ts";
import type { SourceFile } from "../../core/source.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { NickelDiagnostic } from "../diagnostics.ts";
import type { DataFormat, DataNode } from "./data.ts";
import { DataFault } from "./data-fault.ts";
import { readJson } from "./read-json.ts";
import { readToml } from "./read-toml.ts";
import { readYaml, readYamlDocuments } from "./read-yaml.ts";

const formatNames: Record<DataFormat, string> = {
  json: "json",
  yaml: "yaml",
  "yaml-documents": "yaml",
  toml: "toml",
  text: "text",
};

/** Reads a whole file. The complaint's kind is ParseError::ExternalFormatError. */
export function readData(file: SourceFile, format: DataFormat): Result<DataNode, NickelDiagnostic> {
  try {
    return ok(readAs(file, format));
  } catch (fault) {
    if (fault instanceof DataFault) return err(fault.diagnostic(file, formatNames[format]));
    throw fault;
  }
}

function readAs(file: SourceFile, format: DataFormat): DataNode {
  switch (format) {
    case "json":
      return readJson(file);
    case "yaml":
      return readYaml(file);
    case "yaml-documents":
      return readYamlDocuments(file);
    case "toml":
      return readToml(file);
    case "text":
      return { kind: "string", value: file.text, span: { file, start: 0, end: file.text.length } };
    default:
      return unreachable(format);
  }
}
