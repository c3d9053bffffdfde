// What chooses, `if`, `&&`, `||` and `match`, to code.

import { nearMiss } from "../../core/near-miss.ts";
import type { Span } from "../../core/source.ts";
import type { CoreBranch } from "../lower/core.ts";
import { raiseSealed } from "./blame.ts";
import { type Chain, type Compiler, type CoreOf, within } from "./compiler.ts";
import { describeValue } from "./describe.ts";
import { noEnumMatch, noMatch, wrongArgument, wrongType } from "./diagnostics.ts";
import { fail } from "./failure.ts";
import { type Operator, operand } from "./primop/primop.ts";
import { type Code, Env, force } from "./thunk.ts";
import { FunctionValue, type Lazy, type Value } from "./value.ts";

export function compileIf(
  compiler: Compiler,
  core: CoreOf<"if">,
  chain: Chain | undefined,
  tail: boolean,
): Code {
  const condition = compiler.code(core.condition, chain, false);
  const consequent = compiler.code(core.consequent, chain, tail);
  const alternative = compiler.code(core.alternative, chain, tail);
  const { span } = core.condition;
  return (env) => (truth(condition(env), "the condition of `if`", span) ? consequent(env) : alternative(env));
}

function truth(value: Value, purpose: string, span: Span): boolean {
  if (value.kind === "bool") return value.value;
  if (value.kind === "sealed") return raiseSealed(value);
  return fail(wrongType, { purpose, expected: "a Bool", found: describeValue(value) }, span);
}

/** The first operand of a logical operator. */
function decided(value: Value, operator: Operator, span: Span): boolean {
  return value.kind === "bool" ? value.value : operand(value, "bool", operator, 1, span).value;
}

export function compileLogical(
  compiler: Compiler,
  core: CoreOf<"and" | "or">,
  chain: Chain | undefined,
  tail: boolean,
): Code {
  const left = compiler.code(core.left, chain, false);
  const right = compiler.code(core.right, chain, tail);
  const decisive = core.kind === "or";
  const operator = { name: core.kind === "or" ? "||" : "&&", arity: 2 };
  const { span } = core.left;
  return (env) => {
    const first = left(env);
    return decided(first, operator, span) === decisive ? first : right(env);
  };
}

export function compileMatch(compiler: Compiler, core: CoreOf<"match">, chain: Chain | undefined): Code {
  if (core.branches.every(isTagOnly)) return compileTagMatch(compiler, core, chain);
  const branches = core.branches.map((branch) => compileBranch(compiler, branch, chain));
  const { span } = core;
  const invoke = (env: Env, operands: Lazy[]): Value => {
    const [value] = operands;
    if (value === undefined) throw new Error("a match without its argument");
    for (const branch of branches) {
      const body = branch(value, env);
      if (body !== undefined) return body.code(body.env);
    }
    const found = force(value);
    const notes = [{ message: "by this match", span }];
    return fail(noMatch, { what: describeValue(found) }, found.span ?? value.span ?? span, notes);
  };
  return (env) => new FunctionValue(1, env, invoke, span);
}

function isTagOnly({ pattern, guard }: CoreBranch): boolean {
  return guard === undefined && (pattern.kind === "tag" || pattern.kind === "wildcard");
}

/** Bare tags and `_` alone: upstream looks the tag up, so that the value is computed in any case, and of two branches for one tag the last counts. */
function compileTagMatch(compiler: Compiler, core: CoreOf<"match">, chain: Chain | undefined): Code {
  const { span } = core;
  const byTag = new Map<string, Code>();
  let fallback: Code | undefined;
  for (const { pattern, frame, body } of core.branches) {
    const code = compiler.code(body, within(frame, chain), true);
    if (pattern.kind === "tag") byTag.set(pattern.tag, code);
    else fallback ??= code;
    if (fallback !== undefined) break;
  }
  const invoke = (env: Env, operands: Lazy[]): Value => {
    const [value] = operands;
    if (value === undefined) throw new Error("a match without its argument");
    const found = force(value);
    const isTag = found.kind === "enum" && found.argument === undefined;
    const code = (isTag ? byTag.get(found.tag) : undefined) ?? fallback;
    if (code !== undefined) return code(env);
    if (found.kind === "sealed") return raiseSealed(found);
    const what = describeValue(found);
    const notes = [{ message: "by this match", span }];
    const at = found.span ?? value.span ?? span;
    if (!isTag)
      return fail(wrongArgument, { operator: "`match`", expected: "an enum tag", found: what }, at, notes);
    const known = Array.from(byTag.keys());
    return fail(noEnumMatch, { what, known, nearest: nearMiss(found.tag, known) }, at, notes);
  };
  return (env) => new FunctionValue(1, env, invoke, span);
}

type Branch = (value: Lazy, env: Env) => { readonly code: Code; readonly env: Env } | undefined;

function compileBranch(compiler: Compiler, branch: CoreBranch, chain: Chain | undefined): Branch {
  const inner = within(branch.frame, chain);
  const matches = compiler.matcher(branch.pattern, chain);
  const guard = branch.guard === undefined ? undefined : compiler.code(branch.guard, inner, false);
  const guardSpan = branch.guard?.span ?? branch.span;
  const code = compiler.code(branch.body, inner, true);
  const isFramed = branch.frame.size > 0;
  return (value, env) => {
    const slots: Lazy[] = [];
    if (!matches(value, slots, env)) return undefined;
    const frame = isFramed ? new Env(env, slots) : env;
    if (guard !== undefined && !truth(guard(frame), "the guard of a branch", guardSpan)) return undefined;
    return { code, env: frame };
  };
}
