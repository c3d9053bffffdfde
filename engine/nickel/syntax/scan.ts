// Where words, numbers and runs of characters end: the lexer's questions about a text and an offset.

export const percent = 0x25;
export const underscore = 0x5f;
const apostrophe = 0x27;
const dash = 0x2d;

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function isWordPart(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === underscore || code === dash || code === apostrophe;
}

/** In the name of a primitive operation. */
export function isOperationPart(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === underscore || code === 0x2f;
}

/** The end of the run of characters from `at` for which the test holds. */
export function runEnd(text: string, at: number, test: (code: number) => boolean): number {
  let end = at;
  while (test(text.charCodeAt(end))) end += 1;
  return end;
}

export function percentsEnd(text: string, at: number): number {
  let end = at;
  while (text.charCodeAt(end) === percent) end += 1;
  return end;
}

/** The end of a word, `_*[A-Za-z][_A-Za-z0-9-']*`; `at` itself where none begins. */
export function wordEnd(text: string, at: number): number {
  let letter = at;
  while (text.charCodeAt(letter) === underscore) letter += 1;
  return isLetter(text.charCodeAt(letter)) ? runEnd(text, letter + 1, isWordPart) : at;
}

/** The end of a number that begins at `at`: `0x…`, `0o…`, `0b…`, or `[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?`. */
export function numberEnd(text: string, at: number): number {
  if (text.charCodeAt(at) === 0x30) {
    const digits = radixDigits(text.charAt(at + 1));
    const end = digits === undefined ? at : runEnd(text, at + 2, digits);
    if (end > at + 2) return end;
  }
  let end = runEnd(text, at, isDigit);
  if (text.charCodeAt(end) === 0x2e && isDigit(text.charCodeAt(end + 1)))
    end = runEnd(text, end + 1, isDigit);
  if ((text.charCodeAt(end) | 0x20) === 0x65) {
    const sign = text.charCodeAt(end + 1);
    const exponent = sign === 0x2b || sign === dash ? end + 2 : end + 1;
    if (isDigit(text.charCodeAt(exponent))) end = runEnd(text, exponent, isDigit);
  }
  return end;
}

function radixDigits(letter: string): ((code: number) => boolean) | undefined {
  switch (letter) {
    case "x":
      return (code) => isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
    case "o":
      return (code) => code >= 0x30 && code <= 0x37;
    case "b":
      return (code) => code === 0x30 || code === 0x31;
    default:
      return undefined;
  }
}
