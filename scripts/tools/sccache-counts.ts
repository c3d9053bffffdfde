// What `with-sccache` of the layer rust prints when its command is done, as numbers.

export interface SccacheCounts {
  /** Compilations that came out of the storage. */
  readonly hits: number;
  /** Compilations that were done, and put there. */
  readonly misses: number;
}

/** Of each step that used sccache, in the order in which they ended; none where no step did. */
export function readSccacheCounts(log: readonly string[]): readonly SccacheCounts[] {
  const hits = readCounts(log, /^Cache hits\s+(\d+)$/);
  const misses = readCounts(log, /^Cache misses\s+(\d+)$/);
  return hits.map((count, index) => ({ hits: count, misses: misses[index] ?? 0 }));
}

function readCounts(log: readonly string[], pattern: RegExp): readonly number[] {
  return log.flatMap((line) => {
    const count = pattern.exec(line.trimEnd())?.[1];
    return count === undefined ? [] : [Number(count)];
  });
}
