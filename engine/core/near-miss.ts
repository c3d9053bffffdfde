// "Did you mean …?": the known name that a misspelt one most likely stands for.

/** The closest of `known` within one edit in three letters (insert, delete, replace, swap of neighbours), ties by order; else
 * the first that it is short for; undefined where none is close enough to be worth saying. */
export function nearMiss(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  // Something must be left of the word: no single letter stands for another.
  let bestDistance = Math.min(word.length, Math.max(1, Math.floor(word.length / 3)) + 1);
  for (const candidate of known) {
    if (candidate === word || Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined) return best;
  for (const candidate of known) if (isShort(word, candidate)) return candidate;
  return undefined;
}

/** Whether a word of three letters or more is another with letters left out, half of them at most, and not the first: `img`. */
function isShort(word: string, whole: string): boolean {
  if (word.length < 3 || word.length >= whole.length || word.length * 2 < whole.length) return false;
  if (word[0] !== whole[0]) return false;
  let at = 0;
  for (const letter of whole) if (letter === word[at]) at += 1;
  return at === word.length;
}

/** Names that are asked for again and again: the near miss of each is searched for once. */
export class KnownNames {
  readonly #names: ReadonlySet<string>;
  readonly #nearMisses = new Map<string, string | undefined>();
  #sorted: readonly string[] | undefined;

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
  }

  get sorted(): readonly string[] {
    this.#sorted ??= Array.from(this.#names).sort();
    return this.#sorted;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** See `nearMiss`; ties by name. */
  near(name: string): string | undefined {
    if (!this.#nearMisses.has(name)) this.#nearMisses.set(name, nearMiss(name, this.sorted));
    return this.#nearMisses.get(name);
  }
}

/** Optimal string alignment distance: Levenshtein's with swaps of neighbours, each stretch edited once. */
function editDistance(longA: string, longB: string): number {
  // What both begin and end with needs no edit.
  let start = 0;
  while (start < longA.length && longA[start] === longB[start]) start++;
  let [endA, endB] = [longA.length, longB.length];
  while (endA > start && endB > start && longA[endA - 1] === longB[endB - 1]) {
    endA--;
    endB--;
  }
  const a = longA.slice(start, endA);
  const b = longB.slice(start, endB);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replace, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
