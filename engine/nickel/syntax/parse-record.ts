// Braces: record literals and record types, and dictionary types.

import type { FieldDefinition, Include, PathElement, RecordTail } from "./ast.ts";
import { isIdentifier } from "./cursor.ts";
import { missingComma, multipleDeclarations, unclosed } from "./diagnostics.ts";
import { parseFieldMetadata } from "./parse-annotation.ts";
import { parseList } from "./parse-list.ts";
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
  // A record where a field should be: in an array, the end of this one is missing before it.
  const isNextItem = () => p.kind === "{" && p.previous?.kind === "," && fields.length > 0;
  parseList(p, {
    open,
    close: "}",
    element: () => parseDeclaration(p, fields, includes),
    refuse: () => refuseEnd(p, open),
    ends: () =>
      p.kind === ".." || (p.kind === ";" && (p.peek() === "Dyn" || p.peek(2) === "}")) || isNextItem(),
    begins: (index) => beginsField(p, index),
  });
  if (isNextItem()) {
    const note = { message: "`}` expected before this: another record begins here", span: p.here() };
    p.failAndResume(unclosed, { open: "{", close: "}" }, p.spanOf(open), p.index, [note]);
  }
  const ellipsis = p.eat("..");
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
  if (p.kind === "=") refuseEatenField(p);
  if (beginsField(p, p.index)) {
    const field = p.atFieldName() ? p.token.value : "…";
    p.failAndResume(missingComma, { field }, p.here(), p.index);
  }
  return p.refuseClose("}", open, "`,` or `}` after the field");
}

/** Complains when what stands before the present token is a field's name that was read as part of the value before it. */
export function refuseEatenField(p: Parser): void {
  const start = fieldStart(p, p.index - 1);
  const token = start === undefined ? undefined : p.tokenAt(start);
  const before = start === undefined ? undefined : p.tokenAt(start - 1);
  if (start === undefined || token === undefined || before?.kind === "=" || before?.kind === undefined)
    return;
  const last = p.tokenAt(p.index - 1) ?? token;
  const field = p.file.text.slice(token.start, last.end);
  p.failAndResume(missingComma, { field: field.replaceAll('"', "") }, p.spanOf(token), start);
}

/** The first token of the field path that ends with a token, if it is one. */
function fieldStart(p: Parser, end: number): number | undefined {
  let start = end;
  for (;;) {
    const kind = p.tokenAt(start)?.kind;
    if (kind === "string-close") {
      while (start > 0 && p.tokenAt(start)?.kind !== "string-open") start -= 1;
    } else if (kind !== "identifier") return undefined;
    if (p.tokenAt(start - 1)?.kind !== ".") return start;
    start -= 2;
  }
}

/** Whether a field's name, or the path to it, and what follows a name begin at a token. */
function beginsField(p: Parser, index: number): boolean {
  let at = index;
  for (;;) {
    const token = p.tokenAt(at);
    if (token?.kind === "string-open") {
      while (p.tokenAt(at) !== undefined && p.tokenAt(at)?.kind !== "string-close") at += 1;
    } else if (token === undefined || !(isIdentifier(token.kind) || isMetadataWord(token.kind))) return false;
    const follower = p.tokenAt(at + 1)?.kind;
    if (follower !== ".") return follower === "=" || follower === "|" || follower === ":";
    at += 2;
  }
}

/** `; name` or `; Dyn`, if one stands here. */
function parseTail(p: Parser): RecordTail {
  if (p.kind !== ";") return { kind: "closed" };
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
  if (p.kind === "==") p.complainHere("`=`", "a field is defined with a single `=`");
  const value = p.eat("=") === undefined && p.eat("==") === undefined ? undefined : p.term();
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
