// Which texts are the standard library's: places in them mean nothing to the author of a program.

import { SourceFile, type Span } from "../../core/source.ts";

const prefix = "<std>/";

export function librarySource(name: string, text: string): SourceFile {
  return new SourceFile(`${prefix}${name}.ncl`, text);
}

export function isLibrary(span: Span): boolean {
  return span.file.path.startsWith(prefix);
}
