import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SourceFile } from "../../engine/core/source.ts";
import { tokenize } from "../../engine/nickel/syntax/lexer.ts";
import { arbitrarySource } from "./syntax-pieces.ts";

function lex(text: string): string[] {
  const { tokens, diagnostics } = tokenize(new SourceFile("/a.ncl", text));
  expect(diagnostics).toEqual([]);
  return tokens.map(({ kind, value }) => (kind === value ? kind : `${kind}<${value}>`));
}

function complaints(text: string): string[] {
  return tokenize(new SourceFile("/a.ncl", text)).diagnostics.map(
    ({ code, kind, message, span }) => `${code} ${kind} ${message} @${span?.start}-${span?.end}`,
  );
}

describe("code", () => {
  test("names hold dashes and quotes, so subtraction needs blanks", () => {
    expect(lex("x-1 x - 1 x -1 a' _b2 _ __")).toEqual([
      "identifier<x-1>",
      "identifier<x>",
      "-",
      "number<1>",
      "identifier<x>",
      "-",
      "number<1>",
      "identifier<a'>",
      "identifier<_b2>",
      "_",
      "_",
      "_",
      "end<>",
    ]);
  });

  test("numbers", () => {
    expect(lex("1 .5 1.5 1e5 1E-5 1.e 0x1Fg 0o17 0b10 1..2")).toEqual([
      "number<1>",
      "number<.5>",
      "number<1.5>",
      "number<1e5>",
      "number<1E-5>",
      "number<1>",
      ".",
      "identifier<e>",
      "number<0x1F>",
      "identifier<g>",
      "number<0o17>",
      "number<0b10>",
      "number<1>",
      "..",
      "number<2>",
      "end<>",
    ]);
  });

  test("tags, keywords, metadata words, contextual words", () => {
    expect(lex("'Foo '_a-b let rec default or include")).toEqual([
      "tag<Foo>",
      "tag<_a-b>",
      "let",
      "rec",
      "default",
      "or",
      "include",
      "end<>",
    ]);
  });

  test("a percent sign is modulo unless a known operation follows", () => {
    expect(lex("%typeof% a %b% %record/insert%")).toEqual([
      "primop<typeof>",
      "identifier<a>",
      "%",
      "identifier<b>",
      "%",
      "primop<record/insert>",
      "end<>",
    ]);
  });

  test("comments end with the line; CR LF is a blank", () => {
    expect(lex('a # b "\r\nc#')).toEqual(["identifier<a>", "identifier<c>", "end<>"]);
  });

  test("a byte-order mark is skipped", () => {
    expect(lex("\ufeff1")).toEqual(["number<1>", "end<>"]);
  });
});

describe("strings", () => {
  test("escapes and interpolation, with braces inside", () => {
    expect(lex('"a\\n%{ {b = "%{c}"} }%d%"')).toEqual([
      'string-open<">',
      "text<a>",
      "escape<\n>",
      "interpolation-open<%{>",
      "{",
      "identifier<b>",
      "=",
      'string-open<">',
      "interpolation-open<%{>",
      "identifier<c>",
      "interpolation-close<}>",
      'string-close<">',
      "}",
      "interpolation-close<}>",
      "text<%d%>",
      'string-close<">',
      "end<>",
    ]);
  });

  test("multi-line strings interpolate on exactly their number of percent signs, the surplus is text", () => {
    expect(lex('m%%"%{a}%%%{b}"%"%%{c}"%%')).toEqual([
      "multiline-open<m>",
      "text<%{a}%>",
      "interpolation-open<%%{>",
      "identifier<b>",
      "interpolation-close<}>",
      'text<"%">',
      "interpolation-open<%%{>",
      "identifier<c>",
      "interpolation-close<}>",
      'string-close<"%%>',
      "end<>",
    ]);
  });

  test("a prefix before -s% makes a symbolic string", () => {
    expect(lex('my-nix-s%"x"%')).toEqual(["symbolic-open<my-nix>", "text<x>", 'string-close<"%>', "end<>"]);
  });

  test("CR LF in strings becomes LF", () => {
    expect(lex('"a\r\nb" m%"c\r\nd"%')).toEqual([
      'string-open<">',
      "text<a\nb>",
      'string-close<">',
      "multiline-open<m>",
      "text<c\nd>",
      'string-close<"%>',
      "end<>",
    ]);
  });
});

describe("faults", () => {
  test.each([
    ['"\\q"', "E0105 ParseError::InvalidEscapeSequence invalid escape sequence `\\q` @1-3"],
    ['"\\x80"', "E0106 ParseError::InvalidAsciiEscapeCode `\\x80` is no ASCII code @1-5"],
    [
      'm%"a"%%',
      "E0107 ParseError::StringDelimiterMismatch `\"%%` has more percent signs than the string's opening @4-7",
    ],
    ["a }", "E0108 ParseError::UnmatchedCloseBrace unmatched `}` @2-3"],
    ["$", "E0103 ParseError::UnexpectedToken unexpected character `$` @0-1"],
    ["a \r b", "E0103 ParseError::UnexpectedToken unexpected character `U+000D` @2-3"],
    ['\'m%"a"%', "E0103 ParseError::UnexpectedToken unexpected character `'m` @0-2"],
    ['a "b', "E0104 ParseError::UnexpectedEOF unclosed string @2-3"],
  ])("%j", (text, complaint) => {
    expect(complaints(text)[0]).toBe(complaint);
  });
});

test("tokens are in order, and with the gaps between them they are the text", () => {
  fc.assert(
    fc.property(arbitrarySource, (text) => {
      const { tokens, diagnostics } = tokenize(new SourceFile("/a.ncl", text));
      let at = 0;
      for (const token of tokens) {
        expect(token.start).toBeGreaterThanOrEqual(at);
        expect(token.end).toBeGreaterThanOrEqual(token.start);
        const gap = text.slice(at, token.start);
        const refused = diagnostics.some(
          ({ span }) => span !== undefined && span.start < token.start && span.end > at,
        );
        expect(refused ? "" : gap).toMatch(/^\ufeff?(?:[ \t\n]|\r\n|#[^\n]*(?:\n|$))*$/);
        at = token.end;
      }
      expect(at).toBe(text.length);
      expect(tokens.at(-1)?.kind).toBe("end");
    }),
    { numRuns: 2000 },
  );
});
