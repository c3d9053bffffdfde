// Texts that people wrote and places in them. Offsets count UTF-16 code units from 0; lines and columns, which
// only people read, count from 1 (columns in code points).

/** A file's text under the absolute path it was read from. `lineStarts` is filled on the first question. */
export class SourceFile {
  readonly path: string;
  #text: string | (() => string);
  #lineStarts: readonly number[] | undefined;

  /** A text that is seldom asked for may be read late, by a function that is called once. */
  constructor(path: string, text: string | (() => string)) {
    this.path = path;
    this.#text = text;
  }

  get text(): string {
    if (typeof this.#text === "function") this.#text = this.#text();
    return this.#text;
  }

  /** Offsets at which the lines begin; at least one entry. */
  get lineStarts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf("\n"); at !== -1; at = this.text.indexOf("\n", at + 1))
        starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }

  /** The 1-based line and column (in code points) of an offset; offsets past the end count as the end. */
  position(offset: number): Position {
    const starts = this.lineStarts;
    const at = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    const before = this.text.slice(starts[low] ?? 0, at);
    return { line: low + 1, column: Array.from(before).length + 1 };
  }

  /** The text of a 1-based line without its line end; "" when there is no such line. */
  line(number: number): string {
    const start = this.lineStarts[number - 1];
    if (start === undefined) return "";
    const end = this.lineStarts[number] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, "");
  }
}

/** Both count from 1; `column` in code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The half-open range [start, end) of a file's text. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}
