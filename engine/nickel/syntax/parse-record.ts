// Braces: record literals and record types, and dictionary types.

import type { FieldDefinition, Include, PathElement, RecordTail } from "./ast.ts";
import { missingComma, multipleDeclarations } from "./diagnostics.ts";
import { parseFieldMetadata } from "./parse-annotation.ts";
import { isStringOpen, parseString } from "./parse-string.ts";
import type { Parser } from "./parser.ts";
import { isMetadataWord, type Token } from "./token.ts";
import { fixTypeVariables } from "./type-variables.ts";
import { fixAnnotations, type Uniterm } from "./uniterm.ts";

/** The present token is `{`. */
export function parseBraces(p: Parser): Uniterm {
  return p.peek() === "_" && (p.peek(2) === ":" || p.peek(2) === "|") ? parseDictionary(p) : parseRecord(p);
}

/** `{_ : T}` or `{_ | T}`. The latter's variables are fixed at once: it captures no variable of a `forall` around it. */
function parseDictionary(p: Parser): Uniterm {
  const open = p.next();
  p.next();
  const flavour = p.next().kind === ":" ? "type" : "contract";
  const unfixed = p.type();
  const element = flavour === "type" ? unfixed : fixTypeVariables(p, unfixed);
  p.expectClose("}", open, "`}` after the dictionary's type");
  const span = p.spanFrom(open.start);
  return { kind: "unfixed-type", type: { kind: "dictionary", flavour, element, span }, span };
}

function parseRecord(p: Parser): Uniterm {
  const open = p.next();
  const fields: FieldDefinition[] = [];
  const includes: Include[] = [];
  let ellipsis: Token | undefined;
  while (p.kind !== ";" && p.kind !== "}" && !p.atForeignClose("}")) {
    ellipsis = p.eat("..");
    if (ellipsis !== undefined) break;
    p.recovering([",", "}"], () => {
      parseDeclaration(p, fields, includes);
      if (p.kind !== "," && p.kind !== "}" && p.kind !== ";") refuseEnd(p, open);
    });
    if (p.eat(",") === undefined) break;
  }
  const tail = parseTail(p);
  p.expectClose("}", open, "`}`");
  refuseRepeatedIncludes(p, fields, includes);
  const span = p.spanFrom(open.start);
  return {
    kind: "unfixed-record",
    fields,
    includes,
    ellipsis: ellipsis === undefined ? undefined : p.spanOf(ellipsis),
    tail,
    span,
  };
}

/** What stands behind a declaration is neither a comma nor the end: perhaps the next field, read as an argument. */
function refuseEnd(p: Parser, open: Token): never {
  const { previous } = p;
  if (
    p.kind === "=" &&
    previous !== undefined &&
    (previous.kind === "identifier" || previous.kind === "string-close")
  ) {
    const field = previous.kind === "identifier" ? previous.value : "…";
    p.fail(missingComma, { field }, p.spanOf(previous));
  }
  if (p.atFieldName() && (p.peek() === "=" || p.peek() === "|" || p.peek() === ":")) {
    p.fail(missingComma, { field: p.token.value }, p.here());
  }
  if (p.kind === "==") p.unexpected("`,` or `}` after the field", "a field is defined with a single `=`");
  p.expectClose("}", open, "`,` or `}` after the field");
  return p.unexpected("`,` or `}` after the field");
}

/** `; name` or `; Dyn`, if one stands here. */
function parseTail(p: Parser): RecordTail {
  if (p.kind !== ";") return { kind: "closed" };
  // Behind a name and anything but the end, this is a comma that went wrong.
  if (p.peek() !== "Dyn" && p.peek(2) !== "}") p.unexpected("`,` or `}` after the field");
  p.next();
  const dyn = p.eat("Dyn");
  if (dyn !== undefined) return { kind: "dyn", span: p.spanOf(dyn) };
  return { kind: "variable", name: p.identifier("a row variable or `Dyn`") };
}

/** One field definition or one `include`. */
function parseDeclaration(p: Parser, fields: FieldDefinition[], includes: Include[]): void {
  if (p.kind === "include") {
    const following = p.peek();
    if (following === "[") {
      p.next();
      parseIncludeList(p, includes);
      return;
    }
    if (
      following === "identifier" ||
      following === "or" ||
      following === "as" ||
      following === "include" ||
      isMetadataWord(following)
    ) {
      const { start } = p.next();
      const name = p.fieldName();
      const metadata = parseFieldMetadata(p, "a field");
      const annotations = fixAnnotations(p, metadata.annotations);
      includes.push({ name, metadata: { ...metadata, annotations }, span: p.spanFrom(start) });
      return;
    }
  }
  fields.push(parseField(p));
}

function parseIncludeList(p: Parser, includes: Include[]): void {
  const open = p.next();
  while (p.kind !== "]") {
    const name = p.fieldName();
    const metadata = {
      annotations: { type: undefined, contracts: [] },
      doc: undefined,
      priorities: [],
      optional: false,
      notExported: false,
    };
    includes.push({ name, metadata, span: name.span });
    if (p.eat(",") === undefined) break;
  }
  p.expectClose("]", open, "`,` or `]` after the included name");
}

/** `path metadata = value`. */
function parseField(p: Parser): FieldDefinition {
  const { start } = p.token;
  const path: [PathElement, ...PathElement[]] = [parsePathElement(p)];
  while (p.eat(".") !== undefined) path.push(parsePathElement(p));
  const metadata = parseFieldMetadata(p, "a field");
  const value = p.eat("=") === undefined ? undefined : p.term();
  return { path, metadata, value, span: p.spanFrom(start) };
}

function parsePathElement(p: Parser): PathElement {
  if (!isStringOpen(p.kind) || p.kind === "symbolic-open") {
    const name = p.fieldName();
    return { kind: "static", name: name.text, span: name.span };
  }
  const string = parseString(p);
  return string.kind === "string"
    ? { kind: "static", name: string.value, span: string.span }
    : string.kind === "template"
      ? { kind: "dynamic", term: string, span: string.span }
      : p.unexpected("a field name");
}

function refuseRepeatedIncludes(
  p: Parser,
  fields: readonly FieldDefinition[],
  includes: readonly Include[],
): void {
  if (includes.length === 0) return;
  const declared = new Map<string, FieldDefinition["span"]>();
  for (const { path } of fields) {
    const [first] = path;
    if (first.kind === "static") declared.set(first.name, first.span);
  }
  for (const { name } of includes) {
    const other = declared.get(name.text);
    if (other !== undefined) {
      p.report(multipleDeclarations, { field: name.text }, name.span, [
        { message: "the other one is here", span: other },
      ]);
    }
    declared.set(name.text, name.span);
  }
}
