// Unification: makes two types equal by finding what their variables stand for, or tells why that cannot be. The
// levels of variables follow Rémy's algorithm: a variable that is known outside of a `forall` never becomes its
// rigid variable. Levels below a variable are brought up to date only when a rigid variable asks for them.

import type { Span } from "../../core/source.ts";
import type { Term } from "../syntax/ast.ts";
import type { Context, Terms } from "./context.ts";
import { freshRows, freshType, replaceVariable } from "./instantiate.ts";
import type { Mismatch, RowsOf } from "./mismatch.ts";
import {
  type ExtendedRows,
  emptyRows,
  extendRows,
  type ForallType,
  type Rigid,
  type Row,
  type Rows,
  type RowVariable,
  resolve,
  resolveRows,
  type Type,
  type TypeVariable,
} from "./type.ts";
import { forEachVariable, occursIn } from "./variables.ts";

/** Whether two contracts are the same, each with the lets around it. */
export type CompareContracts = (left: Term, leftTerms: Terms, right: Term, rightTerms: Terms) => boolean;

/** A row that was looked for: with its type, or added to what was open; `rest` is what remains beside it. */
type Taken =
  | { readonly kind: "found"; readonly type: Type | undefined; readonly rest: Rows }
  | { readonly kind: "added"; readonly rest: Rows }
  | { readonly kind: "missing" }
  | { readonly kind: "conflict" };

/** What was found for a `_`, and where it stands. */
export interface Wildcard {
  readonly type: Type;
  readonly span: Span | undefined;
}

/** Types that people write do not nest deeper. */
const depthLimit = 400;

export class Solver {
  readonly #compareContracts: CompareContracts;
  /** Variables with a type whose own variables may still have too high a level. */
  #stale: TypeVariable[] = [];
  readonly #wildcards = new Map<number, Wildcard>();
  /** How deep in two types unification is. */
  #depth = 0;

  constructor(compareContracts: CompareContracts) {
    this.#compareContracts = compareContracts;
  }

  /** What was found for each `_` of the file. */
  get wildcards(): ReadonlyMap<number, Wildcard> {
    return this.#wildcards;
  }

  /** The variable that stands for a `_`. */
  #wildcard({ id, span }: Type & { kind: "wildcard" }, { level }: Context): Type {
    const known = this.#wildcards.get(id);
    if (known !== undefined) return known.type;
    const type = freshType(level);
    this.#wildcards.set(id, { type, span });
    return type;
  }

  /** Makes both equal; what could not be is told, and what was found on the way stays. */
  unify(expected: Type, found: Type, context: Context): Mismatch | undefined {
    const left = resolve(expected);
    const right = resolve(found);
    if (left === right) return undefined;
    // A type may contain itself as long as nobody asks for its innermost part.
    if (this.#depth > depthLimit) return { kind: "endless" };
    this.#depth += 1;
    const mismatch = this.#unifyResolved(left, right, context);
    this.#depth -= 1;
    return mismatch;
  }

  #unifyResolved(left: Type, right: Type, context: Context): Mismatch | undefined {
    if (left.kind === "wildcard") return this.unify(this.#wildcard(left, context), right, context);
    if (right.kind === "wildcard") return this.unify(left, this.#wildcard(right, context), context);
    if (left.kind === "flexible") return this.#assign(left.variable, right);
    if (right.kind === "flexible") return this.#assign(right.variable, left);
    const differ: Mismatch = { kind: "types", expected: left, found: right };
    switch (left.kind) {
      case "arrow":
        return right.kind === "arrow" ? this.#unifyArrows(left, right, context) : differ;
      case "array":
        return right.kind === "array" ? this.unify(left.element, right.element, context) : differ;
      case "dictionary":
        return right.kind === "dictionary" ? this.unify(left.element, right.element, context) : differ;
      case "record":
      case "enum": {
        if (right.kind !== left.kind) return differ;
        return this.#unifyRows(left.kind, left.rows, right.rows, context);
      }
      case "forall":
        return right.kind === "forall" && sameKind(left, right)
          ? this.#unifyBodies(left, right, context)
          : differ;
      case "contract":
        return right.kind === "contract" &&
          this.#compareContracts(left.term, left.terms, right.term, right.terms)
          ? undefined
          : differ;
      case "rigid":
        return right.kind === "rigid" && right.rigid === left.rigid ? undefined : differ;
      default:
        return left.kind === right.kind && left.kind !== "bound" ? undefined : differ;
    }
  }

  #unifyArrows(
    expected: Type & { kind: "arrow" },
    found: Type & { kind: "arrow" },
    context: Context,
  ): Mismatch | undefined {
    const domain = this.unify(expected.domain, found.domain, context);
    if (domain !== undefined) return { kind: "domain", expected, found, cause: domain };
    const codomain = this.unify(expected.codomain, found.codomain, context);
    return codomain === undefined ? undefined : { kind: "codomain", expected, found, cause: codomain };
  }

  #unifyBodies(expected: ForallType, found: ForallType, context: Context): Mismatch | undefined {
    const rigid: Rigid = { name: expected.variable, level: context.level };
    return this.unify(replaceVariable(expected, rigid), replaceVariable(found, rigid), context);
  }

  #unifyRows(of: RowsOf, expected: Rows, found: Rows, context: Context): Mismatch | undefined {
    const pair = { expected: { kind: of, rows: expected }, found: { kind: of, rows: found } } as const;
    let left = resolveRows(expected);
    let right = resolveRows(found);
    while (left.kind === "extend" && right.kind === "extend") {
      const { row } = left;
      const taken = this.takeRow(of, right, row, context.level);
      if (taken.kind === "missing") return { kind: "missing-row", of, name: row.name, ...pair };
      if (taken.kind === "conflict") return { kind: "row-conflict", of, row, ...pair };
      if (taken.kind === "found" && row.type !== undefined && taken.type !== undefined) {
        const cause = this.unify(row.type, taken.type, context);
        if (cause !== undefined) return { kind: "row", of, name: row.name, cause, ...pair };
      }
      left = resolveRows(left.tail);
      right = resolveRows(taken.rest);
    }
    return this.unifyTails(of, left, right, pair);
  }

  /** The ends of two lists of rows, at least one of them without a row. */
  unifyTails(
    of: RowsOf,
    left: Rows,
    right: Rows,
    pair: { readonly expected: Type; readonly found: Type },
  ): Mismatch | undefined {
    if (left.kind === "flexible") return this.#assignRows(of, left.variable, right, pair);
    if (right.kind === "flexible") return this.#assignRows(of, right.variable, left, pair);
    if (left.kind === "rigid" || right.kind === "rigid") {
      if (left.kind === "rigid" && right.kind === "rigid") {
        if (left.rigid === right.rigid) return undefined;
        return { kind: "types", expected: { kind: of, rows: left }, found: { kind: of, rows: right } };
      }
      if (left.kind === "rigid")
        return { kind: "sealed-tail", of, rigid: left.rigid, found: { kind: of, rows: right } };
      if (right.kind === "rigid")
        return { kind: "sealed-tail", of, rigid: right.rigid, found: { kind: of, rows: left } };
    }
    if (left.kind === "extend") return { kind: "missing-row", of, name: left.row.name, ...pair };
    if (right.kind === "extend") return { kind: "extra-row", of, name: right.row.name, ...pair };
    if (left.kind === right.kind) return undefined;
    return { kind: left.kind === "dyn" ? "missing-tail" : "extra-tail", ...pair };
  }

  /** Takes the row of the same name out of `rows`; where their end is still unknown, it is found to have that row. */
  takeRow(of: RowsOf, rows: Rows, wanted: Row, level: number): Taken {
    const before: Row[] = [];
    let at = resolveRows(rows);
    for (; at.kind === "extend"; at = resolveRows(at.tail)) {
      const { row, tail } = at;
      // A tag and the same tag with an argument are two different rows.
      const isSame = row.name === wanted.name && (row.type === undefined) === (wanted.type === undefined);
      if (isSame) return { kind: "found", type: row.type, rest: extendRows(before, tail) };
      before.push(row);
    }
    if (at.kind !== "flexible") return { kind: "missing" };
    const isListed = of === "record" || wanted.type !== undefined;
    if (isListed && at.variable.lacks.has(wanted.name)) return { kind: "conflict" };
    // What the end must lack is the new end's affair from now on.
    const tail = freshRows(level, at.variable.lacks);
    if (isListed) tail.variable.lacks.add(wanted.name);
    at.variable.rows = { kind: "extend", row: wanted, tail };
    return { kind: "added", rest: extendRows(before, tail) };
  }

  #assign(variable: TypeVariable, type: Type): Mismatch | undefined {
    if (type.kind === "flexible") {
      if (type.variable === variable) return undefined;
      type.variable.level = Math.min(type.variable.level, variable.level);
    } else if (type.kind === "rigid") {
      this.#lowerStale(type.rigid.level);
      if (variable.level < type.rigid.level) return { kind: "level", rigid: type.rigid };
    } else this.#stale.push(variable);
    variable.type = type;
    return undefined;
  }

  #assignRows(
    of: RowsOf,
    variable: RowVariable,
    rows: Rows,
    pair: { readonly expected: Type; readonly found: Type },
  ): Mismatch | undefined {
    if (rows.kind === "flexible") {
      if (rows.variable === variable) return undefined;
      rows.variable.level = Math.min(rows.variable.level, variable.level);
    } else if (rows.kind === "rigid" && variable.level < rows.rigid.level)
      return { kind: "level", rigid: rows.rigid };
    if (rows.kind === "extend" && occursIn(rows, variable)) return { kind: "endless" };
    const conflict = forbid(of, variable.lacks, rows);
    if (conflict !== undefined) return { kind: "row-conflict", of, row: conflict, ...pair };
    variable.rows = rows;
    return undefined;
  }

  /** Nothing more may follow. */
  close(variable: RowVariable): void {
    variable.rows = emptyRows;
  }

  /** Brings the levels below assigned variables up to date, as far as a rigid variable of this level can tell. */
  #lowerStale(rigidLevel: number): void {
    const later: TypeVariable[] = [];
    for (const variable of this.#stale) {
      if (variable.level >= rigidLevel || variable.type === undefined) later.push(variable);
      else
        forEachVariable(variable.type, (inner) => {
          inner.level = Math.min(inner.level, variable.level);
        });
    }
    this.#stale = later;
  }
}

function sameKind(left: ForallType, right: ForallType): boolean {
  const one = left.variableKind;
  const other = right.variableKind;
  if (one.kind === "type" || other.kind === "type") return one.kind === other.kind;
  return one.kind === other.kind && one.excluded.symmetricDifference(other.excluded).size === 0;
}

/** The row that must not be among `rows`, if there is one; a tail that is still open inherits what is forbidden. */
function forbid(of: RowsOf, lacks: ReadonlySet<string>, rows: Rows): Row | undefined {
  if (lacks.size === 0) return undefined;
  let at = rows;
  for (; at.kind === "extend"; at = nextRows(at)) {
    const isListed = of === "record" || at.row.type !== undefined;
    if (isListed && lacks.has(at.row.name)) return at.row;
  }
  if (at.kind === "flexible") for (const name of lacks) at.variable.lacks.add(name);
  return undefined;
}

function nextRows(rows: ExtendedRows): Rows {
  return resolveRows(rows.tail);
}
