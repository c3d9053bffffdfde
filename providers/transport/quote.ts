// Words in, a command line for a POSIX shell out that gives exactly these words back. The one place that quotes.

/** Linux takes no single argument longer than this, and to sshd's shell the whole command line is one. */
export const maxCommandLineBytes = 128 * 1024 - 1;

/** Every word in single quotes where it needs any. A NUL, which no argument can hold, is the caller's to refuse. */
export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

function quoteWord(word: string): string {
  if (/^[A-Za-z0-9_/:@%+,.-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
