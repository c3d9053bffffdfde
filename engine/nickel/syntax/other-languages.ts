// What people write who come from other languages, or from word processors: characters that Nickel has no use for, and its
// strings in other quotes. The lexer complains of them, and reads on as though the right ones stood there.

/** What to write instead of a character. */
export const characterHelp: ReadonlyMap<string, string> = new Map([
  ["“", 'write the straight quote "'],
  ["”", 'write the straight quote "'],
  ["‘", "write the straight quote '"],
  ["’", "write the straight quote '"],
  ["`", 'strings stand in "double quotes"'],
  ["$", "interpolation is written %{…}, inside a string"],
  ["~", "there is no such operator"],
  ["^", "for powers use std.number.pow"],
  ["\u00a0", "replace the no-break space with a blank"],
]);

/** A string in single quotes, one or two on each side, with nothing behind it that an enum tag could go on with. */
export const singleQuoted = /^(?:''[^]*?''|'[^'\n]*')(?=[ \t]*(?:[,;)\]}\r\n]|$))/;

const closings: ReadonlyMap<string, RegExp> = new Map([
  ["“", /^[^”"\n]*”/],
  ["`", /^[^`\n]*`/],
]);

/** What of `text`, behind such an opening quote, belongs to the string, its closing quote included. */
export function restOfQuoted(opening: string, text: string): string | undefined {
  return closings.get(opening)?.exec(text)?.[0];
}
