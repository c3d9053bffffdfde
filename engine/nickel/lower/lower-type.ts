// Types and annotations to core: type variables get identities, contracts their labels' data, and static
// annotations are simplified, since a static type is trusted where the text itself provides the value.

import { unreachable } from "../../core/unreachable.ts";
import type { Annotations, RecordTail, TypeNode } from "../syntax/ast.ts";
import type { CoreContract, CoreType, TypeVariable } from "./core.ts";
import type { Lowering, Scope, TypeScope } from "./scope.ts";
import { simplifyStatic } from "./simplify-static.ts";

export function lowerType(lowering: Lowering, type: TypeNode, scope: Scope): CoreType {
  return convert(type, undefined);

  function convert(node: TypeNode, variables: TypeScope | undefined): CoreType {
    switch (node.kind) {
      case "dyn":
      case "number":
      case "bool":
      case "string":
        return { kind: node.kind, span: node.span };
      case "wildcard": {
        const inferred = lowering.wildcards.get(node.id);
        return inferred === undefined ? { kind: "dyn", span: node.span } : convert(inferred, undefined);
      }
      case "contract":
        return { kind: "contract", term: lowering.term(node.term, scope), span: node.span };
      case "variable": {
        const variable = findVariable(node.name, variables);
        if (variable !== undefined) return { kind: "variable", variable, span: node.span };
        lowering.unboundType(node.name, node.span);
        return { kind: "dyn", span: node.span };
      }
      case "arrow":
        return {
          kind: "arrow",
          domain: convert(node.domain, variables),
          codomain: convert(node.codomain, variables),
          span: node.span,
        };
      case "forall": {
        const variable = { name: node.variable.text, kind: node.variableKind };
        return {
          kind: "forall",
          variable,
          body: convert(node.body, { variable, parent: variables }),
          span: node.span,
        };
      }
      case "array":
        return { kind: "array", element: convert(node.element, variables), span: node.span };
      case "dictionary":
        return {
          kind: "dictionary",
          flavour: node.flavour,
          element: convert(node.element, variables),
          span: node.span,
        };
      case "record": {
        const tail = convertTail(node.tail, variables);
        const rows = node.rows.map((row) => ({
          name: row.name.text,
          nameSpan: row.name.span,
          type: convert(row.type, variables),
        }));
        return { kind: "record", rows, tail, span: node.span };
      }
      case "enum": {
        if (node.tail !== undefined && findVariable(node.tail.text, variables) === undefined) {
          lowering.unboundType(node.tail.text, node.tail.span);
        }
        const rows = node.rows.map((row) => ({
          tag: row.tag.text,
          argument: row.argument === undefined ? undefined : convert(row.argument, variables),
        }));
        return { kind: "enum", rows, open: node.tail !== undefined, span: node.span };
      }
      default:
        return unreachable(node);
    }
  }

  function convertTail(tail: RecordTail, variables: TypeScope | undefined): "closed" | "dyn" | TypeVariable {
    if (tail.kind !== "variable") return tail.kind;
    const variable = findVariable(tail.name.text, variables);
    if (variable === undefined) lowering.unboundType(tail.name.text, tail.name.span);
    return variable ?? "dyn";
  }
}

function findVariable(name: string, variables: TypeScope | undefined): TypeVariable | undefined {
  for (let at = variables; at !== undefined; at = at.parent)
    if (at.variable.name === name) return at.variable;
  return undefined;
}

/** The contracts of an annotation, innermost first: that of the static type, then those written with `|`. */
export function lowerAnnotations(
  lowering: Lowering,
  annotations: Annotations,
  scope: Scope,
  subject: string | undefined,
): readonly CoreContract[] {
  const contracts: CoreContract[] = [];
  const { type } = annotations;
  if (type !== undefined) contracts.push(...lowerStatic(lowering, type, scope, subject));
  for (const contract of annotations.contracts)
    contracts.push(lowerContract(lowering, contract, scope, subject));
  return contracts;
}

/** The contract of one `| C`. */
export function lowerContract(
  lowering: Lowering,
  node: TypeNode,
  scope: Scope,
  subject: string | undefined,
): CoreContract {
  const { result, recursive } = scope.track(() => lowering.type(node, scope));
  return { type: result, span: node.span, recursive, subject };
}

/** The contract of a `: T`, nothing when it would check nothing. */
export function lowerStatic(
  lowering: Lowering,
  node: TypeNode,
  scope: Scope,
  subject: string | undefined,
): readonly CoreContract[] {
  lowering.isTyped = true;
  const { result, recursive } = scope.track(() => lowering.type(node, scope));
  const type = simplifyStatic(result, lowering.trusted);
  return type.kind === "dyn" ? [] : [{ type, span: node.span, recursive, subject }];
}
