// What a symbolic string stands for, as a record literal.

import type { FieldDefinition, RecordTerm, SymbolicTerm, Term } from "../syntax/ast.ts";
import { noMetadata } from "../syntax/uniterm.ts";

export function symbolicRecord({ prefix, chunks, span }: SymbolicTerm): RecordTerm {
  const field = (name: string, value: Term): FieldDefinition => ({
    path: [{ kind: "static", name, span }],
    metadata: noMetadata,
    value,
    span,
  });
  const items = chunks.map(
    (chunk): Term =>
      chunk.kind === "text" ? { kind: "string", value: chunk.text, span: chunk.span } : chunk.term,
  );
  const fields = [
    field("tag", { kind: "tag", tag: { text: "SymbolicString", span }, span }),
    field("prefix", { kind: "tag", tag: prefix, span: prefix.span }),
    field("fragments", { kind: "array", items, span }),
  ];
  return { kind: "record", fields, includes: [], open: false, span };
}
