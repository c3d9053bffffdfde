// What binds names, `let` and `fun`, to code that fills frames.

import type { Note } from "../../core/diagnostic.ts";
import type { Span } from "../../core/source.ts";
import type { Core, CoreFunction, CoreLet, CorePattern } from "../lower/core.ts";
import { type Chain, type Compiler, type Delayed, within } from "./compiler.ts";
import { describeValue } from "./describe.ts";
import { failedDestructuring, infiniteRecursion } from "./diagnostics.ts";
import { fail } from "./failure.ts";
import { findMisfit } from "./misfit.ts";
import { type Code, delay, Env, force, Thunk } from "./thunk.ts";
import { FunctionValue, type Lazy, type Value } from "./value.ts";

export function compileLet(compiler: Compiler, core: CoreLet, chain: Chain | undefined, tail: boolean): Code {
  const inner = within(core.frame, chain);
  const seen = core.recursive ? inner : chain;
  const body = compiler.code(core.body, inner, tail);
  const isFramed = core.frame.size > 0;
  const bindings = core.bindings.map(({ pattern, value }) => ({
    slot: pattern.kind === "variable" ? pattern.slot : undefined,
    pattern,
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
    for (const { pattern, matches, value, span } of patterns) {
      const bound = value(around);
      if (!matches(bound, slots, around)) failDestructuring(pattern, bound, span);
    }
    return body(frame);
  };
}

/** Stands in a slot for what the slot will hold. */
function forward(slots: Lazy[], slot: number, span: Span): Thunk {
  const self: Thunk = delay(() => {
    const lazy = slots[slot];
    return lazy === undefined || lazy === self ? fail(infiniteRecursion, { names: [] }, span) : force(lazy);
  }, span);
  return self;
}

/** In a recursive block a variable's slot may still be empty, so what reads one at once waits. */
function compileRecursiveDelayed(compiler: Compiler, core: Core, chain: Chain | undefined): Delayed {
  if (core.kind !== "local" && core.kind !== "type") return compiler.delayed(core, chain);
  const code = compiler.code(core, chain, true);
  const { span } = core;
  return (env) => new Thunk(code, env, span);
}

function failDestructuring(
  pattern: CorePattern,
  value: Lazy,
  span: Span,
  notes: readonly Note[] = [],
): never {
  const found = force(value);
  const params = { what: describeValue(found), misfit: findMisfit(pattern, found) };
  const at = found.span ?? value.span ?? span;
  const isInSight = at.file === pattern.span.file && Math.abs(at.start - pattern.span.end) < 200;
  const place = isInSight ? [] : [{ message: "the pattern", span: pattern.span }];
  return fail(failedDestructuring, params, at, notes.length === 0 ? place : notes);
}

export function compileFunction(compiler: Compiler, core: CoreFunction, chain: Chain | undefined): Code {
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
      const notes = [{ message: "the pattern is that of this function", span: pattern.span }];
      failDestructuring(pattern, last, span, notes);
    }
    return body(frame);
  };
  return (env) => new FunctionValue(arity, env, invoke, span);
}
