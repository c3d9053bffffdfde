// Knots of a directed graph: the largest sets of nodes that all reach one another. What is in no knot is on no cycle.

/**
 * The strongly connected components in which there is a cycle: of two nodes or more, or of one that is its own successor.
 * O(nodes + edges), without recursion (Tarjan 1972, "Depth-first search and linear graph algorithms"). Nodes of a component
 * stand in the order of `nodes`.
 */
export function findKnots<N>(
  nodes: readonly N[],
  successors: (node: N) => readonly N[],
): readonly (readonly N[])[] {
  const visits = new Map<N, Visit<N>>();
  const rank = new Map(nodes.map((node, index) => [node, index]));
  const open: Visit<N>[] = [];
  const knots: N[][] = [];
  const enter = (node: N): Visit<N> => {
    const visit = { node, index: visits.size, low: visits.size, isOpen: true, next: 0, to: successors(node) };
    visits.set(node, visit);
    open.push(visit);
    return visit;
  };
  for (const start of nodes) {
    if (visits.has(start)) continue;
    const trail = [enter(start)];
    for (let visit = trail.at(-1); visit !== undefined; visit = trail.at(-1)) {
      const successor = visit.to[visit.next++];
      if (successor !== undefined) {
        const seen = visits.get(successor);
        if (seen === undefined) trail.push(enter(successor));
        else if (seen.isOpen) visit.low = Math.min(visit.low, seen.index);
        continue;
      }
      trail.pop();
      const above = trail.at(-1);
      if (above !== undefined) above.low = Math.min(above.low, visit.low);
      if (visit.low < visit.index) continue;
      const component = open.splice(open.lastIndexOf(visit));
      for (const member of component) member.isOpen = false;
      if (component.length > 1 || visit.to.includes(visit.node))
        knots.push(component.map(({ node }) => node).sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0)));
    }
  }
  return knots;
}

interface Visit<N> {
  readonly node: N;
  readonly index: number;
  /** The lowest index of an open node that is known to be reached from here. */
  low: number;
  /** Whether its component is not known yet. */
  isOpen: boolean;
  /** Of `to`: which is looked at next. */
  next: number;
  readonly to: readonly N[];
}
