// Variables to reads of slots: how far out the frame stands is known when compiling.

import type { Binder } from "../lower/core.ts";
import type { Chain, Delayed } from "./compiler.ts";
import type { Code, Env } from "./thunk.ts";
import type { Lazy } from "./value.ts";

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

/** What a variable stands for, not computed. */
export function compileReference(binder: Binder, chain: Chain | undefined): Delayed {
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

/** The same without a demand that it stands for something by now: in a recursive block it may not yet. */
export function peekVariable(binder: Binder, chain: Chain | undefined): (env: Env) => Lazy | undefined {
  const depth = depthOf(binder, chain);
  const { slot } = binder;
  if (depth === 0) return (env) => env.slots[slot];
  if (depth === 1) return (env) => env.up?.slots[slot];
  return (env) => {
    let at: Env | undefined = env;
    for (let up = depth; up > 0; up -= 1) at = at?.up;
    return at?.slots[slot];
  };
}

/** What a variable stands for. */
export function compileLocal(binder: Binder, chain: Chain | undefined): Code {
  const reference = compileReference(binder, chain);
  return (env) => {
    const lazy = reference(env);
    return lazy.kind === "thunk" ? lazy.force() : lazy;
  };
}
