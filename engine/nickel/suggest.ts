// "Did you mean": the nearest name, when it is near enough to be a slip.

/** Edits (insertions, deletions, substitutions, swaps of neighbours) from one text to the other, up to a limit. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit + 1;
}

/** The candidate with the fewest edits, at most a third of the name's length; a prefix of four or more counts too. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestEdits = limit + 1;
  for (const candidate of candidates) {
    if (candidate === name) continue;
    const edits = distance(name, candidate, limit);
    if (edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  if (best !== undefined) return best;
  for (const candidate of candidates) {
    const shorter = candidate.length < name.length ? candidate : name;
    if (
      shorter.length >= 4 &&
      candidate !== name &&
      (candidate.startsWith(name) || name.startsWith(candidate))
    ) {
      return candidate;
    }
  }
  return undefined;
}
