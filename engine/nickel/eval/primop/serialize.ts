// Values to text and back, as programs ask for it.

import { SourceFile, type Span } from "../../../core/source.ts";
import type { NickelDiagnostic } from "../../diagnostics.ts";
import type { DataFormat } from "../../formats/data.ts";
import { readData } from "../../formats/read.ts";
import { type ExportFormat, writeData } from "../../formats/write.ts";
import { exportNumber, isInteger, type Num, simplestOfDouble, toDouble } from "../../number.ts";
import { deserializationFailed, serializationFailed } from "../diagnostics.ts";
import { exportValue } from "../export.ts";
import { fail, NickelFailure } from "../failure.ts";
import { fromData } from "../from-data.ts";
import { force } from "../thunk.ts";
import { type Lazy, type Place, StringValue } from "../value.ts";
import { lazyOperand, operand, type Primop, refuse as refuseOperand } from "./primop.ts";

const written: Readonly<Record<string, ExportFormat>> = {
  Json: "json",
  Yaml: "yaml",
  YamlDocuments: "yaml-documents",
  Toml: "toml",
};

const read: Readonly<Record<string, DataFormat>> = {
  Json: "json",
  Yaml: "yaml",
  YamlDocuments: "yaml-documents",
  Toml: "toml",
};

const nowhere: Span = { file: new SourceFile("<std>/serialize.ncl", ""), start: 0, end: 0 };

/** Export errors raised while evaluating are errors of the evaluation; others stay what they are. */
function refuse(diagnostics: readonly NickelDiagnostic[], span: Place): never {
  const [first] = diagnostics;
  if (first?.kind.startsWith("EvalError::") === true) throw new NickelFailure([first]);
  return fail(serializationFailed, { message: first?.message ?? "cannot serialize" }, first?.span ?? span);
}

/** Upstream reads all but 64-bit integers as doubles here, and takes the simplest fraction that rounds to the same one. */
function throughDouble(exact: Num): Num {
  if (typeof exact === "number" || (isInteger(exact) && /^-?\d+$/.test(exportNumber(exact) ?? "")))
    return exact;
  return simplestOfDouble(toDouble(exact)) ?? exact;
}

function choose<T>(
  formats: Readonly<Record<string, T>>,
  value: Lazy | undefined,
  name: string,
  span: Place,
): T {
  const operator = { name, arity: 2 };
  const found = operand(value, "enum", operator, 1, span);
  const format = found.argument === undefined ? formats[found.tag] : undefined;
  const expected = `one of ${Object.keys(formats)
    .map((tag) => `'${tag}`)
    .join(", ")}`;
  return format ?? refuseOperand(found, expected, operator, 1, span);
}

export const serializePrimops: Readonly<Record<string, Primop>> = {
  serialize: {
    arity: 2,
    strict: 1,
    run: (operands, span) => {
      const format = choose(written, operands[0], "serialize", span);
      const { value, diagnostics } = exportValue(lazyOperand(operands, 1), span ?? nowhere, {
        firstOnly: true,
        everything: false,
        within: true,
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
      const format = choose(read, operands[0], "deserialize", span);
      const text = operand(operands[1], "string", { name: "deserialize", arity: 2 }, 2, span);
      const data = readData(new SourceFile("<std>/deserialized", text.value), format);
      if (!data.ok) return fail(deserializationFailed, { message: data.error.message }, text.span ?? span);
      const number = (exact: Num): Num => {
        if (format !== "json" || Number.isFinite(toDouble(exact))) return throughDouble(exact);
        return fail(
          deserializationFailed,
          { message: "json parse error: number out of range" },
          text.span ?? span,
        );
      };
      return force(fromData(data.value, { lastWins: format === "json", number }));
    },
  },
};
