// From types as they are written to types as the checker works on them, and back where an inferred one is to take
// the place of a `_`.

import type { Span } from "../../core/source.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { EnumRow, RecordRow, RecordTail, TypeNode } from "../syntax/ast.ts";
import type { Terms } from "./context.ts";
import { emptyRows, extendRows, listRows, type Row, type Rows, resolve, type Type } from "./type.ts";

/** `terms` are the lets around the type, for the contracts in it. */
export function convertType(node: TypeNode, terms: Terms): Type {
  const { span } = node;
  switch (node.kind) {
    case "dyn":
    case "number":
    case "bool":
    case "string":
      return { kind: node.kind, span };
    case "contract":
      return { kind: "contract", term: node.term, terms, span };
    case "variable":
      return { kind: "bound", name: node.name, span };
    case "wildcard":
      return { kind: "wildcard", id: node.id, span };
    case "arrow": {
      const domain = convertType(node.domain, terms);
      return { kind: "arrow", domain, codomain: convertType(node.codomain, terms), span };
    }
    case "forall":
      return {
        kind: "forall",
        variable: node.variable.text,
        variableKind: node.variableKind,
        body: convertType(node.body, terms),
        span,
      };
    case "array":
      return { kind: "array", element: convertType(node.element, terms), span };
    case "dictionary":
      return { kind: "dictionary", flavour: node.flavour, element: convertType(node.element, terms), span };
    case "record": {
      const rows = node.rows.map(
        ({ name, type }): Row => ({ name: name.text, type: convertType(type, terms), span: name.span }),
      );
      return { kind: "record", rows: extendRows(rows, convertTail(node.tail)), span };
    }
    case "enum": {
      const rows = node.rows.map(({ tag, argument }): Row => {
        const type = argument === undefined ? undefined : convertType(argument, terms);
        return { name: tag.text, type, span: tag.span };
      });
      const tail: Rows = node.tail === undefined ? emptyRows : { kind: "bound", name: node.tail.text };
      return { kind: "enum", rows: extendRows(rows, tail), span };
    }
    default:
      return unreachable(node);
  }
}

function convertTail(tail: RecordTail): Rows {
  switch (tail.kind) {
    case "closed":
      return emptyRows;
    case "dyn":
      return { kind: "dyn" };
    case "variable":
      return { kind: "bound", name: tail.name.text };
    default:
      return unreachable(tail);
  }
}

/** As the original counts: a `_` among the arguments of an enum is not looked for. */
export function hasWildcard(node: TypeNode): boolean {
  return findPart(node, ({ kind }) => kind === "wildcard") !== undefined;
}

/** The contract among the parts of a type, if there is one; the arguments of enums are not looked at. */
export function findContract(node: TypeNode): TypeNode | undefined {
  return findPart(node, ({ kind }) => kind === "contract");
}

function findPart(node: TypeNode, is: (part: TypeNode) => boolean): TypeNode | undefined {
  if (is(node)) return node;
  switch (node.kind) {
    case "arrow":
      return findPart(node.domain, is) ?? findPart(node.codomain, is);
    case "forall":
      return findPart(node.body, is);
    case "array":
    case "dictionary":
      return findPart(node.element, is);
    case "record":
      for (const { type } of node.rows) {
        const found = findPart(type, is);
        if (found !== undefined) return found;
      }
      return undefined;
    default:
      return undefined;
  }
}

/** An inferred type as one that could be written at `span`; what is still unknown becomes `Dyn`. */
export function writeType(type: Type, span: Span): TypeNode {
  const open = new Set<object>();
  return write(type);

  function write(one: Type): TypeNode {
    if (one.kind === "flexible") {
      // A type that contains itself cannot be written down.
      if (one.variable.type === undefined || open.has(one.variable)) return { kind: "dyn", span };
      open.add(one.variable);
      const node = write(resolve(one));
      open.delete(one.variable);
      return node;
    }
    switch (one.kind) {
      case "dyn":
      case "number":
      case "bool":
      case "string":
        return { kind: one.kind, span };
      case "symbol":
      case "wildcard":
      case "rigid":
        return { kind: "dyn", span };
      case "contract":
        return { kind: "contract", term: one.term, span };
      case "bound":
        return { kind: "variable", name: one.name, span };
      case "arrow":
        return { kind: "arrow", domain: write(one.domain), codomain: write(one.codomain), span };
      case "forall": {
        const variable = { text: one.variable, span };
        return { kind: "forall", variable, variableKind: one.variableKind, body: write(one.body), span };
      }
      case "array":
        return { kind: "array", element: write(one.element), span };
      case "dictionary":
        return { kind: "dictionary", flavour: one.flavour, element: write(one.element), span };
      case "record": {
        const { list, tail } = listRows(one.rows);
        const rows = list.map(
          (row): RecordRow => ({
            name: { text: row.name, span },
            type: row.type === undefined ? { kind: "dyn", span } : write(row.type),
          }),
        );
        return { kind: "record", rows, tail: writeTail(tail), span };
      }
      case "enum": {
        const { list, tail } = listRows(one.rows);
        const rows = list.map(
          (row): EnumRow => ({
            tag: { text: row.name, span },
            argument: row.type === undefined ? undefined : write(row.type),
          }),
        );
        return {
          kind: "enum",
          rows,
          tail: tail.kind === "bound" ? { text: tail.name, span } : undefined,
          span,
        };
      }
      default:
        return unreachable(one);
    }
  }

  function writeTail(tail: Rows): RecordTail {
    if (tail.kind === "dyn") return { kind: "dyn", span };
    if (tail.kind === "bound") return { kind: "variable", name: { text: tail.name, span } };
    return { kind: "closed" };
  }
}
