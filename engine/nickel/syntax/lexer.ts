// The lexer: a file in; its tokens, ended by an `end` token, and what is wrong with its characters, out. It never
// throws. Strings and interpolations nest, so it keeps a stack of modes: normal text, string, multi-line string.
//
//            " or '" or m%" or prefix-s%"               %{ or %%{ …
//   normal ────────────────────────────────▶ string ─────────────────▶ normal (its own count of braces)
//          ◀────────────────────────────────        ◀─────────────────
//            " or "% or "%% …                           } at brace count zero

import type { SourceFile, Span } from "../../core/source.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import {
  delimiterMismatch,
  foreignComment,
  invalidAsciiEscape,
  invalidEscape,
  unclosedString,
  unexpectedCharacter,
  unmatchedBrace,
} from "./diagnostics.ts";
import { characterHelp, restOfQuoted, singleQuoted } from "./other-languages.ts";
import { primopArity } from "./primops.ts";
import {
  isDigit,
  isLetter,
  isOperationPart,
  numberEnd,
  percent,
  percentsEnd,
  runEnd,
  underscore,
  wordEnd,
} from "./scan.ts";
import { stringsOverLines } from "./strings-over-lines.ts";
import { punctuation, type Token, type TokenKind, wordKind } from "./token.ts";

export interface Lexed {
  readonly tokens: readonly Token[];
  readonly diagnostics: readonly NickelDiagnostic[];
  /** From here on the tokens mean nothing: an unclosed string has swallowed the text. */
  readonly brokenFrom: number;
  /** The opening quotes of strings that may lack their end: those that run over several lines, in order of the text. */
  readonly suspects: readonly number[];
  /** Whether the last of them is unclosed at the end of the file. */
  readonly isOpen: boolean;
}

/** A string that is open: 0 percent signs for `"…"`, else as many as stand in its delimiters. */
interface OpenString {
  readonly kind: "string";
  readonly percents: number;
  readonly token: Token;
}

interface OpenCode {
  readonly kind: "code";
  braces: number;
}

type Mode = OpenString | OpenCode;

const punctuationKinds: ReadonlyMap<string, TokenKind> = new Map(punctuation.map((text) => [text, text]));

const quote = 0x22;
const apostrophe = 0x27;
const backslash = 0x5c;
const braceOpen = 0x7b;
const slash = 0x2f;
const star = 0x2a;

const escapes: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ['"', '"'],
  ["%", "%"],
  ["'", "'"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** `endsAtLine`: the offset of a string's opening quote that is read as though it were closed on its own line. */
export function tokenize(file: SourceFile, endsAtLine?: number): Lexed {
  return new Lexer(file, endsAtLine).run();
}

class Lexer {
  readonly #file: SourceFile;
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #diagnostics: NickelDiagnostic[] = [];
  /** What encloses the present mode, innermost last. */
  readonly #outer: Mode[] = [];
  readonly #openInterpolations: Token[] = [];
  #mode: Mode = { kind: "code", braces: 0 };
  #at = 0;
  #brokenFrom = Number.POSITIVE_INFINITY;
  readonly #endsAtLine: number | undefined;

  constructor(file: SourceFile, endsAtLine: number | undefined) {
    this.#file = file;
    this.#text = file.text;
    this.#endsAtLine = endsAtLine;
  }

  run(): Lexed {
    // A byte-order mark is no part of the text.
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    while (this.#at < this.#text.length) {
      if (this.#mode.kind === "code") this.#code(this.#mode);
      else if (this.#mode.percents === 0) this.#string();
      else this.#multiline(this.#mode);
    }
    const isOpen = this.#mode.kind === "string";
    if (this.#mode.kind === "string") this.#reportUnclosed(this.#mode);
    const last = this.#mode.kind === "string" && this.#mode.percents === 0 ? [this.#mode.token] : [];
    const suspects = [...stringsOverLines(this.#text, this.#tokens), ...last].map(({ start }) => start);
    this.#push("end", this.#text.length, "");
    return {
      tokens: this.#tokens,
      diagnostics: this.#diagnostics,
      brokenFrom: this.#brokenFrom,
      suspects,
      isOpen,
    };
  }

  #span(start: number, end: number): Span {
    return { file: this.#file, start, end };
  }

  /** Adds the token that ends at `end` and moves there. */
  #push(kind: TokenKind, end: number, value: string): Token {
    const token: Token = { kind, start: this.#at, end, value };
    this.#tokens.push(token);
    this.#at = end;
    return token;
  }

  #enter(mode: Mode): void {
    this.#outer.push(this.#mode);
    this.#mode = mode;
  }

  #leave(): void {
    this.#mode = this.#outer.pop() ?? { kind: "code", braces: 0 };
  }

  // --- code

  #code(mode: OpenCode): void {
    const text = this.#text;
    const at = this.#at;
    const code = text.charCodeAt(at);
    if (
      code === 0x20 ||
      code === 0x0a ||
      code === 0x09 ||
      (code === 0x0d && text.charCodeAt(at + 1) === 0x0a)
    ) {
      this.#at = at + 1;
    } else if (code === 0x23) {
      const newline = text.indexOf("\n", at);
      this.#at = newline === -1 ? text.length : newline;
    } else if (isLetter(code) || code === underscore) this.#word();
    else if (isDigit(code) || (code === 0x2e && isDigit(text.charCodeAt(at + 1))))
      this.#push("number", numberEnd(text, at), text.slice(at, numberEnd(text, at)));
    else if (code === quote) this.#quote();
    else if (code === apostrophe) this.#tag();
    else if (code === percent) this.#percent();
    else if (code === slash && (text.charCodeAt(at + 1) === slash || text.charCodeAt(at + 1) === star))
      this.#foreignComment();
    else if (code === braceOpen) {
      mode.braces += 1;
      this.#push("{", at + 1, "{");
    } else if (code === 0x7d) this.#closeBrace(mode);
    else {
      const kind = punctuationKinds.get(text.slice(at, at + 2)) ?? punctuationKinds.get(text.charAt(at));
      if (kind !== undefined) this.#push(kind, at + kind.length, kind);
      else this.#refuseCharacter();
    }
  }

  #closeBrace(mode: OpenCode): void {
    const end = this.#at + 1;
    if (mode.braces > 0) {
      mode.braces -= 1;
      this.#push("}", end, "}");
    } else if (this.#outer.length > 0) {
      this.#push("interpolation-close", end, "}");
      this.#openInterpolations.pop();
      this.#leave();
    } else {
      this.#diagnostics.push(complain(unmatchedBrace, { found: "}" }, this.#span(this.#at, end)));
      this.#at = end;
    }
  }

  /** `_*[A-Za-z][_A-Za-z0-9-']*`, or a lone `_`, or what opens a multi-line or symbolic string. */
  #word(): void {
    const text = this.#text;
    const start = this.#at;
    const end = wordEnd(text, start);
    if (end === start) {
      this.#push("_", start + 1, "_");
      return;
    }
    const word = text.slice(start, end);
    if (
      text.charCodeAt(end) === percent &&
      !word.startsWith("_") &&
      (word === "m" || (end - start > 2 && word.endsWith("-s")))
    ) {
      const delimiter = percentsEnd(text, end);
      if (text.charCodeAt(delimiter) === quote) {
        const kind = word === "m" ? "multiline-open" : "symbolic-open";
        this.#openString(kind, delimiter + 1, delimiter - end, word === "m" ? word : word.slice(0, -2));
        return;
      }
    }
    this.#push(wordKind(word), end, word);
  }

  /** Opens a string, or reads all of one that lacks its end and is taken to end on its line. */
  #quote(): void {
    const start = this.#at;
    if (start !== this.#endsAtLine) {
      this.#openString("string-open", start + 1, 0, '"');
      return;
    }
    const line = /^[^\r\n]*/.exec(this.#text.slice(start + 1))?.[0] ?? "";
    const own = line.replace(/([,;)\]}])\s*#.*$/, "$1").replace(/[\s,;)\]}]*$/, "");
    const end = start + 1 + own.length;
    this.#diagnostics.push(
      complain(unclosedString, { close: '"', where: "on its line" }, this.#span(start, end)),
    );
    this.#push("string-open", start + 1, '"');
    this.#pushText(end);
    this.#push("string-close", end, "");
  }

  /** `// …` and `/* … *\/`. */
  #foreignComment(): void {
    const text = this.#text;
    const start = this.#at;
    const isBlock = text.charCodeAt(start + 1) === star;
    if (
      !isBlock &&
      this.#tokens.at(-1)?.kind === "}" &&
      /^\/\/[ \t]*[{(]/.test(text.slice(start, start + 40))
    ) {
      this.#diagnostics.push(complain(foreignComment, { mark: "//" }, this.#span(start, start + 2)));
      this.#push("&", start + 2, "&");
      return;
    }
    const found = text.indexOf(isBlock ? "*/" : "\n", start + 2);
    const end = found === -1 ? text.length : isBlock ? found + 2 : found;
    const shown = text.slice(start, end).trimEnd().length;
    const mark = text.slice(start, start + 2);
    this.#diagnostics.push(complain(foreignComment, { mark }, this.#span(start, start + shown)));
    this.#at = end;
  }

  #tag(): void {
    const text = this.#text;
    const start = this.#at;
    if (text.charCodeAt(start + 1) === quote) {
      this.#openString("tag-open", start + 2, 0, "'\"");
      return;
    }
    const end = wordEnd(text, start + 1);
    const name = text.slice(start + 1, end);
    const delimiter = percentsEnd(text, end);
    const multiline = name === "m" && delimiter > end && text.charCodeAt(delimiter) === quote;
    const quoted = multiline ? undefined : singleQuoted.exec(text.slice(start))?.[0];
    if (quoted !== undefined && (name === "" || /[/:.@\\]/.test(text.charAt(end))))
      this.#quotedOtherwise(quoted, quoted.length > 2 && quoted.startsWith("''") ? 2 : 1);
    else if (name !== "" && !multiline) this.#push("tag", end, name);
    else {
      const help = multiline
        ? "a tag's name stands in ordinary quotes: '\"…\""
        : "an enum tag is ' and a name, or '\"any text\"; strings stand in double quotes";
      const stop = multiline ? end : start + 1;
      this.#diagnostics.push(
        complain(unexpectedCharacter, { character: text.slice(start, stop), help }, this.#span(start, stop)),
      );
      this.#at = stop;
    }
  }

  /** `%name%` of a known operation, else the modulo operator. */
  #percent(): void {
    const close = runEnd(this.#text, this.#at + 1, isOperationPart);
    if (this.#text.charCodeAt(close) === percent) {
      const name = this.#text.slice(this.#at + 1, close);
      if (primopArity.has(name)) {
        this.#push("primop", close + 1, name);
        return;
      }
    }
    this.#push("%", this.#at + 1, "%");
  }

  #refuseCharacter(): void {
    const start = this.#at;
    const character = String.fromCodePoint(this.#text.codePointAt(start) ?? 0);
    const shown =
      character < " "
        ? `U+${character.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()}`
        : character;
    const help = character === "\r" ? "end lines with LF or CR LF" : characterHelp.get(character);
    const end = start + character.length;
    this.#diagnostics.push(complain(unexpectedCharacter, { character: shown, help }, this.#span(start, end)));
    // Curly quotes and backticks are read as the straight ones that were meant.
    const close = restOfQuoted(character, this.#text.slice(end));
    if (close === undefined) this.#at = end;
    else this.#pushQuoted(1, close.length, 1);
  }

  /** A string in single quotes, one or two on each side. */
  #quotedOtherwise(quoted: string, quotes: number): void {
    const start = this.#at;
    const help =
      quotes === 1 ? 'strings stand in "double quotes"' : 'a text of several lines is written m%"…"%';
    const span = this.#span(start, start + quotes);
    this.#diagnostics.push(complain(unexpectedCharacter, { character: "'".repeat(quotes), help }, span));
    this.#pushQuoted(quotes, quoted.length - quotes, quotes);
  }

  /** A whole string: its opening quotes, its text with the closing quotes, the latter alone. */
  #pushQuoted(open: number, rest: number, close: number): void {
    const start = this.#at;
    this.#push("string-open", start + open, '"');
    this.#pushText(start + open + rest - close);
    this.#push("string-close", start + open + rest, '"');
  }

  // --- strings

  #openString(kind: TokenKind, end: number, percents: number, value: string): void {
    this.#enter({ kind: "string", percents, token: this.#push(kind, end, value) });
  }

  #pushText(end: number): void {
    if (end === this.#at) return;
    const text = this.#text.slice(this.#at, end);
    this.#push("text", end, text.includes("\r") ? text.replaceAll("\r\n", "\n") : text);
  }

  #openInterpolation(end: number): void {
    this.#openInterpolations.push(this.#push("interpolation-open", end, this.#text.slice(this.#at, end)));
    this.#enter({ kind: "code", braces: 0 });
  }

  #closeString(end: number): void {
    this.#push("string-close", end, this.#text.slice(this.#at, end));
    this.#leave();
  }

  /** One run of text, one escape, or what ends the text. */
  #string(): void {
    const text = this.#text;
    let end = this.#at;
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === quote) {
        this.#pushText(end);
        this.#closeString(end + 1);
        return;
      }
      if (code === backslash) {
        this.#pushText(end);
        this.#escape();
        return;
      }
      if (code === percent && text.charCodeAt(end + 1) === braceOpen) {
        this.#pushText(end);
        this.#openInterpolation(end + 2);
        return;
      }
    }
    this.#pushText(end);
  }

  #escape(): void {
    const text = this.#text;
    const start = this.#at;
    const character = String.fromCodePoint(text.codePointAt(start + 1) ?? 0x20);
    const hex = character === "x" ? /^[0-9A-Fa-f]{2}/.exec(text.slice(start + 2, start + 4)) : null;
    if (hex !== null) {
      const code = Number.parseInt(hex[0], 16);
      if (code > 0x7f) {
        this.#diagnostics.push(
          complain(invalidAsciiEscape, { escape: `\\x${hex[0]}` }, this.#span(start, start + 4)),
        );
      }
      this.#push("escape", start + 4, String.fromCharCode(code));
      return;
    }
    const value = escapes.get(character);
    const end = Math.min(start + 1 + character.length, text.length);
    if (value === undefined) {
      const escape = /\s/.test(character) ? "\\" : `\\${character}`;
      this.#diagnostics.push(complain(invalidEscape, { escape }, this.#span(start, start + escape.length)));
    }
    this.#push("escape", end, value ?? character);
  }

  /** A run of text and what ends it. Surplus percent signs before a brace, and too few of them, are text. */
  #multiline(mode: OpenString): void {
    const text = this.#text;
    let end = this.#at;
    while (end < text.length) {
      const code = text.charCodeAt(end);
      if (code !== quote && code !== percent) {
        end += 1;
        continue;
      }
      const percentsStart = code === quote ? end + 1 : end;
      const afterPercents = percentsEnd(text, percentsStart);
      const count = afterPercents - percentsStart;
      if (count > 0 && text.charCodeAt(afterPercents) === braceOpen) {
        if (count >= mode.percents) {
          this.#pushText(afterPercents - mode.percents);
          this.#openInterpolation(afterPercents + 1);
          return;
        }
      } else if (code === quote && count >= mode.percents) {
        this.#pushText(end);
        if (count > mode.percents) {
          const close = `"${"%".repeat(mode.percents)}`;
          const found = text.slice(end, afterPercents);
          const span = this.#span(end, afterPercents);
          const opening = {
            message: "the string is opened here",
            span: this.#span(mode.token.start, mode.token.end),
          };
          this.#diagnostics.push(complain(delimiterMismatch, { close, found }, span, [opening]));
        }
        this.#closeString(afterPercents);
        return;
      }
      end = Math.max(afterPercents, end + 1);
    }
    this.#pushText(end);
  }

  #reportUnclosed(mode: OpenString): void {
    const { token, percents } = mode;
    const interpolation = this.#openInterpolations.at(-1);
    const notes =
      interpolation !== undefined
        ? [
            {
              message: "it stands in the interpolation that opens here: is the `}` missing?",
              span: this.#span(interpolation.start, interpolation.end),
            },
          ]
        : percents === 0
          ? this.#suspectNotes()
          : [];
    this.#diagnostics.push(
      complain(
        unclosedString,
        { close: `"${"%".repeat(percents)}`, where: undefined },
        this.#span(token.start, token.end),
        notes,
      ),
    );
    // The quote that is missing may be that of an earlier string; what lies between was read inside out.
    this.#brokenFrom = notes[0]?.span.start ?? token.start;
  }

  /** The first earlier `"…"` that runs over several lines: there the missing quote may belong. */
  #suspectNotes(): { message: string; span: Span }[] {
    const opening = stringsOverLines(this.#text, this.#tokens)[0];
    if (opening === undefined) return [];
    const span = this.#span(opening.start, this.#text.indexOf("\n", opening.start));
    return [{ message: "this string runs over several lines: is its closing quote missing?", span }];
  }
}
