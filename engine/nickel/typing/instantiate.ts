// What a `forall` binds, replaced: by rigid variables where a term is checked against the type, by flexible ones
// where a value of the type is used.

import { unreachable } from "../../core/unreachable.ts";
import {
  type ForallType,
  type Rigid,
  type Row,
  type Rows,
  type RowVariable,
  resolve,
  type Type,
  type TypeVariable,
} from "./type.ts";

export function freshType(level: number, name?: string): Type & { readonly kind: "flexible" } {
  const variable: TypeVariable = { type: undefined, level, name };
  return { kind: "flexible", variable };
}

/** `lacks` becomes the variable's own. */
export function freshRows(
  level: number,
  lacks: Set<string> = new Set(),
  name?: string,
): Rows & { readonly kind: "flexible" } {
  const variable: RowVariable = { rows: undefined, level, name, lacks };
  return { kind: "flexible", variable };
}

/** The type without the `forall`s at its head; their variables come to be at `level`. */
export function instantiate(type: Type, level: number, as: "rigid" | "flexible"): Type {
  let at = resolve(type);
  while (at.kind === "forall") {
    const { variable: name } = at;
    if (as === "rigid") at = resolve(replaceVariable(at, { name, level }));
    else if (at.variableKind.kind === "type") at = resolve(replaceType(at, freshType(level, name)));
    else at = resolve(replaceRows(at, freshRows(level, new Set(at.variableKind.excluded), name)));
  }
  return at;
}

/** The body of a `forall` with its variable made rigid. */
export function replaceVariable(forall: ForallType, rigid: Rigid): Type {
  return forall.variableKind.kind === "type"
    ? replaceType(forall, { kind: "rigid", rigid })
    : replaceRows(forall, { kind: "rigid", rigid });
}

function replaceType(forall: ForallType, by: Type): Type {
  const { variable } = forall;
  return substitute(
    forall.body,
    variable,
    (name) => (name === variable ? by : undefined),
    () => undefined,
  );
}

function replaceRows(forall: ForallType, by: Rows): Type {
  const { variable } = forall;
  return substitute(
    forall.body,
    variable,
    () => undefined,
    (name) => (name === variable ? by : undefined),
  );
}

/** The same type where nothing of it is replaced. */
function substitute(
  type: Type,
  variable: string,
  typeOf: (name: string) => Type | undefined,
  rowsOf: (name: string) => Rows | undefined,
): Type {
  return within(type);

  function within(one: Type): Type {
    switch (one.kind) {
      case "bound":
        return typeOf(one.name) ?? one;
      case "arrow": {
        const domain = within(one.domain);
        const codomain = within(one.codomain);
        return domain === one.domain && codomain === one.codomain ? one : { ...one, domain, codomain };
      }
      case "forall": {
        if (one.variable === variable) return one;
        const body = within(one.body);
        return body === one.body ? one : { ...one, body };
      }
      case "array":
      case "dictionary": {
        const element = within(one.element);
        return element === one.element ? one : { ...one, element };
      }
      case "record":
      case "enum": {
        const rows = withinRows(one.rows);
        return rows === one.rows ? one : { ...one, rows };
      }
      case "dyn":
      case "number":
      case "bool":
      case "string":
      case "symbol":
      case "contract":
      case "wildcard":
      case "rigid":
      case "flexible":
        return one;
      default:
        return unreachable(one);
    }
  }

  function withinRows(rows: Rows): Rows {
    const list: { readonly before: Rows; readonly row: Row; readonly changed: boolean }[] = [];
    let at = rows;
    for (; at.kind === "extend"; at = at.tail) {
      const { row } = at;
      const type = row.isClosed === true || row.type === undefined ? undefined : within(row.type);
      const changed = type !== undefined && type !== row.type;
      list.push({ before: at, row: changed ? { ...row, type } : row, changed });
    }
    let rest = (at.kind === "bound" ? rowsOf(at.name) : undefined) ?? at;
    let changed = rest !== at;
    for (const one of list.reverse()) {
      changed ||= one.changed;
      rest = changed ? { kind: "extend", row: one.row, tail: rest } : one.before;
    }
    return rest;
  }
}
