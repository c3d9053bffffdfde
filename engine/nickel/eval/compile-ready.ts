// What costs less to look up at once than to put off: a field of a record that is known, and sums and differences of known
// integers. No thunk is made for them, and no chain of thunks grows in what a loop carries along (100,000 steps of a fold over
// such a record: a third of the time, on the usual stack). Nothing is computed that could fail, take long or be seen.

import type { Core } from "../lower/core.ts";
import { peekVariable } from "./compile-variable.ts";
import type { Chain, CoreOf } from "./compiler.ts";
import type { Field } from "./record.ts";
import { type Env, peek } from "./thunk.ts";
import { type Lazy, NumberValue } from "./value.ts";

/** The value as far as it is at hand; `undefined` where it has to be put off. */
export type Ready = (env: Env) => Lazy | undefined;

const operations: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ["+", (a, b) => a + b],
  ["-", (a, b) => a - b],
]);

/** `undefined` for a term that is never ready. */
export function compileReady(core: Core, chain: Chain | undefined): Ready | undefined {
  switch (core.kind) {
    case "number": {
      const value = new NumberValue(core.value, core.span);
      return () => value;
    }
    case "local":
      return peekVariable(core.binder, chain);
    case "access":
      return compileField(core, chain);
    case "primop":
      return compileArithmetic(core, chain);
    default:
      return undefined;
  }
}

function compileField(core: CoreOf<"access">, chain: Chain | undefined): Ready | undefined {
  const record = compileReady(core.record, chain);
  if (record === undefined) return undefined;
  const { field: name } = core;
  return (env) => {
    const lazy = record(env);
    const found = lazy === undefined ? undefined : peek(lazy);
    if (found?.kind !== "record") return undefined;
    const field = found.fields.get(name);
    return field === undefined ? undefined : fieldAtHand(field);
  };
}

function fieldAtHand({ cell, definition, contracts }: Field): Lazy | undefined {
  if (cell !== undefined) return cell;
  return definition === undefined || definition.kind === "recipe" || contracts.length > 0
    ? undefined
    : definition;
}

function compileArithmetic(core: CoreOf<"primop">, chain: Chain | undefined): Ready | undefined {
  const operation = operations.get(core.name);
  const [first, second] = core.arguments;
  if (operation === undefined || first === undefined || second === undefined) return undefined;
  const left = compileReady(first, chain);
  const right = compileReady(second, chain);
  if (left === undefined || right === undefined || core.arguments.length !== 2) return undefined;
  const { span } = core;
  return (env) => {
    const a = left(env);
    const x = a === undefined ? undefined : peek(a);
    if (x?.kind !== "number" || typeof x.value !== "number") return undefined;
    const b = right(env);
    const y = b === undefined ? undefined : peek(b);
    if (y?.kind !== "number" || typeof y.value !== "number") return undefined;
    const result = operation(x.value, y.value);
    return Number.isSafeInteger(result) ? new NumberValue(result, span) : undefined;
  };
}
