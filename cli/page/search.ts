// Which nodes a search finds, best first, and which the filters leave out.

import type { Standing } from "../report/standing.ts";
import type { Model, PageNode } from "./model.ts";

/** By name (the very name, then beginnings, then parts), then by tools and kinds; none for an empty search. */
export function matchNodes(model: Model, query: string): readonly PageNode[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return [];
  return model.nodes
    .map((node) => ({ node, rank: rankOf(node, wanted) }))
    .filter(({ rank }) => rank < worstRank)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ node }) => node);
}

const worstRank = 4;

function rankOf({ name, layer }: PageNode, wanted: string): number {
  const lower = name.toLowerCase();
  if (lower === wanted) return 0;
  if (lower.startsWith(wanted)) return 1;
  if (lower.includes(wanted)) return 2;
  const isTool = layer?.tools.some((tool) => tool.name.toLowerCase().startsWith(wanted)) ?? false;
  return isTool || layer?.kind === wanted ? 3 : worstRank;
}

/** Images are out only with all that stands on them. */
export function isFilteredOut(model: Model, id: string, hidden: ReadonlySet<Standing>): boolean {
  if (hidden.size === 0) return false;
  const standing = model.standing(id);
  if (standing !== undefined) return hidden.has(standing);
  return model.above(id).every(({ to }) => hidden.has(model.standing(to) ?? "current"));
}
