// The first conflict marker of git in a lock's text; no line of a lock begins like one.

import type { SourceFile, Span } from "../core/source.ts";

/** Its line; undefined where there is none. */
export function findConflict(file: SourceFile): Span | undefined {
  const found = /^<{7}( .*)?$/m.exec(file.text);
  if (found === null) return undefined;
  return { file, start: found.index, end: found.index + found[0].trimEnd().length };
}
