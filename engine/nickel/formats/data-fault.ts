// How the readers of data files give up: at the first fault, for what follows would only be guessed.

import type { SourceFile } from "../../core/source.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import { invalidData } from "./diagnostics.ts";

/** Thrown within a reader and caught by its door. */
export class DataFault extends Error {
  readonly start: number;
  readonly end: number;
  readonly help: string | undefined;

  constructor(what: string, start: number, end: number = start + 1, help?: string) {
    super(what);
    this.start = start;
    this.end = end;
    this.help = help;
  }

  diagnostic(file: SourceFile, format: string): NickelDiagnostic {
    const start = Math.min(this.start, file.text.length);
    const end = Math.min(this.end, file.text.length);
    return complain(invalidData, { format, what: this.message, help: this.help }, { file, start, end });
  }
}

/** Arrays and records within one another in a data file. */
export const nestingLimit = 500;
