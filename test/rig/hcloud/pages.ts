// Lists as the API gives them: sorted, and page by page.

import { invalidInput } from "./api-error.ts";

const defaultPerPage = 25;
const maxPerPage = 50;

/** By `sort=field` or `sort=field:desc`, several in order; throws invalid_input for a field that is not among `keys`. */
export function sortBy<T>(
  items: readonly T[],
  query: URLSearchParams,
  keys: Readonly<Record<string, (item: T) => string | number>>,
): readonly T[] {
  let sorted = [...items];
  // The first asked for weighs most: sorted by it last, as sorting is stable.
  for (const asked of query.getAll("sort").toReversed()) {
    const [field = "", direction = "asc"] = asked.split(":");
    const keyOf = keys[field];
    if (keyOf === undefined || !["asc", "desc"].includes(direction))
      throw invalidInput({ sort: [`'${asked}' is not supported`] });
    const ascending = sorted.toSorted((a, b) => compare(keyOf(a), keyOf(b)));
    sorted = direction === "asc" ? ascending : ascending.toReversed();
  }
  return sorted;
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One page of a list, with what the API tells of the others. */
export function pageOf<T>(
  items: readonly T[],
  query: URLSearchParams,
): { readonly items: readonly T[]; readonly meta: Readonly<Record<string, unknown>> } {
  const page = readCount(query, "page", 1, Number.MAX_SAFE_INTEGER);
  const perPage = readCount(query, "per_page", defaultPerPage, maxPerPage);
  const lastPage = Math.max(1, Math.ceil(items.length / perPage));
  return {
    items: items.slice((page - 1) * perPage, page * perPage),
    meta: {
      pagination: {
        page,
        per_page: perPage,
        previous_page: page > 1 ? page - 1 : null,
        next_page: page < lastPage ? page + 1 : null,
        last_page: lastPage,
        total_entries: items.length,
      },
    },
  };
}

function readCount(query: URLSearchParams, name: string, byDefault: number, max: number): number {
  const text = query.get(name);
  if (text === null) return byDefault;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > max)
    throw invalidInput({ [name]: [`must be from 1 to ${String(max)}`] });
  return count;
}
