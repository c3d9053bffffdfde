// Values to text and back, as programs ask for it.

import { SourceFile, type Span } from "../../../core/source.ts";
import type { NickelDiagnostic } from "../../diagnostics.ts";
import type { DataFormat, DataNode } from "../../formats/data.ts";
import { readData } from "../../formats/read.ts";
import { type ExportFormat, writeData } from "../../formats/write.ts";
import { deserializationFailed, other, serializationFailed } from "../diagnostics.ts";
import { exportValue } from "../export.ts";
import { fail, NickelFailure } from "../failure.ts";
import { fromData } from "../from-data.ts";
import { force } from "../thunk.ts";
import { type Place, StringValue } from "../value.ts";
import { lazyOperand, operand, type Primop } from "./primop.ts";

const written: Readonly<Record<string, ExportFormat>> = {
  Json: "json",
  Yaml: "yaml",
  YamlDocuments: "yaml-documents",
  Toml: "toml",
};

const read: Readonly<Record<string, DataFormat>> = {
  Json: "json",
  Yaml: "yaml",
  YamlDocuments: "yaml",
  Toml: "toml",
};

const nowhere: Span = { file: new SourceFile("<std>/serialize.ncl", ""), start: 0, end: 0 };

/** Export errors raised while evaluating are errors of the evaluation; others stay what they are. */
function refuse(diagnostics: readonly NickelDiagnostic[], span: Place): never {
  const [first] = diagnostics;
  if (first?.kind.startsWith("EvalError::") === true) throw new NickelFailure([first]);
  return fail(serializationFailed, { message: first?.message ?? "cannot serialize" }, first?.span ?? span);
}

function choose<T>(formats: Readonly<Record<string, T>>, tag: string, span: Place): T {
  return formats[tag] ?? fail(other, { message: `unknown format '${tag}` }, span);
}

export const serializePrimops: Readonly<Record<string, Primop>> = {
  serialize: {
    arity: 2,
    strict: 1,
    run: (operands, span) => {
      const format = choose(
        written,
        operand(operands[0], "enum", { name: "serialize", arity: 2 }, 1, span).tag,
        span,
      );
      const { value, diagnostics } = exportValue(lazyOperand(operands, 1), span ?? nowhere, {
        firstOnly: true,
        everything: false,
      });
      if (value === undefined) return refuse(diagnostics, span);
      const text = writeData(value, format);
      if (!text.ok) return refuse(text.error, span);
      return new StringValue(format === "json" ? text.value.replace(/\n$/, "") : text.value, span);
    },
  },
  deserialize: {
    arity: 2,
    strict: 2,
    run: (operands, span) => {
      const operator = { name: "deserialize", arity: 2 };
      const { tag } = operand(operands[0], "enum", operator, 1, span);
      const format = choose(read, tag, span);
      const text = operand(operands[1], "string", operator, 2, span);
      const data = readData(new SourceFile("<std>/deserialized", text.value), format);
      if (!data.ok) return fail(deserializationFailed, { message: data.error.message }, text.span ?? span);
      const isLone = tag === "YamlDocuments" && data.value.kind !== "array";
      const root: DataNode = isLone
        ? { kind: "array", items: [data.value], span: data.value.span }
        : data.value;
      return force(fromData(root, format === "json"));
    },
  },
};
