// How wide a text stands in a terminal, and texts cut or cleaned so that they stand as they should.

const plainAscii = /^[\x20-\x7e]*$/;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const wide =
  /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;
// Emoji presentation selector: makes a narrow symbol a wide one.
const emojiSelector = "\ufe0f";
// What would move the cursor, colour the terminal, or reorder the text that is read.
// oxlint-disable-next-line no-control-regex -- control characters are the very subject
const unprintable = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
let segmenter: Intl.Segmenter | undefined;

/** Columns that a text of one line without control characters takes: wide characters two, combining ones none. */
export function displayWidth(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes(text)) width += graphemeWidth(segment);
  return width;
}

function graphemes(text: string): Intl.Segments {
  // To make one takes longer than most commands' own work, and most texts are plain.
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

function graphemeWidth(grapheme: string): number {
  if (grapheme.includes(emojiSelector)) return 2;
  let width = 0;
  for (const character of grapheme) {
    if (invisible.test(character)) continue;
    width = Math.max(width, wide.test(character) ? 2 : 1);
  }
  return width;
}

/** The text itself if it fits in `width` columns, else its beginning and "…". */
export function truncateEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let taken = "";
  let room = width - 1;
  for (const { segment } of graphemes(text)) {
    room -= graphemeWidth(segment);
    if (room < 0) break;
    taken += segment;
  }
  return width < 1 ? "" : `${taken}…`;
}

/** What stands in `width` columns from a column on: whole graphemes, and the column that the first of them stands at. */
export function sliceColumns(text: string, from: number, width: number): { text: string; start: number } {
  let column = 0;
  let start: number | undefined;
  let taken = "";
  for (const { segment } of graphemes(text)) {
    const end = column + graphemeWidth(segment);
    if (column >= from) {
      start ??= column;
      if (end - start > width) break;
      taken += segment;
    }
    column = end;
  }
  return { text: taken, start: start ?? column };
}

/** Pads on the right (or the left) to `width` columns. */
export function pad(text: string, width: number, side: "left" | "right" = "right"): string {
  const fill = " ".repeat(Math.max(0, width - displayWidth(text)));
  return side === "right" ? text + fill : fill + text;
}

/** Shows control characters as pictures, so that foreign text cannot steer the terminal. Line ends and tabs stay. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "␡" : "\ufffd";
  });
}
