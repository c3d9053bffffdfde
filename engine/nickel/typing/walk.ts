// Dynamic code: nothing is checked but the typed blocks in it; what is apparent of variables is remembered for them.

import { unreachable } from "../../core/unreachable.ts";
import type { LetTerm, Term, TypeNode } from "../syntax/ast.ts";
import { boundNames } from "../syntax/bound-names.ts";
import { walkAnnotated } from "./annotations.ts";
import { apparentOf, guessedType } from "./apparent.ts";
import type { Checker } from "./checker.ts";
import { bindTypes, type Context, type Definition } from "./context.ts";
import { patternTypes, plainNames } from "./patterns.ts";
import { dyn, type Type } from "./type.ts";

export function walkTerm(checker: Checker, term: Term, context: Context): void {
  switch (term.kind) {
    case "null":
    case "bool":
    case "number":
    case "string":
    case "variable":
    case "tag":
    case "operator":
    case "import":
    case "import-package":
      return;
    case "template":
    case "symbolic":
      for (const chunk of term.chunks) if (chunk.kind === "interpolation") checker.walk(chunk.term, context);
      return;
    case "variant":
      checker.walk(term.argument, context);
      return;
    case "array":
      for (const item of term.items) checker.walk(item, context);
      return;
    case "record":
      checker.walkRecord(term, context);
      return;
    case "let":
      walkLet(checker, term, context);
      return;
    case "function": {
      const types = new Map<string, Type>();
      for (const parameter of term.parameters)
        for (const [name, type] of walkPattern(checker, parameter, context)) types.set(name, type);
      checker.walk(term.body, bindTypes(context, types));
      return;
    }
    case "if":
      checker.walk(term.condition, context);
      checker.walk(term.consequent, context);
      checker.walk(term.alternative, context);
      return;
    case "match":
      for (const { pattern, guard, body } of term.branches) {
        const inner = bindTypes(context, walkPattern(checker, pattern, context));
        if (guard !== undefined) checker.walk(guard, inner);
        checker.walk(body, inner);
      }
      return;
    case "apply":
      checker.walk(term.head, context);
      for (const argument of term.arguments) checker.walk(argument, context);
      return;
    case "unary":
      checker.walk(term.operand, context);
      return;
    case "binary":
      checker.walk(term.left, context);
      checker.walk(term.right, context);
      return;
    case "primop":
      for (const argument of term.arguments) checker.walk(argument, context);
      return;
    case "access":
      checker.walk(term.record, context);
      return;
    case "dynamic-access":
      checker.walk(term.record, context);
      checker.walk(term.field, context);
      return;
    case "annotated":
      walkAnnotated(checker, term.annotations, term.term, context);
      return;
    case "type":
      checker.walkType(term.type, context);
      return;
    default:
      unreachable(term);
  }
}

/** Contracts are terms, which may hold typed blocks. */
export function walkTypeNode(checker: Checker, node: TypeNode, context: Context): void {
  switch (node.kind) {
    case "contract":
      checker.walk(node.term, context);
      return;
    case "arrow":
      walkTypeNode(checker, node.domain, context);
      walkTypeNode(checker, node.codomain, context);
      return;
    case "forall":
      walkTypeNode(checker, node.body, context);
      return;
    case "array":
    case "dictionary":
      walkTypeNode(checker, node.element, context);
      return;
    case "record":
      for (const { type } of node.rows) walkTypeNode(checker, type, context);
      return;
    case "enum":
      for (const { argument } of node.rows)
        if (argument !== undefined) walkTypeNode(checker, argument, context);
      return;
    case "dyn":
    case "number":
    case "bool":
    case "string":
    case "variable":
    case "wildcard":
      return;
    default:
      unreachable(node);
  }
}

/** The variables of a pattern; a type in it that contradicts the pattern is a fault of its own. */
function walkPattern(
  checker: Checker,
  pattern: Parameters<typeof patternTypes>[1],
  context: Context,
): ReadonlyMap<string, Type> {
  let bindings: ReadonlyMap<string, Type> = new Map(boundNames(pattern).map(({ name }) => [name, dyn]));
  checker.block(() => {
    bindings = patternTypes(checker, pattern, context, "walk").bindings;
  });
  return bindings;
}

function walkLet(checker: Checker, term: LetTerm, outer: Context): void {
  // A name that the block itself binds is not the one outside.
  const shadowed = term.recursive
    ? new Map(
        term.bindings.flatMap(({ pattern }) => boundNames(pattern)).map(({ name }) => [name, dyn] as const),
      )
    : new Map<string, Type>();
  const start = bindTypes(outer, shadowed);
  const types = new Map<string, Type>();
  const terms = new Map<string, Definition>();
  for (const { pattern, annotations, value } of term.bindings) {
    for (const [name, type] of walkPattern(checker, pattern, start)) types.set(name, type);
    const { names } = plainNames(pattern);
    const type = guessedType(apparentOf(checker, annotations, value, start));
    for (const name of names) types.set(name, type);
    // Contracts that mention themselves are not followed: the definition is seen from outside of the block.
    for (const { name } of boundNames(pattern)) terms.set(name, { term: value, terms: start.terms });
  }
  const inner: Context = { ...bindTypes(start, types), terms: start.terms.extend(terms) };
  for (const { annotations, value } of term.bindings)
    walkAnnotated(checker, annotations, value, term.recursive ? inner : start);
  checker.walk(term.body, inner);
}
