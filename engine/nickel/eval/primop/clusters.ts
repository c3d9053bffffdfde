// Extended grapheme clusters: what a character of a Nickel string is. Plain ASCII without CR+LF, where each code
// unit is a cluster, takes a short way.

let segmenter: Intl.Segmenter | undefined;

/** Made when the first text needs it: 20 ms of the start of a process that most programs do without. */
function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

// A control character's only part in a cluster is in CR+LF.
// oxlint-disable-next-line no-control-regex -- the range is all of ASCII
const ascii = /^[\x00-\x7f]*$/;

/** Whether each code unit of the text is a cluster of its own. */
export function isSimple(text: string): boolean {
  return ascii.test(text) && !text.includes("\r\n");
}

export function clusters(text: string): string[] {
  return isSimple(text) ? Array.from(text) : Array.from(segmentsOf(text), ({ segment }) => segment);
}

export function clusterCount(text: string): number {
  return isSimple(text) ? text.length : clusters(text).length;
}

/** Tells at which code units clusters begin, and the index of the cluster that does. */
export class Boundaries {
  /** Absent for a simple text, whose every offset is a boundary. */
  readonly #indexes: ReadonlyMap<number, number> | undefined;

  constructor(text: string) {
    if (isSimple(text)) return;
    const indexes = new Map<number, number>();
    let index = 0;
    for (const segment of segmentsOf(text)) {
      indexes.set(segment.index, index);
      index += 1;
    }
    indexes.set(text.length, index);
    this.#indexes = indexes;
  }

  /** The index of the cluster that begins at an offset; `undefined` within a cluster. */
  indexAt(offset: number): number | undefined {
    return this.#indexes === undefined ? offset : this.#indexes.get(offset);
  }

  /** Whether a range neither begins nor ends inside a cluster. */
  holds(start: number, end: number): boolean {
    return this.indexAt(start) !== undefined && this.indexAt(end) !== undefined;
  }
}
