// Type variable fixing: at an annotation it is known which variables an enclosing `forall` binds. All others are
// references to terms, that is contracts. The same walk finds what each bound variable stands for.

import { unreachable } from "../../core/unreachable.ts";
import type { EnumRow, Name, RecordRow, TypeNode, VariableKind } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { variableKindMismatch } from "./diagnostics.ts";

/** One `forall` variable; `kind` is what its uses so far say. */
interface Scope {
  readonly name: string;
  kind: VariableKind["kind"] | undefined;
  readonly excluded: Set<string>;
  readonly outer: Scope | undefined;
}

/** The type with unbound variables as contracts, and the kinds of `forall` variables set. */
export function fixTypeVariables(cursor: Cursor, type: TypeNode): TypeNode {
  return fix(cursor, type, undefined);
}

function lookUp(scope: Scope | undefined, name: string): Scope | undefined {
  for (let at = scope; at !== undefined; at = at.outer) if (at.name === name) return at;
  return undefined;
}

const useNames: Record<VariableKind["kind"], string> = {
  type: "as a type",
  "record-rows": "as the tail of a record",
  "enum-rows": "as the tail of an enum",
};

function use(
  cursor: Cursor,
  variable: Scope,
  name: Name,
  kind: VariableKind["kind"],
  excluded: Iterable<string>,
): void {
  if (variable.kind !== undefined && variable.kind !== kind) {
    const uses = `${useNames[kind]} and ${useNames[variable.kind]}`;
    cursor.fail(variableKindMismatch, { variable: name.text, uses }, name.span);
  }
  variable.kind = kind;
  for (const row of excluded) variable.excluded.add(row);
}

function fix(cursor: Cursor, type: TypeNode, scope: Scope | undefined): TypeNode {
  switch (type.kind) {
    case "dyn":
    case "number":
    case "bool":
    case "string":
    case "contract":
    case "wildcard":
      return type;
    case "variable": {
      const variable = lookUp(scope, type.name);
      if (variable === undefined) return { kind: "contract", term: type, span: type.span };
      use(cursor, variable, { text: type.name, span: type.span }, "type", []);
      return type;
    }
    case "arrow":
      return {
        ...type,
        domain: fix(cursor, type.domain, scope),
        codomain: fix(cursor, type.codomain, scope),
      };
    case "forall": {
      const inner: Scope = { name: type.variable.text, kind: undefined, excluded: new Set(), outer: scope };
      const body = fix(cursor, type.body, inner);
      return { ...type, body, variableKind: kindOf(inner) };
    }
    case "array":
      return { ...type, element: fix(cursor, type.element, scope) };
    case "dictionary":
      // A dictionary contract was fixed where it was read: it captures no type variable.
      return type.flavour === "contract" ? type : { ...type, element: fix(cursor, type.element, scope) };
    case "record": {
      const { rows, tail } = type;
      if (tail.kind === "variable") {
        const variable = lookUp(scope, tail.name.text);
        const names = rows.map((row) => row.name.text);
        if (variable !== undefined) use(cursor, variable, tail.name, "record-rows", names);
      }
      return {
        ...type,
        rows: rows.map(({ name, type }): RecordRow => ({ name, type: fix(cursor, type, scope) })),
      };
    }
    case "enum": {
      const { rows, tail } = type;
      if (tail !== undefined) {
        const variable = lookUp(scope, tail.text);
        const names = rows.filter((row) => row.argument !== undefined).map((row) => row.tag.text);
        if (variable !== undefined) use(cursor, variable, tail, "enum-rows", names);
      }
      return { ...type, rows: rows.map((row) => fixEnumRow(cursor, row, scope)) };
    }
    default:
      return unreachable(type);
  }
}

function fixEnumRow(cursor: Cursor, row: EnumRow, scope: Scope | undefined): EnumRow {
  return row.argument === undefined ? row : { ...row, argument: fix(cursor, row.argument, scope) };
}

function kindOf(scope: Scope): VariableKind {
  const { kind = "type", excluded } = scope;
  return kind === "type" ? { kind } : { kind, excluded };
}
