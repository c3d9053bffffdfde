// Typed blocks: a term against the type that its context asks for. What introduces a value (a literal, a function, a
// record) is checked part by part; what uses one (a variable, an application) is inferred and must fit.

import { unreachable } from "../../core/unreachable.ts";
import { complain } from "../diagnostics.ts";
import type { Chunk, LetTerm, Pattern, Term } from "../syntax/ast.ts";
import { boundNames } from "../syntax/bound-names.ts";
import { inferAnnotated } from "./annotations.ts";
import { apparentOf, importedType, inferableType } from "./apparent.ts";
import { checkMatch } from "./check-match.ts";
import type { Checker } from "./checker.ts";
import { bindTypes, type Context, type Definition, deeper } from "./context.ts";
import { findContract } from "./convert.ts";
import { contractInTerm } from "./diagnostics.ts";
import { freshRows, freshType, instantiate } from "./instantiate.ts";
import { firstAnnotation } from "./outer-type.ts";
import { closeTails, patternTypes, plainNames } from "./patterns.ts";
import { operatorType } from "./primop-types.ts";
import { TypeFault } from "./report.ts";
import { showContract } from "./show-type.ts";
import { subsume } from "./subsume.ts";
import { symbolicRecord } from "./symbolic-record.ts";
import { arrayOf, arrow, bool, dyn, number, type Row, resolve, string, type Type } from "./type.ts";

/** @throws TypeFault where the term is not of the type. */
export function checkTerm(checker: Checker, term: Term, outer: Context, asked: Type): void {
  const isPolymorphic = resolve(asked).kind === "forall";
  const context = isPolymorphic ? deeper(outer) : outer;
  const expected = instantiate(asked, context.level, "rigid");
  const unify = (found: Type): void => {
    checker.demand(checker.solver.unify(expected, found, context), term.span);
  };
  switch (term.kind) {
    case "null":
      return unify(dyn);
    case "bool":
      return unify(bool);
    case "number":
      return unify(number);
    case "string":
      return unify(string);
    case "template":
      unify(string);
      checkChunks(checker, term.chunks, context);
      return;
    case "symbolic":
      checker.checkRecord(symbolicRecord(term), context, expected);
      return;
    case "if":
      checker.check(term.condition, context, bool);
      checker.check(term.consequent, context, expected);
      checker.check(term.alternative, context, expected);
      return;
    case "function":
      checkFunction(checker, term, context, expected);
      return;
    case "array": {
      const element = freshType(context.level);
      unify(arrayOf(element));
      for (const item of term.items) checker.check(item, context, element);
      return;
    }
    case "let":
      checkLet(checker, term, context, expected);
      return;
    case "match":
      checkMatch(checker, term, context, expected);
      return;
    case "tag": {
      const row: Row = { name: term.tag.text, type: undefined, span: term.tag.span };
      return unify({ kind: "enum", rows: { kind: "extend", row, tail: freshRows(context.level) } });
    }
    case "variant": {
      const type = freshType(context.level);
      const row: Row = { name: term.tag.text, type, span: term.tag.span };
      unify({ kind: "enum", rows: { kind: "extend", row, tail: freshRows(context.level) } });
      checker.check(term.argument, context, type);
      return;
    }
    case "record":
      checker.checkRecord(term, context, expected);
      return;
    case "operator":
      return unify(operatorType(term.operator, context.level));
    case "import":
      return unify(importedType(checker.imported(term)));
    case "import-package":
      return unify(dyn);
    case "type": {
      const contract = findContract(term.type);
      if (contract?.kind === "contract") {
        const text = showContract(contract.term);
        throw new TypeFault(complain(contractInTerm, { contract: text }, contract.span));
      }
      return;
    }
    case "variable":
    case "apply":
    case "unary":
    case "binary":
    case "primop":
    case "access":
    case "dynamic-access":
    case "annotated": {
      const found = checker.infer(term, context);
      checker.demand(subsume(checker.solver, found, expected, context), term.span);
      return;
    }
    default:
      unreachable(term);
  }
}

function checkChunks(checker: Checker, chunks: readonly Chunk[], context: Context): void {
  for (const chunk of chunks) if (chunk.kind === "interpolation") checker.check(chunk.term, context, string);
}

function checkFunction(
  checker: Checker,
  term: Term & { kind: "function" },
  context: Context,
  expected: Type,
): void {
  const codomain = freshType(context.level);
  const types = new Map<string, Type>();
  const domains = term.parameters.map((parameter) => {
    const pattern = readPattern(checker, parameter, context);
    for (const [name, type] of pattern.bindings) types.set(name, type);
    return pattern.type;
  });
  const found = domains.reduceRight<Type>((rest, domain) => arrow(domain, rest), codomain);
  checker.demand(checker.solver.unify(expected, found, context), term.span);
  checker.check(term.body, bindTypes(context, types), codomain);
}

/** A pattern that has no alternatives: its enums have the tags that it names and no others. */
function readPattern(checker: Checker, pattern: Pattern, context: Context): ReturnType<typeof patternTypes> {
  const types = patternTypes(checker, pattern, context, "enforce");
  closeTails(checker, [types], new Set());
  return types;
}

function checkLet(checker: Checker, term: LetTerm, outer: Context, expected: Type): void {
  // A name that the block itself binds is not the one outside.
  const shadowed = new Map<string, Type>();
  if (term.recursive) {
    for (const { name } of term.bindings.flatMap(({ pattern }) => boundNames(pattern)))
      shadowed.set(name, freshType(outer.level));
  }
  const start = bindTypes(outer, shadowed);
  const types = new Map<string, Type>();
  const terms = new Map<string, Definition>();
  const bound: Type[] = [];
  for (const { pattern, annotations, value } of term.bindings) {
    const type = inferableType(apparentOf(checker, annotations, value, start), start);
    bound.push(type);
    const { isPlain, names } = plainNames(pattern);
    if (!isPlain) {
      const read = readPattern(checker, pattern, start);
      checker.demand(checker.solver.unify(read.type, type, start), value.span);
      for (const [name, one] of read.bindings) types.set(name, one);
    }
    for (const name of names) types.set(name, type);
    for (const { name } of boundNames(pattern)) terms.set(name, { term: value, terms: start.terms });
  }
  const inner: Context = { ...bindTypes(start, types), terms: start.terms.extend(terms) };
  term.bindings.forEach(({ annotations, value }, at) => {
    const context = term.recursive ? inner : start;
    if (firstAnnotation(annotations) !== undefined) inferAnnotated(checker, annotations, value, context);
    else checker.check(value, context, bound[at] ?? dyn);
  });
  checker.check(term.body, inner, expected);
}
