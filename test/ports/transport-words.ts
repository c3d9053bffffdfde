// Words that shells stumble over, and a program that tells which words reached it.

export const awkwardWords: readonly string[] = [
  "",
  " ",
  "plain",
  "two words",
  "new\nline",
  "\n",
  "trailing newline\n",
  "carriage\r\nreturn",
  "tab\t",
  "'",
  "''",
  "it's",
  'double "quotes"',
  "$HOME",
  "${x:-y}",
  "$(echo no)",
  "`echo no`",
  "back\\slash",
  "ends in \\",
  "*",
  "/*",
  "[a]?",
  "{a,b}",
  "~",
  "~root",
  "-",
  "--",
  "-n",
  "--help",
  "a=b",
  "#no comment",
  "!history!",
  "a;b|c&d>e<f",
  "ünïcödé",
  "\u{1F600}\u{10FFFF}",
  "\u202Eturned",
  "\u0001\u0007\u001B[31m\u007F",
  "x".repeat(10_000),
];

/** Followed by words, a command that writes them out. */
export const tellWords: readonly string[] = [
  "/bin/sh",
  "-c",
  'for word; do printf "%s\\0" "$word"; done',
  "-sh",
];

export function readWords(output: string): readonly string[] {
  return output.split("\0").slice(0, -1);
}
