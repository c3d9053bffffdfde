// The parser's door: a file in; its syntax tree, or all that is wrong with its syntax, out.

import { compareDiagnostics } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import type { Pattern, Term, TypeNode } from "./ast.ts";
import { Cursor, depthLimit, SyntaxFault } from "./cursor.ts";
import {
  tooDeep,
  unclosedString,
  unexpectedCharacter,
  unexpectedToken,
  unmatchedBrace,
} from "./diagnostics.ts";
import type { MissingEnd } from "./layout.ts";
import { type Lexed, tokenize } from "./lexer.ts";
import { parseInfix } from "./parse-infix.ts";
import { parseArgumentPattern, parsePattern } from "./parse-pattern.ts";
import { parseAtom, parseUniterm } from "./parse-term.ts";
import { parseForall } from "./parse-type.ts";
import type { Parser } from "./parser.ts";
import type { Token } from "./token.ts";
import { asTerm, asType, type Uniterm } from "./uniterm.ts";

export interface Parsed {
  /** Absent exactly when there are diagnostics. */
  readonly term: Term | undefined;
  /** In order of the text. */
  readonly diagnostics: readonly NickelDiagnostic[];
}

/** Parses a whole file. Never throws, whatever the text. */
export function parse(file: SourceFile): Parsed {
  const lexed = tokenize(file);
  const read = readTokens(file, lexed);
  const { diagnostics } = read;
  if (diagnostics.length === 0) return { term: read.term, diagnostics };
  let best = withoutEchoes(diagnostics);
  let isOpen = lexed.isOpen;
  for (const quote of lexed.suspects.slice(0, mostRepairs)) {
    const relexed = tokenize(file, quote);
    if (relexed.isOpen) continue;
    const others = withoutEchoes(readTokens(file, relexed).diagnostics);
    if (isOpen || others.length < best.length) best = others;
    isOpen = false;
  }
  return { term: undefined, diagnostics: best };
}

/** What the rest of a line comes to, behind a string without end or a character that is none of the language's, is no fault of its own. */
function withoutEchoes(diagnostics: readonly NickelDiagnostic[]): readonly NickelDiagnostic[] {
  const garbled = new Set<number>();
  const told = new Set<string>();
  for (const one of diagnostics) if (one.code === unclosedString.code) garbled.add(lineOf(one));
  return diagnostics.filter((one) => {
    const key = `${one.code} ${one.span?.start}`;
    if (told.has(key)) return false;
    told.add(key);
    if (one.code !== unexpectedToken.code && one.code !== unexpectedCharacter.code) return true;
    const line = lineOf(one);
    if (garbled.has(line)) return false;
    if (one.code === unexpectedCharacter.code) garbled.add(line);
    return true;
  });
}

/** Strings of which each may be the one that lacks its end, and brackets that are closed in place of the author. */
const mostRepairs = 8;

/** Reads the tokens; where a bracket lacks its end, again with the end put in, to tell what else is wrong. */
function readTokens(file: SourceFile, lexed: Lexed, repairs = 0): Parsed {
  const parser = new DescentParser(file, lexed.tokens);
  const term = parser.whole();
  // What the parser says about tokens behind an unclosed string would only confuse.
  const complaints = parser.diagnostics.filter(
    ({ span }) => span === undefined || span.start < lexed.brokenFrom,
  );
  const diagnostics = [...lexed.diagnostics, ...complaints].sort(compareDiagnostics);
  const { missingEnd, closedBy } = parser;
  const surplus = lexed.diagnostics.find(
    ({ code, span }) => code === unmatchedBrace.code && span !== undefined,
  );
  if (closedBy !== undefined && surplus?.span !== undefined && repairs < mostRepairs)
    return closeLater(file, lexed, closedBy, surplus, repairs);
  if (missingEnd === undefined || repairs === mostRepairs) return { term, diagnostics };
  const unclosedOne = complaints.filter(({ span }) => span?.start === missingEnd.open.start);
  const repaired = readTokens(file, { ...lexed, tokens: closeBefore(lexed.tokens, missingEnd) }, repairs + 1);
  return { term: undefined, diagnostics: [...unclosedOne, ...repaired.diagnostics].sort(compareDiagnostics) };
}

/** Reads a file of which the outermost brace is closed too early as though only the surplus one at its end closed it. */
function closeLater(
  file: SourceFile,
  lexed: Lexed,
  early: Token,
  surplus: NickelDiagnostic,
  repairs: number,
): Parsed {
  const { start, end } = surplus.span ?? early;
  const rest = lexed.tokens.filter((token) => token !== early);
  const at = rest.findIndex((token) => token.start >= end);
  const tokens = [...rest.slice(0, at), { ...early, start, end }, ...rest.slice(at)];
  const complaint = complain(unmatchedBrace, { found: "}" }, { file, start: early.start, end: early.end });
  const others = lexed.diagnostics.filter((one) => one !== surplus);
  return readTokens(file, { ...lexed, tokens, diagnostics: [...others, complaint] }, repairs + 1);
}

/** The tokens with the end of a bracket, and a comma, before one of them. */
function closeBefore(tokens: readonly Token[], { open, before }: MissingEnd): readonly Token[] {
  const at = tokens.indexOf(before);
  const { end } = tokens[at - 1] ?? open;
  const close = open.kind === "[" ? "]" : open.kind === "(" ? ")" : "}";
  const added = ([close, ","] as const).map((kind) => ({ kind, start: end, end, value: kind }));
  return [...tokens.slice(0, at), ...added, ...tokens.slice(at)];
}

function lineOf({ span }: NickelDiagnostic): number {
  return span?.file.position(span.start).line ?? 0;
}

class DescentParser extends Cursor implements Parser {
  /** The brace that ended the term, where more of the file follows. */
  closedBy: Token | undefined;

  /** A term and nothing behind it. */
  whole(): Term | undefined {
    try {
      const term = this.term();
      if (this.kind === "end") return term;
      if (this.previous?.kind === "}") this.closedBy = this.previous;
      this.unexpected("an operator, an argument or the end of the file");
    } catch (fault) {
      if (fault instanceof SyntaxFault) {
        if (fault.diagnostic !== undefined) this.diagnostics.push(fault.diagnostic);
      } else if (fault instanceof RangeError) {
        // The stack is smaller than the depth limit supposes.
        this.diagnostics.push(complain(tooDeep, { limit: depthLimit }, this.here()));
      } else throw fault;
      return undefined;
    }
  }

  term(): Term {
    return asTerm(this, this.uniterm());
  }

  uniterm(): Uniterm {
    this.enter();
    const uniterm = parseUniterm(this);
    this.leave();
    return uniterm;
  }

  atomIfAny(): Uniterm | undefined {
    return parseAtom(this);
  }

  atom(): Uniterm {
    return parseAtom(this) ?? this.unexpected("an expression");
  }

  type(): TypeNode {
    this.enter();
    const type = this.kind === "forall" ? parseForall(this) : asType(this, parseInfix(this));
    this.leave();
    return type;
  }

  pattern(): Pattern {
    return parsePattern(this);
  }

  argumentPattern(): Pattern {
    return parseArgumentPattern(this);
  }
}
