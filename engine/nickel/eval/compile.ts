// Core terms to closures over environments: each node is looked at once, and what runs is a tree of JavaScript
// functions that know the depth and slot of every variable.

import { nearMiss } from "../../core/near-miss.ts";
import type { Span } from "../../core/source.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Binder, Core, CoreBranch, CoreFunction, CoreLet } from "../lower/core.ts";
import { raiseSealed } from "./blame.ts";
import { compilePattern } from "./compile-pattern.ts";
import { compileRecord } from "./compile-record.ts";
import { compileContract, compileType } from "./compile-type.ts";
import { type Chain, type Compiler, type Delayed, within } from "./compiler.ts";
import { applyType } from "./contract.ts";
import { describeValue } from "./describe.ts";
import {
  failedDestructuring,
  infiniteRecursion,
  noEnumMatch,
  noMatch,
  unsupported,
  wrongType,
} from "./diagnostics.ts";
import { fail, NickelFailure } from "./failure.ts";
import { accessField } from "./primop/access.ts";
import { type Operator, operand } from "./primop/primop.ts";
import { findPrimop, type Primop } from "./primop/registry.ts";
import { stringify } from "./primop/stringify.ts";
import { apply, type Code, delay, Env, emptyEnv, force, leaveCall, Thunk } from "./thunk.ts";
import {
  ArrayValue,
  BoolValue,
  EnumValue,
  FunctionValue,
  type Lazy,
  NullValue,
  NumberValue,
  StringValue,
  TypeValue,
  type Value,
} from "./value.ts";

/** What a program may refer to beside its own text. */
export interface World {
  global(name: string): Lazy;
  imported(core: Extract<Core, { kind: "import" }>): Lazy;
}

/** Compiles a closed program. */
export function compileProgram(core: Core, world: World): () => Value {
  const compiler: Compiler = {
    global: (name) => world.global(name),
    imported: (one) => world.imported(one),
    code: (inner, chain, tail) => compileCode(compiler, inner, chain, tail),
    delayed: (inner, chain) => compileDelayed(compiler, inner, chain),
    type: (type, chain) => compileType(compiler, type, chain),
    contract: (contract, chain) => compileContract(compiler, contract, chain),
    matcher: (pattern, chain) => compilePattern(compiler, pattern, chain),
  };
  const code = compiler.code(core, undefined, false);
  return () => code(emptyEnv);
}

function compileCode(compiler: Compiler, core: Core, chain: Chain | undefined, tail: boolean): Code {
  switch (core.kind) {
    case "null":
    case "bool":
    case "number":
    case "string":
    case "tag": {
      const value = constant(core);
      return () => value;
    }
    case "template":
      return compileTemplate(compiler, core, chain);
    case "local":
      return compileLocal(core.binder, chain);
    case "global": {
      const { name } = core;
      return () => force(compiler.global(name));
    }
    case "variant": {
      const argument = compiler.delayed(core.argument, chain);
      const { tag, span } = core;
      return (env) => new EnumValue(tag, argument(env), span);
    }
    case "array": {
      const items = core.items.map((item) => compiler.delayed(item, chain));
      const { span } = core;
      return (env) =>
        new ArrayValue(
          items.map((item) => item(env)),
          [],
          span,
        );
    }
    case "record":
      return compileRecord(compiler, core, chain);
    case "let":
      return compileLet(compiler, core, chain, tail);
    case "function":
      return compileFunction(compiler, core, chain);
    case "if":
      return compileIf(compiler, core, chain, tail);
    case "match":
      return compileMatch(compiler, core, chain);
    case "apply":
      return compileApply(compiler, core, chain, tail);
    case "and":
    case "or":
      return compileLogical(compiler, core, chain, tail);
    case "primop":
      return compilePrimop(compiler, core, chain, tail);
    case "access": {
      const record = compiler.code(core.record, chain, false);
      const { field, fieldSpan, span } = core;
      if (core.record.kind !== "global")
        return (env) => force(accessField(record(env), field, fieldSpan, span));
      return (env) => {
        const cell = accessField(record(env), field, fieldSpan, span);
        try {
          return force(cell);
        } catch (failure) {
          // A part of the library that is not there is told where it was asked for.
          throw failure instanceof NickelFailure ? failure.at(span) : failure;
        }
      };
    }
    case "annotated":
      return compileAnnotated(compiler, core, chain);
    case "type": {
      const type = compiler.type(core.type, chain);
      const { span } = core;
      if (type.closed !== undefined) {
        const value = new TypeValue(type.closed, span);
        return () => value;
      }
      return (env) => new TypeValue(type.build(env), span);
    }
    case "import":
      return () => force(compiler.imported(core));
    case "unsupported": {
      const { what, span } = core;
      return () => fail(unsupported, { what }, span);
    }
    default:
      return unreachable(core);
  }
}

type ConstantCore = Extract<Core, { kind: "null" | "bool" | "number" | "string" | "tag" }>;

function constant(core: ConstantCore): Value {
  switch (core.kind) {
    case "null":
      return new NullValue(core.span);
    case "bool":
      return new BoolValue(core.value, core.span);
    case "number":
      return new NumberValue(core.value, core.span);
    case "string":
      return new StringValue(core.value, core.span);
    case "tag":
      return new EnumValue(core.tag, undefined, core.span);
    default:
      return unreachable(core);
  }
}

/** No thunk for constants, variables and functions. */
function compileDelayed(compiler: Compiler, core: Core, chain: Chain | undefined): Delayed {
  switch (core.kind) {
    case "null":
    case "bool":
    case "number":
    case "string":
    case "tag": {
      const value = constant(core);
      return () => value;
    }
    case "local":
      return compileReference(core.binder, chain);
    case "function":
    case "match":
    case "type":
      return compiler.code(core, chain, false);
    case "global": {
      const { name } = core;
      return () => compiler.global(name);
    }
    case "import":
      return () => compiler.imported(core);
    default: {
      const code = compiler.code(core, chain, true);
      const { span } = core;
      return (env) => new Thunk(code, env, span);
    }
  }
}

function depthOf(binder: Binder, chain: Chain | undefined): number {
  let depth = 0;
  for (let at = chain; at !== undefined; at = at.up) {
    if (at.frame === binder.frame) return depth;
    depth += 1;
  }
  throw new Error(`the frame of ${binder.name} is not in scope`);
}

function slotOf(env: Env | undefined, slot: number): Lazy {
  const lazy = env?.slots[slot];
  if (lazy === undefined) throw new Error("an empty slot");
  return lazy;
}

function compileReference(binder: Binder, chain: Chain | undefined): Delayed {
  const depth = depthOf(binder, chain);
  const { slot } = binder;
  if (depth === 0) return (env) => slotOf(env, slot);
  if (depth === 1) return (env) => slotOf(env.up, slot);
  if (depth === 2) return (env) => slotOf(env.up?.up, slot);
  return (env) => {
    let at: Env | undefined = env;
    for (let up = depth; up > 0; up -= 1) at = at?.up;
    return slotOf(at, slot);
  };
}

function compileLocal(binder: Binder, chain: Chain | undefined): Code {
  const reference = compileReference(binder, chain);
  return (env) => {
    const lazy = reference(env);
    return lazy.kind === "thunk" ? lazy.force() : lazy;
  };
}

type Of<K extends Core["kind"]> = Extract<Core, { kind: K }>;

function compileTemplate(compiler: Compiler, core: Of<"template">, chain: Chain | undefined): Code {
  const chunks = core.chunks.map((chunk) =>
    chunk.kind === "text"
      ? chunk.text
      : { code: compiler.code(chunk.term, chain, false), indent: chunk.indent, span: chunk.term.span },
  );
  const { span } = core;
  return (env) => {
    let text = "";
    for (const chunk of chunks) {
      if (typeof chunk === "string") text += chunk;
      else {
        const value = chunk.code(env);
        const part = stringify(value);
        if (part === undefined) {
          const params = {
            purpose: "interpolation",
            expected: "a string, number, boolean, enum tag or null",
            found: describeValue(value),
          };
          return fail(wrongType, params, chunk.span);
        }
        text += chunk.indent === 0 ? part : part.replaceAll("\n", `\n${" ".repeat(chunk.indent)}`);
      }
    }
    return new StringValue(text, span);
  };
}

function compileLet(compiler: Compiler, core: CoreLet, chain: Chain | undefined, tail: boolean): Code {
  const inner = within(core.frame, chain);
  const seen = core.recursive ? inner : chain;
  const body = compiler.code(core.body, inner, tail);
  const isFramed = core.frame.size > 0;
  const bindings = core.bindings.map(({ pattern, value }) => ({
    slot: pattern.kind === "variable" ? pattern.slot : undefined,
    matches: compiler.matcher(pattern, seen),
    value: core.recursive ? compileRecursiveDelayed(compiler, value, seen) : compiler.delayed(value, seen),
    span: value.span,
  }));
  const patterns = bindings.filter((binding) => binding.slot === undefined);
  const simple = bindings.filter((binding) => binding.slot !== undefined);
  const { recursive } = core;
  const { size } = core.frame;
  return (env) => {
    const slots: Lazy[] = [];
    const frame = isFramed ? new Env(env, slots) : env;
    const around = recursive ? frame : env;
    if (recursive && patterns.length > 0) {
      // Until the patterns are matched, their variables stand for what will be found.
      for (let slot = 0; slot < size; slot += 1) slots[slot] = forward(slots, slot, core.span);
    }
    for (const { slot, value } of simple) if (slot !== undefined) slots[slot] = value(around);
    for (const { matches, value, span } of patterns) {
      const bound = value(around);
      if (!matches(bound, slots, around)) failDestructuring(bound, span);
    }
    return body(frame);
  };
}

/** Stands in a slot for what the slot will hold. */
function forward(slots: Lazy[], slot: number, span: Span): Thunk {
  const self: Thunk = delay(() => {
    const lazy = slots[slot];
    return lazy === undefined || lazy === self ? fail(infiniteRecursion, undefined, span) : force(lazy);
  }, span);
  return self;
}

/** In a recursive block a variable's slot may still be empty, so every computation waits. */
function compileRecursiveDelayed(compiler: Compiler, core: Core, chain: Chain | undefined): Delayed {
  if (core.kind !== "local") return compiler.delayed(core, chain);
  const code = compiler.code(core, chain, true);
  const { span } = core;
  return (env) => new Thunk(code, env, span);
}

function failDestructuring(value: Lazy, span: Span): never {
  const found = force(value);
  return fail(failedDestructuring, { what: describeValue(found) }, found.span ?? span);
}

function compileFunction(compiler: Compiler, core: CoreFunction, chain: Chain | undefined): Code {
  const inner = within(core.frame, chain);
  const body = compiler.code(core.body, inner, true);
  const { arity, span, pattern } = core;
  if (pattern === undefined) {
    const invoke = (env: Env, operands: Lazy[]): Value => body(new Env(env, operands));
    return (env) => new FunctionValue(arity, env, invoke, span);
  }
  const matches = compiler.matcher(pattern, inner);
  const invoke = (env: Env, operands: Lazy[]): Value => {
    const frame = new Env(env, operands);
    const last = operands[arity - 1];
    if (last !== undefined && !matches(last, operands, frame)) {
      const found = force(last);
      const notes = [{ message: "the pattern is that of this function", span: pattern.span }];
      return fail(
        failedDestructuring,
        { what: describeValue(found) },
        found.span ?? last.span ?? span,
        notes,
      );
    }
    return body(frame);
  };
  return (env) => new FunctionValue(arity, env, invoke, span);
}

function compileIf(compiler: Compiler, core: Of<"if">, chain: Chain | undefined, tail: boolean): Code {
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

function compileLogical(
  compiler: Compiler,
  core: Of<"and" | "or">,
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

function compileMatch(compiler: Compiler, core: Of<"match">, chain: Chain | undefined): Code {
  const branches = core.branches.map((branch) => compileBranch(compiler, branch, chain));
  const { span } = core;
  const tags = core.branches.flatMap(({ pattern }) => (pattern.kind === "tag" ? [pattern.tag] : []));
  const onlyTags = tags.length === core.branches.length;
  const invoke = (env: Env, operands: Lazy[]): Value => {
    const [value] = operands;
    if (value === undefined) throw new Error("a match without its argument");
    for (const branch of branches) {
      const body = branch(value, env);
      if (body !== undefined) return body.code(body.env);
    }
    const found = force(value);
    const what = describeValue(found);
    const notes = [{ message: "by this match", span }];
    const at = found.span ?? value.span ?? span;
    if (!onlyTags) return fail(noMatch, { what }, at, notes);
    const nearest = found.kind === "enum" ? nearMiss(found.tag, tags) : undefined;
    return fail(noEnumMatch, { what, known: tags, nearest }, at, notes);
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

function compileApply(compiler: Compiler, core: Of<"apply">, chain: Chain | undefined, tail: boolean): Code {
  const head = compiler.code(core.head, chain, false);
  const operands = core.arguments.map((argument) => compiler.delayed(argument, chain));
  const { span } = core;
  const [first] = operands;
  if (operands.length === 1 && first !== undefined) {
    if (tail) return (env) => leaveCall(head(env), [first(env)], span);
    return (env) => apply(head(env), [first(env)], span);
  }
  const evaluate = (env: Env): Lazy[] => operands.map((operand) => operand(env));
  if (tail) return (env) => leaveCall(head(env), evaluate(env), span);
  return (env) => apply(head(env), evaluate(env), span);
}

function compilePrimop(
  compiler: Compiler,
  core: Of<"primop">,
  chain: Chain | undefined,
  tail: boolean,
): Code {
  const { span, name } = core;
  const primop = findPrimop(name);
  if (primop === undefined) return () => fail(unsupported, { what: `the operator %${name}%` }, span);
  const { arity, strict } = primop;
  const [before, after] = core.arguments;
  if (name === "seq" && before !== undefined && after !== undefined && core.arguments.length === 2) {
    const first = compiler.code(before, chain, false);
    const second = compiler.code(after, chain, tail);
    return (env) => {
      first(env);
      return second(env);
    };
  }
  // A strict operand is computed at once instead of being put into a thunk.
  const operands = core.arguments.map((operand, at) =>
    at < strict ? compiler.code(operand, chain, false) : compiler.delayed(operand, chain),
  );
  if (operands.length < arity)
    return (env) =>
      partialPrimop(
        primop,
        operands.map((operand) => operand(env)),
        span,
      );
  if (operands.length > arity) {
    const first = operands.slice(0, arity);
    const more = operands.slice(arity);
    return (env) => {
      const head = primop.run(
        first.map((operand) => operand(env)),
        span,
      );
      const rest = more.map((operand) => operand(env));
      return tail ? leaveCall(head, rest, span) : apply(head, rest, span);
    };
  }
  const { binary } = primop;
  const [left, right] = operands;
  if (binary !== undefined && left !== undefined && right !== undefined) {
    return (env) => binary(force(left(env)), force(right(env)), span);
  }
  return (env) =>
    primop.run(
      operands.map((operand) => operand(env)),
      span,
    );
}

function partialPrimop(primop: Primop, known: readonly Lazy[], span: Span): FunctionValue {
  return new FunctionValue(
    primop.arity - known.length,
    emptyEnv,
    (_, operands) => primop.run([...known, ...operands], span),
    span,
  );
}

function compileAnnotated(compiler: Compiler, core: Of<"annotated">, chain: Chain | undefined): Code {
  const term = compiler.delayed(core.term, chain);
  const contracts = core.contracts.map((contract) => compiler.contract(contract, chain));
  const { span } = core.term;
  return (env) => {
    let value = term(env);
    for (const { type, label } of contracts) {
      const checked = value;
      value = delay(() => applyType(type.build(env), undefined, label, checked), span);
    }
    return force(value);
  };
}
