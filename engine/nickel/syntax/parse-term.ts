// Expressions: the forms that begin with a keyword, and atoms with their accesses.

import type { Binding, ImportFormat, OperatorTerm, Pattern, Term } from "./ast.ts";
import { boundNames } from "./bound-names.ts";
import { duplicateBinding, interpolationNotAllowed, invalidImportFormat, unclosed } from "./diagnostics.ts";
import { parseAnnotations, parseBindingAnnotations } from "./parse-annotation.ts";
import { isBinaryOperator, parseInfix } from "./parse-infix.ts";
import { parseBraces } from "./parse-record.ts";
import { isStringOpen, parseStaticString, parseString, parseTag } from "./parse-string.ts";
import { parseEnumType, parseForall, parseTypeConstant, parseWildcard } from "./parse-type.ts";
import type { Parser } from "./parser.ts";
import type { TokenKind } from "./token.ts";
import { asTerm, type Uniterm } from "./uniterm.ts";

/** Any expression. */
export function parseUniterm(p: Parser): Uniterm {
  switch (p.kind) {
    case "let":
      return parseLet(p);
    case "fun":
      return parseFunction(p);
    case "if":
      return parseIf(p);
    case "import":
      return parseImport(p);
    case "forall": {
      const type = parseForall(p);
      return { kind: "unfixed-type", type, span: type.span };
    }
    default: {
      const { start } = p.token;
      const uniterm = parseInfix(p);
      if (p.kind !== ":" && p.kind !== "|") return uniterm;
      const term = asTerm(p, uniterm);
      const annotations = parseAnnotations(p);
      return { kind: "annotated", term, annotations, span: p.spanFrom(start) };
    }
  }
}

/** Chains of `let … in let … in …` may be long: they are read in a loop, not deeper and deeper. */
function parseLet(p: Parser): Term {
  const blocks: Block[] = [];
  while (p.kind === "let") blocks.push(parseLetBlock(p));
  return blocks.reduceRight((body, { start, recursive, bindings: [first, ...others] }) => {
    // Without a single sound binding there are complaints, and no term will be handed out.
    if (first === undefined) return body;
    return { kind: "let", recursive, bindings: [first, ...others], body, span: p.spanFrom(start) };
  }, p.term());
}

interface Block {
  readonly start: number;
  readonly recursive: boolean;
  readonly bindings: readonly Binding[];
}

/** `let … in`, without the body. */
function parseLetBlock(p: Parser): Block {
  const { start } = p.next();
  const recursive = p.eat("rec") !== undefined;
  const bindings: Binding[] = [];
  do {
    if (p.kind === "in" && bindings.length > 0) break;
    const binding = p.recovering([",", "in"], () => {
      const parsed = parseBinding(p);
      if (p.kind !== "," && p.kind !== "in") p.unexpected("`in` and the expression that uses the binding");
      return parsed;
    });
    if (binding !== undefined) bindings.push(binding);
  } while (p.eat(",") !== undefined);
  p.expect("in", "`in` and the expression that uses the binding");
  refuseRepeatedBindings(p, bindings);
  return { start, recursive, bindings };
}

function parseBinding(p: Parser): Binding {
  const { start } = p.token;
  const pattern = p.pattern();
  const { annotations, doc } = parseBindingAnnotations(p);
  p.expect("=", "`=` and the value of the binding");
  const value = p.term();
  return { pattern, annotations, doc, value, span: p.spanFrom(start) };
}

/** A name may occur twice within one pattern, but not in two bindings of a block. */
function refuseRepeatedBindings(p: Parser, bindings: readonly Binding[]): void {
  if (bindings.length < 2) return;
  const seen = new Map<string, Pattern["span"]>();
  for (const { pattern } of bindings) {
    const names = boundNames(pattern);
    for (const { name, span } of names) {
      const first = seen.get(name);
      if (first !== undefined) {
        p.report(duplicateBinding, { name }, span, [{ message: "it is first bound here", span: first }]);
      }
    }
    for (const { name, span } of names) seen.set(name, span);
  }
}

function parseFunction(p: Parser): Term {
  const { start } = p.next();
  const parameters: [Pattern, ...Pattern[]] = [p.argumentPattern()];
  while (p.kind !== "=>") {
    if (!startsParameter(p.kind)) {
      const help = p.kind === "->" ? "write `=>`; the arrow `->` belongs to types" : undefined;
      p.unexpected("another parameter, or `=>` and the body of the function", help);
    }
    parameters.push(p.argumentPattern());
  }
  p.next();
  const body = p.term();
  return { kind: "function", parameters, body, span: p.spanFrom(start) };
}

function startsParameter(kind: TokenKind): boolean {
  return (
    kind !== "end" &&
    kind !== "=" &&
    kind !== "->" &&
    kind !== "," &&
    kind !== "." &&
    kind !== ":" &&
    kind !== "|"
  );
}

/** Chains of `else if` are read in a loop as well. */
function parseIf(p: Parser): Term {
  const cases: { readonly start: number; readonly condition: Term; readonly consequent: Term }[] = [];
  while (p.kind === "if") {
    const { start } = p.next();
    const condition = p.term();
    p.expect("then", "`then`");
    const consequent = p.term();
    p.expect("else", "`else`: an `if` always has both branches");
    cases.push({ start, condition, consequent });
  }
  return cases.reduceRight<Term>(
    (alternative, { start, condition, consequent }) => ({
      kind: "if",
      condition,
      consequent,
      alternative,
      span: p.spanFrom(start),
    }),
    p.term(),
  );
}

const formats: ReadonlyMap<string, ImportFormat> = new Map([
  ["Nickel", "nickel"],
  ["Json", "json"],
  ["Yaml", "yaml"],
  ["Toml", "toml"],
  ["Text", "text"],
]);
const extensions: ReadonlyMap<string, ImportFormat> = new Map([
  ["json", "json"],
  ["yaml", "yaml"],
  ["yml", "yaml"],
  ["toml", "toml"],
  ["txt", "text"],
]);

/** `import "path"`, `import "path" as 'Format`, `import package`. */
function parseImport(p: Parser): Term {
  const { start } = p.next();
  if (p.atIdentifier()) {
    const name = p.identifier("a package");
    return { kind: "import-package", name, span: p.spanFrom(start) };
  }
  const path = parseStaticString(p, "the path of an import", false);
  const extension = /[^/]\.([^./]*)$/.exec(path.value)?.[1] ?? "";
  let format = extensions.get(extension) ?? "nickel";
  if (p.eat("as") !== undefined) {
    const tag = parseTag(p) ?? p.unexpected("a format such as `'Json`");
    const named = formats.get(tag.text);
    if (named === undefined) p.report(invalidImportFormat, { format: tag.text }, tag.span);
    format = named ?? format;
  }
  return { kind: "import", path: path.value, pathSpan: path.span, format, span: p.spanFrom(start) };
}

// --- atoms

/** An atom and the accesses behind it, if one begins here. */
export function parseAtom(p: Parser): Uniterm | undefined {
  const { start } = p.token;
  let atom = parseBareAtom(p);
  while (atom !== undefined && p.kind === ".") {
    const record = asTerm(p, atom);
    p.next();
    const opening = p.peek(0);
    if (!isStringOpen(opening) || opening === "symbolic-open") {
      const field = p.fieldName();
      atom = { kind: "access", record, field, span: p.spanFrom(start) };
      continue;
    }
    const field = parseString(p);
    if (field.kind === "symbolic") p.fail(interpolationNotAllowed, { what: "a field name" }, field.span);
    atom =
      field.kind === "string"
        ? { kind: "access", record, field: { text: field.value, span: field.span }, span: p.spanFrom(start) }
        : { kind: "dynamic-access", record, field, span: p.spanFrom(start) };
  }
  return atom;
}

function parseBareAtom(p: Parser): Uniterm | undefined {
  const { token } = p;
  switch (token.kind) {
    case "identifier":
    case "or":
    case "as":
    case "include":
      p.next();
      return { kind: "variable", name: token.value, span: p.spanOf(token) };
    case "number":
      p.next();
      return { kind: "number", text: token.value, span: p.spanOf(token) };
    case "null":
      p.next();
      return { kind: "null", span: p.spanOf(token) };
    case "default":
    case "doc":
    case "optional":
    case "priority":
    case "force":
    case "not_exported":
      if (!p.isMisused()) return undefined;
      p.next();
      return { kind: "variable", name: token.value, span: p.spanOf(token) };
    case "true":
    case "false":
      p.next();
      return { kind: "bool", value: token.kind === "true", span: p.spanOf(token) };
    case "string-open":
    case "multiline-open":
    case "symbolic-open":
      return parseString(p);
    case "tag":
    case "tag-open": {
      const tag = parseTag(p);
      return tag === undefined ? undefined : { kind: "tag", tag, span: tag.span };
    }
    case "{":
      return parseBraces(p);
    case "[":
      return parseArray(p);
    case "(":
      return parseParenthesised(p);
    case "Dyn":
    case "Number":
    case "Bool":
    case "String":
      return parseTypeConstant(p, token.kind);
    case "[|":
      return p.nested(() => parseEnumType(p));
    case "_":
      return parseWildcard(p);
    default:
      return undefined;
  }
}

function parseArray(p: Parser): Term {
  const open = p.next();
  const items: Term[] = [];
  while (p.kind !== "]" && !p.atForeignClose("]")) {
    const item = p.recovering([",", "]"], () => {
      const parsed = p.term();
      if (p.kind !== "," && p.kind !== "]" && p.kind !== "=")
        p.expectClose("]", open, "`,` or `]` after the item");
      return parsed;
    });
    if (p.kind === "=") {
      const note = {
        message: "`]` expected before this: a field seems to begin here",
        span: item?.span ?? p.here(),
      };
      p.fail(unclosed, { open: "[", close: "]" }, p.spanOf(open), [note]);
    }
    if (item !== undefined) items.push(item);
    if (p.eat(",") === undefined) break;
  }
  p.expectClose("]", open, "`,` or `]` after the item");
  return { kind: "array", items, span: p.spanFrom(open.start) };
}

/** `(e)`, or an operator as a function: `(+)`. */
function parseParenthesised(p: Parser): Uniterm {
  const open = p.next();
  const operator = p.peek() === ")" ? curried(p.kind) : undefined;
  if (operator !== undefined) {
    p.next();
    p.next();
    return { kind: "operator", operator, span: p.spanFrom(open.start) };
  }
  const inner = p.uniterm();
  p.expectClose(")", open, "an operator, an argument or `)`");
  return inner;
}

function curried(kind: TokenKind): OperatorTerm["operator"] | undefined {
  return isBinaryOperator(kind) || kind === "!" || kind === "." ? kind : undefined;
}
