// The parser's door: a file in; its syntax tree, or all that is wrong with its syntax, out.

import { compareDiagnostics } from "../../core/diagnostic.ts";
import type { SourceFile } from "../../core/source.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import type { Pattern, Term, TypeNode } from "./ast.ts";
import { Cursor, depthLimit, SyntaxFault } from "./cursor.ts";
import { tooDeep } from "./diagnostics.ts";
import { tokenize } from "./lexer.ts";
import { parseInfix } from "./parse-infix.ts";
import { parseArgumentPattern, parsePattern } from "./parse-pattern.ts";
import { parseAtom, parseUniterm } from "./parse-term.ts";
import { parseForall } from "./parse-type.ts";
import type { Parser } from "./parser.ts";
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
  const parser = new DescentParser(file, lexed.tokens);
  const term = parser.whole();
  // What the parser says about tokens behind an unclosed string would only confuse.
  const complaints = parser.diagnostics.filter(
    ({ span }) => span === undefined || span.start < lexed.brokenFrom,
  );
  const diagnostics = [...lexed.diagnostics, ...complaints].sort(compareDiagnostics);
  return { term: diagnostics.length === 0 ? term : undefined, diagnostics };
}

class DescentParser extends Cursor implements Parser {
  /** A term and nothing behind it. */
  whole(): Term | undefined {
    try {
      const term = this.term();
      if (this.kind !== "end") this.unexpected("an operator, an argument or the end of the file");
      return term;
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
