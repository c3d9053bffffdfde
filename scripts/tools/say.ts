// How scripts tell what they do: one line at a time on stderr, so that stdout stays the results'.

export type Say = (line: string) => void;

export function sayOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
