// A record literal as its fields: dotted paths broken up, definitions of one field gathered.

import type { Span } from "../../core/source.ts";
import type { Annotations, FieldDefinition, Include, RecordTerm, Term } from "../syntax/ast.ts";

export interface RecordShape {
  readonly fields: ReadonlyMap<string, FieldShape>;
  readonly dynamicFields: readonly { readonly name: Term; readonly field: FieldShape }[];
  readonly includes: readonly Include[];
  readonly span: Span;
}

export interface FieldShape {
  /** What definitions with longer paths make of it together. */
  readonly nested: RecordShape | undefined;
  /** Definitions that end in this field. */
  readonly definitions: readonly FieldDefinition[];
  readonly keySpan: Span;
  /** Of the one definition, or of all of them. */
  readonly span: Span;
}

interface Piece {
  readonly definition: FieldDefinition;
  /** How many elements of the path lie behind. */
  readonly depth: number;
}

export function shapeRecord({ fields, includes, span }: RecordTerm): RecordShape {
  return shape(
    fields.map((definition) => ({ definition, depth: 0 })),
    includes,
    span,
  );
}

function shape(pieces: readonly Piece[], includes: readonly Include[], span: Span): RecordShape {
  const byName = new Map<string, Piece[]>();
  const dynamicFields: { name: Term; field: FieldShape }[] = [];
  for (const piece of pieces) {
    const element = piece.definition.path[piece.depth];
    if (element === undefined) continue;
    if (element.kind === "dynamic") dynamicFields.push({ name: element.term, field: shapeField([piece]) });
    else {
      const known = byName.get(element.name);
      if (known === undefined) byName.set(element.name, [piece]);
      else known.push(piece);
    }
  }
  const fields = new Map(Array.from(byName, ([name, parts]) => [name, shapeField(parts)] as const));
  return { fields, dynamicFields, includes, span };
}

function shapeField(pieces: readonly Piece[]): FieldShape {
  const definitions: FieldDefinition[] = [];
  const inner: Piece[] = [];
  for (const { definition, depth } of pieces) {
    if (depth + 1 === definition.path.length) definitions.push(definition);
    else inner.push({ definition, depth: depth + 1 });
  }
  const [first] = pieces;
  const key = first?.definition.path[first.depth];
  const [innermost] = inner;
  if (first === undefined || key === undefined) throw new Error("a field without a definition");
  const nested = innermost === undefined ? undefined : shape(inner, [], innermost.definition.span);
  return { nested, definitions, keySpan: key.span, span: first.definition.span };
}

/** The one value and all annotations, where at most one definition has a value and nothing has to be merged. */
export function simpleField(
  field: FieldShape,
): { readonly annotations: Annotations; readonly value: Term | undefined } | undefined {
  if (field.nested !== undefined) return undefined;
  const values = field.definitions.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (values.length > 1) return undefined;
  return { annotations: joinAnnotations(field.definitions), value: values[0] };
}

/** The first static type counts as such, further ones among the contracts. */
export function joinAnnotations(definitions: readonly FieldDefinition[]): Annotations {
  const [only] = definitions;
  if (only !== undefined && definitions.length === 1) return only.metadata.annotations;
  const [type, ...further] = definitions.flatMap(({ metadata }) => metadata.annotations.type ?? []);
  const contracts = definitions.flatMap(({ metadata }) => metadata.annotations.contracts);
  return { type, contracts: [...further, ...contracts] };
}
