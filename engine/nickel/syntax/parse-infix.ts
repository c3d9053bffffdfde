// Operators by precedence climbing, application, and primitive operations. Levels, tightest first: 0 application,
// 1 unary minus, 2 ++ @, 3 * / %, 4 + -, 5 !, 6 & |>, 7 < <= > >=, 8 == !=, 9 &&, 10 ||, 11 -> (the only one that
// associates to the right). An operand never has a looser level than its operator, so `1 + !x` needs parentheses.

import type { BinaryOperator, Name, Term } from "./ast.ts";
import { disabledFeature } from "./diagnostics.ts";
import { parseMatch } from "./parse-match.ts";
import { parseArrayType } from "./parse-type.ts";
import type { Parser } from "./parser.ts";
import { primopArity } from "./primops.ts";
import type { TokenKind } from "./token.ts";
import { asTerm, asType, type Uniterm } from "./uniterm.ts";

const arrowLevel = 11;
const notLevel = 5;
const minusLevel = 1;

/** An expression of infix operators. */
export function parseInfix(p: Parser, loosest: number = arrowLevel): Uniterm {
  const { start } = p.token;
  let left = parsePrefix(p, loosest);
  for (;;) {
    const { token } = p;
    if (token.kind === "->") {
      if (arrowLevel > loosest) break;
      const domain = asType(p, left);
      p.next();
      const codomain = asType(p, parseOperand(p, arrowLevel));
      const span = p.spanFrom(start);
      left = { kind: "unfixed-type", type: { kind: "arrow", domain, codomain, span }, span };
      continue;
    }
    const operator = token.kind;
    if (!isBinaryOperator(operator)) break;
    const level = levels[operator];
    if (level > loosest) break;
    const leftTerm = asTerm(p, left);
    p.next();
    const right = asTerm(p, parseOperand(p, level - 1));
    left = {
      kind: "binary",
      operator,
      operatorSpan: p.spanOf(token),
      left: leftTerm,
      right,
      span: p.spanFrom(start),
    };
  }
  return left;
}

/** What stands on the right of an operator. */
function parseOperand(p: Parser, loosest: number): Uniterm {
  p.enter();
  const operand = parseInfix(p, loosest);
  p.leave();
  return operand;
}

function parsePrefix(p: Parser, loosest: number): Uniterm {
  const { token } = p;
  if (token.kind !== "-" && token.kind !== "!") return parseApplication(p);
  const level = token.kind === "-" ? minusLevel : notLevel;
  if (level > loosest) p.unexpected("an operand", "put the negation in parentheses");
  p.next();
  const operand = asTerm(p, parseOperand(p, level));
  return {
    kind: "unary",
    operator: token.kind,
    operatorSpan: p.spanOf(token),
    operand,
    span: p.spanFrom(token.start),
  };
}

const levels: Readonly<Record<BinaryOperator, number>> = {
  "++": 2,
  "@": 2,
  "*": 3,
  "/": 3,
  "%": 3,
  "+": 4,
  "-": 4,
  "&": 6,
  "|>": 6,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "==": 8,
  "!=": 8,
  "&&": 9,
  "||": 10,
};

export function isBinaryOperator(kind: TokenKind): kind is BinaryOperator {
  return Object.hasOwn(levels, kind);
}

/** A head and the atoms that it is applied to. */
function parseApplication(p: Parser): Uniterm {
  const { start } = p.token;
  const head = parseHead(p);
  const first = p.atomIfAny();
  if (first === undefined) return head;
  const headTerm = asTerm(p, head);
  const items: [Term, ...Term[]] = [asTerm(p, first)];
  for (let atom = p.atomIfAny(); atom !== undefined; atom = p.atomIfAny()) items.push(asTerm(p, atom));
  const span = p.spanFrom(start);
  return headTerm.kind === "tag" && items.length === 1
    ? { kind: "variant", tag: headTerm.tag, argument: items[0], span }
    : { kind: "apply", head: headTerm, arguments: items, span };
}

function parseHead(p: Parser): Uniterm {
  switch (p.kind) {
    case "match":
      return parseMatch(p);
    case "primop":
      return parsePrimop(p);
    case "Array":
      return parseArrayType(p);
    default:
      return p.atom();
  }
}

function parsePrimop(p: Parser): Term {
  const token = p.next();
  const { value: name } = token;
  if (name === "eval_nix") p.report(disabledFeature, { primop: name }, p.spanOf(token));
  const label: Name | undefined = name === "enum/embed" ? p.identifier("an enum tag's name") : undefined;
  const items: Term[] = [];
  const arity = primopArity.get(name) ?? 0;
  while (items.length < arity) {
    const atom = p.atomIfAny() ?? p.unexpected(`argument ${items.length + 1} of ${arity} of \`%${name}%\``);
    items.push(asTerm(p, atom));
  }
  return {
    kind: "primop",
    name,
    nameSpan: p.spanOf(token),
    label,
    arguments: items,
    span: p.spanFrom(token.start),
  };
}
