// .dockerignore, read as BuildKit does it (moby/patternmatcher 0.6, ignorefile.ReadAll), so that the files that are hashed are
// the files that are sent.

import type { SourceFile, Span } from "../core/source.ts";
import {
  cleanPath,
  combinePatterns,
  compilePattern,
  type PathPattern,
  type PathPatterns,
} from "./path-patterns.ts";

export interface BadPattern {
  readonly pattern: string;
  readonly span: Span;
}

/** Reads an ignore file; undefined ignores nothing. */
export function readDockerignore(file: SourceFile | undefined): {
  /** What matches is not sent. */
  readonly ignore: PathPatterns;
  readonly badPatterns: readonly BadPattern[];
} {
  const patterns: PathPattern[] = [];
  const badPatterns: BadPattern[] = [];
  for (const { text, span } of file === undefined ? [] : readLines(file)) {
    const pattern = compilePattern(text);
    if (pattern === undefined) badPatterns.push({ pattern: text, span });
    else patterns.push(pattern);
  }
  return { ignore: combinePatterns(patterns), badPatterns };
}

/** Patterns, cleaned, with their places; comments and empty lines left out. */
function* readLines(file: SourceFile): Generator<{ text: string; span: Span }> {
  const { lineStarts, text: all } = file;
  for (const [index, lineStart] of lineStarts.entries()) {
    const line = all.slice(lineStart, lineStarts[index + 1] ?? all.length).replace(/\r?\n$/, "");
    if (line.startsWith("#")) continue;
    const trimmed = line.trim();
    if (trimmed === "") continue;
    const start = lineStart + line.indexOf(trimmed);
    const isException = trimmed.startsWith("!");
    const bare = isException ? trimmed.slice(1).trim() : trimmed;
    const cleaned = bare === "" ? "" : cleanPath(bare).replace(/^\/(?=.)/, "");
    yield { text: (isException ? "!" : "") + cleaned, span: { file, start, end: start + trimmed.length } };
  }
}
