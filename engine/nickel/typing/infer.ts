// The type of a term that uses values: of a variable, an application, an operation, an access.

import type { Term } from "../syntax/ast.ts";
import { inferAnnotated } from "./annotations.ts";
import type { Checker } from "./checker.ts";
import { type Context, deeper } from "./context.ts";
import { freshRows, freshType, instantiate } from "./instantiate.ts";
import { operatorType, primopType } from "./primop-types.ts";
import { arrow, dictionaryOf, dyn, number, type Row, resolve, string, type Type } from "./type.ts";

/** @throws TypeFault where the term has no type. */
export function inferTerm(checker: Checker, term: Term, context: Context): Type {
  switch (term.kind) {
    case "variable":
      // That a name is bound by nothing is told elsewhere, and it shall not be told again by its type.
      return context.types.get(term.name) ?? freshType(context.level);
    case "annotated":
      return inferAnnotated(checker, term.annotations, term.term, context);
    case "apply":
      return inferCall(checker, term.head, term.arguments, context);
    case "primop": {
      const type =
        term.label === undefined
          ? primopType(term.name, context.level)
          : embedding({ name: term.label.text, type: undefined, span: term.label.span }, context);
      return operate(checker, type, term.arguments, context);
    }
    case "unary":
      if (term.operator === "-") {
        checker.check(term.operand, context, number);
        return number;
      }
      return operate(checker, operatorType("!", context.level), [term.operand], context);
    case "binary":
      if (term.operator === "|>") return inferCall(checker, term.right, [term.left], context);
      return operate(checker, operatorType(term.operator, context.level), [term.left, term.right], context);
    case "access": {
      const type = freshType(context.level);
      const row: Row = { name: term.field.text, type, span: term.field.span };
      const rows = { kind: "extend", row, tail: freshRows(context.level) } as const;
      checker.check(term.record, context, { kind: "record", rows });
      return type;
    }
    case "dynamic-access": {
      const type = freshType(context.level);
      checker.check(term.field, context, string);
      checker.check(term.record, context, dictionaryOf(type));
      return type;
    }
    default: {
      const type = freshType(context.level);
      checker.check(term, context, type);
      return resolve(type);
    }
  }
}

function inferCall(checker: Checker, head: Term, operands: readonly Term[], outer: Context): Type {
  const found = checker.infer(head, outer);
  const context = resolve(found).kind === "forall" ? deeper(outer) : outer;
  const type = instantiate(found, context.level, "flexible");
  const domains = operands.map(() => freshType(context.level));
  const codomain = freshType(context.level);
  const expected = domains.reduceRight<Type>((rest, domain) => arrow(domain, rest), codomain);
  checker.demand(checker.solver.unify(expected, type, context), head.span);
  operands.forEach((operand, at) => {
    checker.check(operand, context, domains[at] ?? dyn);
  });
  return codomain;
}

/** An operation whose type is known to have as many arguments as there are operands. */
function operate(checker: Checker, type: Type, operands: readonly Term[], context: Context): Type {
  let rest = type;
  for (const operand of operands) {
    if (rest.kind !== "arrow") throw new Error("an operation of fewer arguments than it has operands");
    checker.check(operand, context, rest.domain);
    rest = resolve(rest.codomain);
  }
  return rest;
}

/** `%enum/embed% tag`: an enum without the tag as one with it. */
function embedding(row: Row, { level }: Context): Type {
  const tail = freshRows(level);
  return arrow({ kind: "enum", rows: tail }, { kind: "enum", rows: { kind: "extend", row, tail } });
}
