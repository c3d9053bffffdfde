// Core terms to closures over environments: each node is looked at once, and what runs is a tree of JavaScript
// functions that know the depth and slot of every variable.

import type { Span } from "../../core/source.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Core } from "../lower/core.ts";
import { compileFunction, compileLet } from "./compile-binding.ts";
import { compileIf, compileLogical, compileMatch } from "./compile-branch.ts";
import { compilePattern } from "./compile-pattern.ts";
import { compileReady } from "./compile-ready.ts";
import { compileRecord } from "./compile-record.ts";
import { compileContract, compileType } from "./compile-type.ts";
import { compileLocal, compileReference } from "./compile-variable.ts";
import type { Chain, Compiler, CoreOf, Delayed } from "./compiler.ts";
import { applyType } from "./contract.ts";
import { describeValue } from "./describe.ts";
import { notEnoughArguments, wrongType } from "./diagnostics.ts";
import { fail, NickelFailure, originNotes } from "./failure.ts";
import { accessField } from "./primop/access.ts";
import { operand, type Primop } from "./primop/primop.ts";
import { findPrimop } from "./primop/registry.ts";
import { stringify } from "./primop/stringify.ts";
import { apply, type Code, delay, type Env, emptyEnv, force, leaveCall, Thunk } from "./thunk.ts";
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
  /** Told what programs trace. */
  trace(text: string): void;
}

/** Compiles a closed program. */
export function compileProgram(core: Core, world: World): () => Value {
  const compiler: Compiler = {
    global: (name) => world.global(name),
    imported: (one) => world.imported(one),
    trace: (text) => world.trace(text),
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

/** Whether a term is the same value each time: data without a name or a contract in it. */
function isConstant(core: Core): boolean {
  switch (core.kind) {
    case "null":
    case "bool":
    case "number":
    case "string":
    case "tag":
      return true;
    case "array":
      return core.items.every(isConstant);
    case "record":
      return (
        core.dynamicFields.length === 0 &&
        core.fields.every(
          ({ value, contracts }) => contracts.length === 0 && value !== undefined && isConstant(value),
        )
      );
    default:
      return false;
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
    case "array":
    case "record": {
      const code = compiler.code(core, chain, true);
      const { span } = core;
      if (!isConstant(core)) return (env) => new Thunk(code, env, span);
      let value: Value | undefined;
      return () => (value ??= code(emptyEnv));
    }
    case "access":
    case "primop": {
      const code = compiler.code(core, chain, true);
      const { span } = core;
      const ready = compileReady(core, chain);
      if (ready === undefined) return (env) => new Thunk(code, env, span);
      return (env) => ready(env) ?? new Thunk(code, env, span);
    }
    default: {
      const code = compiler.code(core, chain, true);
      const { span } = core;
      return (env) => new Thunk(code, env, span);
    }
  }
}

function interpolationHelp(value: Value): string | undefined {
  if (value.kind === "array") return "join its elements with `std.string.join`, or use `std.serialize 'Json`";
  if (value.kind === "record") return "take one of its fields, or use `std.serialize 'Json`";
  return value.kind === "function" ? "is an argument missing?" : undefined;
}

function compileTemplate(compiler: Compiler, core: CoreOf<"template">, chain: Chain | undefined): Code {
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
            help: interpolationHelp(value),
          };
          return fail(wrongType, params, chunk.span, originNotes(value.span, chunk.span));
        }
        text += chunk.indent === 0 ? part : part.replaceAll("\n", `\n${" ".repeat(chunk.indent)}`);
      }
    }
    return new StringValue(text, span);
  };
}

function compileApply(
  compiler: Compiler,
  core: CoreOf<"apply">,
  chain: Chain | undefined,
  tail: boolean,
): Code {
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
  core: CoreOf<"primop">,
  chain: Chain | undefined,
  tail: boolean,
): Code {
  const { span, name } = core;
  const [before, after] = core.arguments;
  if (name === "trace" && before !== undefined) return compileTrace(compiler, before, core, chain, tail);
  const primop = findPrimop(name);
  if (primop === undefined) throw new Error(`the syntax knows an operator %${name}% that is not there`);
  const { arity, strict } = primop;
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
  if (operands.length < arity) {
    return (env) => {
      const known = operands.map((operand) => operand(env));
      if (primop.partial === true) return partialPrimop(primop, known, span);
      return fail(notEnoughArguments, { operator: `%${name}%`, arity }, span);
    };
  }
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

/** Tells the text, then goes on with what it is traced before. */
function compileTrace(
  compiler: Compiler,
  said: Core,
  { arguments: operands, span }: CoreOf<"primop">,
  chain: Chain | undefined,
  tail: boolean,
): Code {
  const operator = { name: "trace", arity: 2 };
  const text = compiler.code(said, chain, false);
  const tell = (env: Env): void => compiler.trace(operand(text(env), "string", operator, 1, span).value);
  const [, next, ...more] = operands;
  if (next === undefined) {
    return (env) => {
      tell(env);
      return fail(notEnoughArguments, { operator: "%trace%", arity: 2 }, span);
    };
  }
  const rest: Core = more.length === 0 ? next : { kind: "apply", head: next, arguments: more, span };
  const code = compiler.code(rest, chain, tail);
  return (env) => {
    tell(env);
    return code(env);
  };
}

function partialPrimop(primop: Primop, known: readonly Lazy[], span: Span): FunctionValue {
  return new FunctionValue(
    primop.arity - known.length,
    emptyEnv,
    (_, operands) => primop.run([...known, ...operands], span),
    span,
  );
}

function compileAnnotated(compiler: Compiler, core: CoreOf<"annotated">, chain: Chain | undefined): Code {
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
