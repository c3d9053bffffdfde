// Expressions: the forms that begin with a keyword, and atoms with their accesses.

import type { Binding, ImportFormat, OperatorTerm, Pattern, Term } from "./ast.ts";
import { boundNames } from "./bound-names.ts";
import { duplicateBinding, interpolationNotAllowed, invalidImportFormat, unclosed } from "./diagnostics.ts";
import { parseAnnotations, parseBindingAnnotations } from "./parse-annotation.ts";
import { isBinaryOperator, parseInfix } from "./parse-infix.ts";
import { parseList } from "./parse-list.ts";
import { startsPattern } from "./parse-pattern.ts";
import { parseBraces, refuseEatenField } from "./parse-record.ts";
import { isStringOpen, parseStaticString, parseString, parseTag } from "./parse-string.ts";
import { parseEnumType, parseForall, parseTypeConstant, parseWildcard } from "./parse-type.ts";
import type { Parser } from "./parser.ts";
import type { Token, TokenKind } from "./token.ts";
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
    const binding = p.recovering(
      [",", "in"],
      () => {
        const parsed = parseBinding(p);
        if (p.kind === "=") refuseEatenField(p);
        if (p.kind !== "," && p.kind !== "in" && !isMissingIn(p)) p.unexpected(inExpected);
        return parsed;
      },
      (index) => p.tokenAt(index)?.kind === "identifier" && p.tokenAt(index + 1)?.kind === "=",
    );
    if (binding !== undefined) bindings.push(binding);
  } while (p.isResumed || p.eat(",") !== undefined);
  if (isMissingIn(p)) {
    p.complainHere(inExpected, "a `let` is written `let name = value in …`");
    p.eat(";");
  } else p.expect("in", inExpected);
  refuseRepeatedBindings(p, bindings);
  return { start, recursive, bindings };
}

const inExpected = "`in` and the expression that uses the binding";

/** Whether something stands here that a body may begin with, or a semicolon before it, but no `in`. */
function isMissingIn(p: Parser): boolean {
  return p.kind === "let" || (p.kind === ";" && p.peek() !== "end");
}

function parseBinding(p: Parser): Binding {
  const { start } = p.token;
  const pattern = p.pattern();
  const { annotations, doc } = parseBindingAnnotations(p);
  if (pattern.kind === "variable" && (p.kind === "(" || p.kind === "identifier")) {
    p.complainHere(
      "`=` and the value of the binding",
      `a function is written \`let ${pattern.name} = fun … => …\``,
    );
    while (!p.at("=") && !p.at(",") && !p.at("in") && !p.at("end")) p.next();
  } else if (p.kind === "==") p.complainHere("`=`", "a name is bound with a single `=`");
  if (p.eat("==") === undefined) p.expect("=", "`=` and the value of the binding");
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
  while (p.kind !== "=>" && p.kind !== "->") {
    if (p.kind === "," && startsPattern(p.peek())) {
      p.complainHere("another parameter", "parameters stand side by side: `fun a b => …`");
      p.next();
    }
    if (!startsParameter(p.kind)) p.unexpected("another parameter, or `=>` and the body of the function");
    parameters.push(p.argumentPattern());
  }
  if (p.kind === "->")
    p.complainHere("`=>` and the body of the function", "write `=>`; the arrow `->` belongs to types");
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
    const mark = p.diagnostics.length;
    const condition = parseCondition(p);
    // Braces around the branches were read as records.
    if (p.at("else")) p.diagnostics.length = mark;
    p.expect("then", "`then`", p.at("else") ? "write `if … then … else …`, without braces" : undefined);
    const consequent = p.term();
    cases.push({ start, condition, consequent });
    if (p.at("then")) p.unexpected("`else`", "a further condition is written `else if … then …`");
    if (p.eat("else") === undefined) {
      p.complainHere("`else`: an `if` always has both branches", undefined);
      return consequent;
    }
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

/** What stands between `if` and `then`; a lone `=` is taken for the comparison that was meant. */
function parseCondition(p: Parser): Term {
  const condition = p.term();
  if (p.kind !== "=") return condition;
  p.complainHere("`then`", "equality is `==`");
  p.next();
  p.term();
  return condition;
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
  let field: number | undefined;
  parseList(p, {
    open,
    close: "]",
    element: () => {
      const start = p.index;
      items.push(p.term());
      if (p.kind === "=") field = start;
    },
    refuse: () => p.refuseClose("]", open, "`,` or `]` after the item"),
    ends: () => field !== undefined,
  });
  if (field !== undefined) {
    const token = p.tokenAt(field) ?? p.token;
    const note = { message: "`]` expected before this: a field seems to begin here", span: p.spanOf(token) };
    p.failAndResume(unclosed, { open: "[", close: "]" }, p.spanOf(open), field, [note]);
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
  if (p.kind === ",") refuseTuple(p, open);
  p.expectClose(")", open, "an operator, an argument or `)`");
  return inner;
}

/** A comma in parentheses: arguments as other languages write them, or a closing parenthesis that is missing before it. */
function refuseTuple(p: Parser, open: Token): void {
  const close = closingIndex(p);
  if (close === undefined) {
    const note = { message: "`)` expected here", span: p.here() };
    p.failAndResume(unclosed, { open: "(", close: ")" }, p.spanOf(open), p.index + 1, [note]);
  }
  p.complainHere("`)`", "arguments stand side by side: `f a b`; a list is `[a, b]`");
  while (p.index < close) p.next();
}

/** The `)` that closes what the present token stands in, on the same line. */
function closingIndex(p: Parser): number | undefined {
  let depth = 0;
  const newline = p.file.text.indexOf("\n", p.token.start);
  for (let index = p.index; ; index += 1) {
    const token = p.tokenAt(index);
    if (token === undefined || (newline !== -1 && token.start > newline)) return undefined;
    if (token.kind === "(") depth += 1;
    else if (token.kind === ")" && depth === 0) return index;
    else if (token.kind === ")") depth -= 1;
  }
}

function curried(kind: TokenKind): OperatorTerm["operator"] | undefined {
  return isBinaryOperator(kind) || kind === "!" || kind === "." ? kind : undefined;
}
