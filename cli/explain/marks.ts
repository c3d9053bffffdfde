// "«…»" and "«W0337:…»" in the texts of examples: what a diagnostic is to underline.

export interface Mark {
  /** undefined: the code that the example is for. */
  readonly code: string | undefined;
  /** Offsets into the text without marks. */
  readonly start: number;
  readonly end: number;
}

/** The text as it is written to disk, and its marks in order. @throws Error where a mark is not closed. */
export function readMarks(marked: string): { readonly text: string; readonly marks: readonly Mark[] } {
  const marks: Mark[] = [];
  let text = "";
  for (let rest = marked; rest !== ""; ) {
    const open = rest.indexOf("«");
    if (open === -1) return { text: text + rest, marks };
    const close = rest.indexOf("»", open);
    if (close === -1) throw new Error(`a mark is not closed: ${rest.slice(open, open + 40)}`);
    const [, code, content = ""] = /^(?:([EW][0-9]{4}):)?([^]*)$/.exec(rest.slice(open + 1, close)) ?? [];
    text += rest.slice(0, open);
    marks.push({ code, start: text.length, end: text.length + content.length });
    text += content;
    rest = rest.slice(close + 1);
  }
  return { text, marks };
}
