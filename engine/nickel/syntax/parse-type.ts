// What only types have: constants, enum types, `forall`. Arrows are infix operators, record types are records.

import type { EnumRow, Name, TypeNode } from "./ast.ts";
import { isIdentifier } from "./cursor.ts";
import { parseTag } from "./parse-string.ts";
import type { Parser } from "./parser.ts";
import { asType, type TypeUniterm } from "./uniterm.ts";

const constants = { Dyn: "dyn", Number: "number", Bool: "bool", String: "string" } as const;

/** `Dyn`, `Number`, `Bool`, `String`: the present token. */
export function parseTypeConstant(p: Parser, kind: keyof typeof constants): TypeUniterm {
  const span = p.spanOf(p.next());
  return { kind: "unfixed-type", type: { kind: constants[kind], span }, span };
}

/** `_`: the present token. */
export function parseWildcard(p: Parser): TypeUniterm {
  const span = p.spanOf(p.next());
  return { kind: "unfixed-type", type: { kind: "wildcard", id: p.nextWildcard(), span }, span };
}

/** `Array T`. */
export function parseArrayType(p: Parser): TypeUniterm {
  const { start } = p.next();
  const element = asType(p, p.atom());
  const span = p.spanFrom(start);
  return { kind: "unfixed-type", type: { kind: "array", element, span }, span };
}

/** `[| 'a, 'b T; tail |]`. */
export function parseEnumType(p: Parser): TypeUniterm {
  const open = p.next();
  const rows: EnumRow[] = [];
  while (p.kind !== "|]" && p.kind !== ";") {
    const tag = parseTag(p) ?? p.unexpected("an enum tag such as `'name`");
    const argument = p.atomIfAny();
    rows.push({ tag, argument: argument === undefined ? undefined : asType(p, argument) });
    if (p.eat(",") === undefined) break;
  }
  const tail = p.eat(";") === undefined ? undefined : p.identifier("a row variable");
  p.expectClose("|]", open, "`,` or `|]` after the enum tag");
  const span = p.spanFrom(open.start);
  return { kind: "unfixed-type", type: { kind: "enum", rows, tail, span }, span };
}

/** `forall a b. T`, one node for each variable. */
export function parseForall(p: Parser): TypeNode {
  const { start } = p.next();
  const variables: Name[] = [p.identifier("a type variable")];
  while (isIdentifier(p.kind)) variables.push(p.identifier("a type variable"));
  p.expect(".", "`.` after the type variables");
  const body = p.type();
  const span = p.spanFrom(start);
  return variables.reduceRight<TypeNode>(
    (inner, variable) => ({ kind: "forall", variable, variableKind: { kind: "type" }, body: inner, span }),
    body,
  );
}
