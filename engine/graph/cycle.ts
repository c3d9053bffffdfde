// The shortest way round: nodes that stand on one another, as a trail that ends where it began.

/** The shortest cycle of a graph as the nodes on it in order, the first not repeated at the end; undefined where there is none.
 * Of equally short ones that whose first node comes first in `nodes`. Breadth first from every node: O(nodes x edges). */
export function shortestCycle<N>(
  nodes: readonly N[],
  successors: (node: N) => readonly N[],
): readonly N[] | undefined {
  let best: readonly N[] | undefined;
  for (const start of nodes) {
    const cycle = shortestCycleThrough(start, successors, best?.length ?? Number.POSITIVE_INFINITY);
    if (cycle !== undefined) best = cycle;
  }
  return best;
}

/** The shortest cycle through `start` with fewer than `limit` nodes. */
export function shortestCycleThrough<N>(
  start: N,
  successors: (node: N) => readonly N[],
  limit: number = Number.POSITIVE_INFINITY,
): readonly N[] | undefined {
  const cameFrom = new Map<N, N>();
  let frontier: readonly N[] = [start];
  for (let length = 1; frontier.length > 0 && length < limit; length++) {
    const next: N[] = [];
    for (const node of frontier)
      for (const successor of successors(node)) {
        if (successor === start) return trailTo(node, start, cameFrom);
        if (cameFrom.has(successor)) continue;
        cameFrom.set(successor, node);
        next.push(successor);
      }
    frontier = next;
  }
  return undefined;
}

function trailTo<N>(end: N, start: N, cameFrom: ReadonlyMap<N, N>): readonly N[] {
  const trail: N[] = [];
  for (let node: N | undefined = end; node !== undefined && node !== start; node = cameFrom.get(node))
    trail.push(node);
  trail.push(start);
  return trail.reverse();
}
