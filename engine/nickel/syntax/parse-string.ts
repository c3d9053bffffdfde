// Strings: from the opening delimiter's token to the closing one.

import type { Chunk, Name, StringTerm, SymbolicTerm, TemplateTerm } from "./ast.ts";
import { interpolationNotAllowed } from "./diagnostics.ts";
import { stripIndentation } from "./indentation.ts";
import type { Parser } from "./parser.ts";
import type { TokenKind } from "./token.ts";

export function isStringOpen(kind: TokenKind): boolean {
  return kind === "string-open" || kind === "multiline-open" || kind === "symbolic-open";
}

/** Any string literal; the present token opens it. */
export function parseString(p: Parser): StringTerm | TemplateTerm | SymbolicTerm {
  const open = p.next();
  const raw = parseChunks(p, open.start);
  const span = p.spanFrom(open.start);
  const chunks = open.kind === "string-open" ? raw : stripIndentation(raw);
  if (open.kind === "symbolic-open") {
    const prefix = { text: open.value, span: { ...p.spanOf(open), end: open.start + open.value.length } };
    return { kind: "symbolic", prefix, chunks, span };
  }
  const text = staticText(chunks);
  return text === undefined ? { kind: "template", chunks, span } : { kind: "string", value: text, span };
}

/** A string literal that must be known without evaluation; `what` is what it stands for. */
export function parseStaticString(p: Parser, what: string, allowMultiline: boolean): StringTerm {
  if (p.kind !== "string-open" && !(allowMultiline && p.kind === "multiline-open"))
    p.unexpected(`${what} as a string`);
  const string = parseString(p);
  if (string.kind === "string") return string;
  const interpolation = string.chunks.find((chunk) => chunk.kind === "interpolation");
  return p.fail(interpolationNotAllowed, { what }, interpolation?.span ?? string.span);
}

/** An enum tag, if one stands here: `'name` or `'"any text"`. */
export function parseTag(p: Parser): Name | undefined {
  const { token } = p;
  if (token.kind === "tag") {
    p.next();
    return { text: token.value, span: p.spanOf(token) };
  }
  if (token.kind !== "tag-open") return undefined;
  p.next();
  const chunks = parseChunks(p, token.start);
  const text = staticText(chunks);
  if (text === undefined) {
    const interpolation = chunks.find((chunk) => chunk.kind === "interpolation");
    p.fail(interpolationNotAllowed, { what: "an enum tag" }, interpolation?.span ?? p.spanFrom(token.start));
  }
  return { text, span: p.spanFrom(token.start) };
}

/** The text of chunks without interpolation. */
function staticText(chunks: readonly Chunk[]): string | undefined {
  const [first] = chunks;
  if (first === undefined) return "";
  return chunks.length === 1 && first.kind === "text" ? first.text : undefined;
}

/** Chunks up to the closing delimiter, which is taken too; neighbouring text and escapes are one chunk. */
function parseChunks(p: Parser, start: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (;;) {
    switch (p.kind) {
      case "text":
      case "escape": {
        const first = p.next();
        let text = first.value;
        while (p.kind === "text" || p.kind === "escape") text += p.next().value;
        chunks.push({ kind: "text", text, span: p.spanFrom(first.start) });
        break;
      }
      case "interpolation-open": {
        const open = p.next();
        const term = p.term();
        p.expectClose("interpolation-close", open, "`}` after the interpolated expression");
        chunks.push({ kind: "interpolation", term, indent: 0, span: p.spanFrom(open.start) });
        break;
      }
      default:
        p.expectClose(
          "string-close",
          { kind: "string-open", start, end: start + 1, value: '"' },
          "the end of the string",
        );
        return chunks;
    }
  }
}
