// Patterns of `let`, `fun` and `match`. `or` is a name too: after a pattern it parts alternatives, if a pattern follows.

import type { FieldPattern, Pattern, Rest } from "./ast.ts";
import { duplicateFieldPattern } from "./diagnostics.ts";
import { parseAnnotations } from "./parse-annotation.ts";
import { parseStaticString, parseTag } from "./parse-string.ts";
import type { Parser } from "./parser.ts";
import type { TokenKind } from "./token.ts";

/** Any pattern: alternatives and variants stand bare. */
export function parsePattern(p: Parser): Pattern {
  return p.nested(() => parseAliased(p, () => parseAlternatives(p)));
}

/** A pattern in argument position: alternatives and variants stand in parentheses. */
export function parseArgumentPattern(p: Parser): Pattern {
  return p.nested(() => parseAliased(p, () => parseSimple(p)));
}

export function startsPattern(kind: TokenKind): boolean {
  switch (kind) {
    case "identifier":
    case "or":
    case "as":
    case "include":
    case "_":
    case "{":
    case "[":
    case "(":
    case "true":
    case "false":
    case "null":
    case "number":
    case "string-open":
    case "tag":
    case "tag-open":
      return true;
    default:
      return false;
  }
}

/** `name @ p`, or p alone. */
function parseAliased(p: Parser, parse: () => Pattern): Pattern {
  if (!p.atIdentifier() || p.peek() !== "@") return parse();
  const { start } = p.token;
  const name = p.identifier("a name");
  p.next();
  const pattern = parse();
  return { kind: "alias", name, pattern, span: p.spanFrom(start) };
}

/** `p or q or …`, or p alone. Only the last alternative may have an alias of its own. */
function parseAlternatives(p: Parser): Pattern {
  const { start } = p.token;
  let last = parseBranch(p);
  if (!separates(p)) return last;
  const alternatives = [last];
  while (separates(p)) {
    if (last.kind === "alias")
      p.unexpected("the end of the pattern", "put the aliased alternative last, or alias the whole");
    p.next();
    last = parseAliased(p, () => parseBranch(p));
    alternatives.push(last);
  }
  return { kind: "or", alternatives, span: p.spanFrom(start) };
}

/** Whether an `or` stands here that parts two alternatives. */
function separates(p: Parser): boolean {
  return p.kind === "or" && startsPattern(p.peek());
}

/** One alternative: a variant may stand bare. */
function parseBranch(p: Parser): Pattern {
  return p.kind === "tag" || p.kind === "tag-open" ? parseEnum(p) : parseSimple(p);
}

/** `'Tag` or `'Tag p`. In `'Tag or`, `or` is the argument unless another alternative follows. */
function parseEnum(p: Parser): Pattern {
  const { start } = p.token;
  const tag = parseTag(p);
  if (tag === undefined) return p.unexpected("an enum tag");
  const isName = p.kind === "or" || p.kind === "as" || p.kind === "include";
  const isArgument = isName
    ? p.peek() === "@" || (p.kind === "or" && !startsPattern(p.peek()))
    : startsPattern(p.kind);
  if (!isArgument) return { kind: "tag", tag, span: p.spanFrom(start) };
  const argument = parseArgumentPattern(p);
  return { kind: "variant", tag, argument, span: p.spanFrom(start) };
}

/** A pattern that needs no parentheses, or one in parentheses. */
function parseSimple(p: Parser): Pattern {
  const { token } = p;
  switch (token.kind) {
    case "_":
      p.next();
      return { kind: "wildcard", span: p.spanOf(token) };
    case "{":
      return parseRecordPattern(p);
    case "[":
      return parseArrayPattern(p);
    case "(":
      return parseParenthesised(p);
    case "tag":
    case "tag-open": {
      const tag = parseTag(p);
      return tag === undefined ? p.unexpected("an enum tag") : { kind: "tag", tag, span: tag.span };
    }
    case "true":
    case "false": {
      p.next();
      const span = p.spanOf(token);
      return { kind: "constant", constant: { kind: "bool", value: token.kind === "true", span }, span };
    }
    case "null": {
      p.next();
      const span = p.spanOf(token);
      return { kind: "constant", constant: { kind: "null", span }, span };
    }
    case "number": {
      p.next();
      const span = p.spanOf(token);
      return { kind: "constant", constant: { kind: "number", text: token.value, span }, span };
    }
    case "string-open": {
      const constant = parseStaticString(p, "a string pattern", false);
      return { kind: "constant", constant, span: constant.span };
    }
    default: {
      const name = p.identifier("a name");
      return { kind: "variable", name: name.text, span: name.span };
    }
  }
}

/** `('Tag p)` or `(p or q)`: parentheses hold nothing else. */
function parseParenthesised(p: Parser): Pattern {
  const open = p.next();
  const inner = p.nested(() => parseAlternatives(p));
  if (inner.kind !== "variant" && inner.kind !== "or") {
    p.unexpected(
      "an argument of the tag, or `or`",
      "in patterns, only variants and alternatives stand in parentheses",
    );
  }
  p.expectClose(")", open, "`)`");
  return inner;
}

function parseRecordPattern(p: Parser): Pattern {
  const open = p.next();
  const fields: FieldPattern[] = [];
  const seen = new Map<string, FieldPattern>();
  let rest: Rest = { kind: "closed" };
  while (p.kind !== "}") {
    if (p.kind === "..") {
      rest = parseRest(p);
      break;
    }
    const field = parseFieldPattern(p);
    const first = seen.get(field.field.text);
    if (first !== undefined) {
      const note = { message: "it is first matched here", span: first.field.span };
      p.report(duplicateFieldPattern, { field: field.field.text }, field.field.span, [note]);
    }
    seen.set(field.field.text, field);
    fields.push(field);
    if (p.eat(",") === undefined) break;
  }
  p.expectClose("}", open, "`,` or `}` in the record pattern");
  return { kind: "record", fields, rest, span: p.spanFrom(open.start) };
}

function parseArrayPattern(p: Parser): Pattern {
  const open = p.next();
  const items: Pattern[] = [];
  let rest: Rest = { kind: "closed" };
  while (p.kind !== "]") {
    if (p.kind === "..") {
      rest = parseRest(p);
      break;
    }
    items.push(parsePattern(p));
    if (p.eat(",") === undefined) break;
  }
  p.expectClose("]", open, "`,` or `]` in the array pattern");
  return { kind: "array", items, rest, span: p.spanFrom(open.start) };
}

/** `..` or `..name`. */
function parseRest(p: Parser): Rest {
  const dots = p.next();
  return p.atIdentifier()
    ? { kind: "capture", name: p.identifier("a name") }
    : { kind: "open", span: p.spanOf(dots) };
}

/** `field`, `field : T | C ? fallback`, `field = p`. */
function parseFieldPattern(p: Parser): FieldPattern {
  const { start } = p.token;
  const field = p.identifier("a field pattern");
  const annotations = parseAnnotations(p);
  const fallback = p.eat("?") === undefined ? undefined : p.term();
  const pattern: Pattern =
    p.eat("=") === undefined ? { kind: "variable", name: field.text, span: field.span } : parsePattern(p);
  return { field, annotations, fallback, pattern, span: p.spanFrom(start) };
}
