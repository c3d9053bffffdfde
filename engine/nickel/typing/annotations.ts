// Annotated terms: a static type opens a typed block, a contract closes it.

import type { Annotations, Term, TypeNode } from "../syntax/ast.ts";
import type { Checker } from "./checker.ts";
import { bindTypes, type Context } from "./context.ts";
import { convertType } from "./convert.ts";
import { firstAnnotation } from "./outer-type.ts";
import { patternTypes, plainNames } from "./patterns.ts";
import { dyn, type Type } from "./type.ts";

type FunctionTerm = Term & { kind: "function" };

function walkTypes(checker: Checker, { type, contracts }: Annotations, context: Context): void {
  if (type !== undefined) checker.walkType(type, context);
  for (const contract of contracts) checker.walkType(contract, context);
}

/** In dynamic code; a field may have no value. */
export function walkAnnotated(
  checker: Checker,
  annotations: Annotations,
  value: Term | undefined,
  context: Context,
): void {
  walkTypes(checker, annotations, context);
  if (value === undefined) return;
  const { type, contracts } = annotations;
  if (type !== undefined) {
    checker.block(() => {
      checker.check(value, context, convertType(type, context.terms));
    });
    return;
  }
  const signature = contracts.find((contract) => contract.kind === "arrow");
  if (value.kind === "function" && signature !== undefined) walkFunction(checker, value, signature, context);
  else checker.walk(value, context);
}

/** A function contract tells the types of the parameters. */
function walkFunction(checker: Checker, value: FunctionTerm, signature: TypeNode, context: Context): void {
  const types = new Map<string, Type>();
  let rest = signature;
  for (const parameter of value.parameters) {
    const domain = rest.kind === "arrow" ? convertType(rest.domain, context.terms) : dyn;
    if (rest.kind === "arrow") rest = rest.codomain;
    const { isPlain, names } = plainNames(parameter);
    if (isPlain) for (const name of names) types.set(name, domain);
    else
      for (const [name, type] of patternTypes(checker, parameter, context, "walk").bindings)
        types.set(name, type);
  }
  checker.walk(value.body, bindTypes(context, types));
}

/** In a typed block: the annotation is the type. */
export function inferAnnotated(
  checker: Checker,
  annotations: Annotations,
  value: Term | undefined,
  context: Context,
): Type {
  walkTypes(checker, annotations, context);
  const { type, contracts } = annotations;
  const [contract] = contracts;
  if (value === undefined) {
    const first = firstAnnotation(annotations);
    return first === undefined ? dyn : convertType(first, context.terms);
  }
  if (type !== undefined) {
    const expected = convertType(type, context.terms);
    checker.check(value, context, expected);
    return expected;
  }
  if (contract === undefined) return checker.infer(value, context);
  checker.walk(value, context);
  return convertType(contract, context.terms);
}
