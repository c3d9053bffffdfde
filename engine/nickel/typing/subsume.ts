// Where a value of one type may stand for another: a record for a dictionary, and arrays, dictionaries and records
// of such. Everything else must be equal.

import type { Context } from "./context.ts";
import { deeper } from "./context.ts";
import { instantiate } from "./instantiate.ts";
import type { Mismatch } from "./mismatch.ts";
import type { Solver } from "./solver.ts";
import { type Row, type Rows, resolve, resolveRows, type Type } from "./type.ts";

/** Whether a value of the type `found` may stand where `expected` is asked for. */
export function subsume(solver: Solver, found: Type, expected: Type, context: Context): Mismatch | undefined {
  const isPolymorphic = resolve(found).kind === "forall";
  const inner = isPolymorphic ? deeper(context) : context;
  const left = instantiate(found, inner.level, "flexible");
  const right = resolve(expected);
  if (left.kind === "record" && right.kind === "dictionary")
    return subsumeRecord(solver, left.rows, right, inner);
  if (left.kind === "record" && right.kind === "record")
    return subsumeRows(solver, left.rows, right.rows, inner);
  if (left.kind === "array" && right.kind === "array")
    return subsume(solver, left.element, right.element, inner);
  if (left.kind === "dictionary" && right.kind === "dictionary")
    return subsume(solver, left.element, right.element, inner);
  return solver.unify(right, left, inner);
}

/** Each field must fit the dictionary's element. */
function subsumeRecord(
  solver: Solver,
  rows: Rows,
  dictionary: Type & { kind: "dictionary" },
  context: Context,
): Mismatch | undefined {
  let previous: Row | undefined;
  let at = resolveRows(rows);
  for (; at.kind === "extend"; at = resolveRows(at.tail)) {
    const { row } = at;
    if (row.type === undefined) continue;
    const mismatch = subsume(solver, row.type, dictionary.element, context);
    if (mismatch !== undefined)
      return previous === undefined ? mismatch : { kind: "inhomogeneous", first: previous, second: row };
    previous = row;
  }
  if (at.kind === "rigid") return { kind: "sealed-tail", of: "record", rigid: at.rigid, found: dictionary };
  // Nothing is known of further fields, so there must be none.
  if (at.kind === "flexible") solver.close(at.variable);
  return undefined;
}

/** As unification does it, but field by field a value of the one may stand for the other. */
function subsumeRows(solver: Solver, found: Rows, expected: Rows, context: Context): Mismatch | undefined {
  const pair = {
    expected: { kind: "record", rows: expected },
    found: { kind: "record", rows: found },
  } as const;
  let left = resolveRows(found);
  let right = resolveRows(expected);
  while (left.kind === "extend" && right.kind === "extend") {
    const { row } = right;
    const taken = solver.takeRow("record", left, row, context.level);
    if (taken.kind === "missing") return { kind: "missing-row", of: "record", name: row.name, ...pair };
    if (taken.kind === "conflict") return { kind: "row-conflict", of: "record", row, ...pair };
    if (taken.kind === "found" && taken.type !== undefined && row.type !== undefined) {
      const cause = subsume(solver, taken.type, row.type, context);
      if (cause !== undefined) return { kind: "row", of: "record", name: row.name, cause, ...pair };
    }
    left = resolveRows(taken.rest);
    right = resolveRows(right.tail);
  }
  return solver.unifyTails("record", right, left, pair);
}
