// How the YAML writer spells strings: plain, 'single', "double" or | literal, as Nickel's export chooses.

/** Whether the name may stand before `:` on one line. Length counts UTF-8 bytes. */
export function isSimpleKey(name: string): boolean {
  return !hasBreak(name) && Buffer.byteLength(name) <= 128;
}

/** A key on one line. */
export function yamlKey(name: string): string {
  return flowString(name);
}

/** A string value; the lines of a literal one stand at the column, the last one ended. */
export function yamlString(text: string, column: number): string {
  return text.includes("\n") ? literalString(text, column) : flowString(text);
}

/** `|` and the lines at the column, or double quotes where a literal cannot hold the text. */
export function literalString(text: string, column: number): string {
  if (text.endsWith(" ") || / \n/.test(text) || hasSpecial(text) || hasOddBreak(text))
    return doubleQuoted(text);
  const indentHint = /^[ \n]/.test(text) ? "2" : "";
  const chompHint = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const pad = " ".repeat(column);
  const lines = text.split("\n").map((line) => (line === "" ? "" : pad + line));
  const body = lines.join("\n");
  return `|${indentHint}${chompHint}\n${text.endsWith("\n") ? body : `${body}\n`}`;
}

/** Without line breaks. */
function flowString(text: string): string {
  if (hasSpecial(text) || hasBreak(text)) return doubleQuoted(text);
  return readsOtherwise(text) || !plainAllowed(text) ? `'${text.replaceAll("'", "''")}'` : text;
}

/** Whether a plain scalar of this text would be read as something else than this string. */
function readsOtherwise(text: string): boolean {
  if (
    /^(?:|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(
      text,
    )
  ) {
    return true;
  }
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    return Number.isFinite(Number(text)) || /^[+-]?0\d+$/.test(text);
  }
  const radix = /^([+-]?)(0x[\dA-Fa-f]+|0o[0-7]+|0b[01]+)$/.exec(text);
  if (radix === null) return false;
  const magnitude = BigInt(radix[2] ?? "0");
  return radix[1] === "-" ? magnitude <= 1n << 127n : magnitude < 1n << 128n;
}

/** Whether the indicators in the text let it stand plain in block context. */
function plainAllowed(text: string): boolean {
  if (text.startsWith(" ") || text.endsWith(" ")) return false;
  if (text.startsWith("---") || text.startsWith("...")) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[-?:](?: |$)/.test(text)) return false;
  return !/:(?: |$)/.test(text) && !/ #/.test(text);
}

/** Line breaks in the sense of YAML 1.1. */
function hasBreak(text: string): boolean {
  return /[\r\n\u0085\u2028\u2029]/.test(text);
}

function hasOddBreak(text: string): boolean {
  return /[\u2028\u2029]/.test(text);
}

/** Characters that only double quotes can hold: all that do not print, tabs among them. */
function hasSpecial(text: string): boolean {
  return /[^\n\u0020-\u007e\u00a0-\ufefe\uff00-\ufffd]/u.test(
    text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, ""),
  );
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["\0", "\\0"],
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\v", "\\v"],
  ["\f", "\\f"],
  ["\r", "\\r"],
  ["\u001b", "\\e"],
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\u0085", "\\N"],
  ["\u2028", "\\L"],
  ["\u2029", "\\P"],
]);

function doubleQuoted(text: string): string {
  let body = "";
  for (const character of text) {
    const escape = escapes.get(character);
    if (escape !== undefined) body += escape;
    else if (!hasSpecial(character)) body += character;
    else {
      const code = character.codePointAt(0) ?? 0;
      const hex = code.toString(16).toUpperCase();
      body += code <= 0xff ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
    }
  }
  return `"${body}"`;
}
