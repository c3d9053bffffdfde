// The variables in a type that are still unknown. What is closed is not looked into: the standard library's types are
// read late, and have none.

import { type Rows, type RowVariable, resolve, resolveRows, type Type, type TypeVariable } from "./type.ts";

/** Each unknown type variable in the type, with what it stands for looked through. */
export function forEachVariable(type: Type, visit: (variable: TypeVariable) => void): void {
  new Walk(visit, () => undefined).type(type);
}

/** Whether the variable is somewhere in the rows. */
export function occursIn(rows: Rows, variable: RowVariable): boolean {
  let occurs = false;
  const walk = new Walk(
    () => undefined,
    (one) => {
      occurs ||= one === variable;
    },
  );
  walk.rows(rows);
  return occurs;
}

class Walk {
  readonly #visit: (variable: TypeVariable) => void;
  readonly #visitRows: (variable: RowVariable) => void;
  /** Variables that were looked through: a type may contain itself. */
  readonly #seen = new Set<TypeVariable>();

  constructor(visit: (variable: TypeVariable) => void, visitRows: (variable: RowVariable) => void) {
    this.#visit = visit;
    this.#visitRows = visitRows;
  }

  type(type: Type): void {
    switch (type.kind) {
      case "flexible": {
        const { variable } = type;
        if (this.#seen.has(variable)) return;
        this.#seen.add(variable);
        if (variable.type === undefined) this.#visit(variable);
        else this.type(resolve(type));
        return;
      }
      case "arrow":
        this.type(type.domain);
        this.type(type.codomain);
        return;
      case "forall":
        this.type(type.body);
        return;
      case "array":
      case "dictionary":
        this.type(type.element);
        return;
      case "record":
      case "enum":
        this.rows(type.rows);
        return;
      default:
    }
  }

  rows(rows: Rows): void {
    let at = resolveRows(rows);
    for (; at.kind === "extend"; at = resolveRows(at.tail))
      if (at.row.isClosed !== true && at.row.type !== undefined) this.type(at.row.type);
    if (at.kind === "flexible") this.#visitRows(at.variable);
  }
}
