// What is known where a term stands: the types of its variables, the terms that lets bind (so that contracts can be
// compared), and how many `forall`s are around. Extending makes a new one; the old one goes on to be used.

import type { Term } from "../syntax/ast.ts";
import type { Type } from "./type.ts";

export class Environment<T> {
  readonly #names: ReadonlyMap<string, T>;
  readonly #parent: Environment<T> | undefined;

  constructor(names: ReadonlyMap<string, T>, parent?: Environment<T>) {
    this.#names = names;
    this.#parent = parent;
  }

  get(name: string): T | undefined {
    const own = this.#names.get(name);
    if (own !== undefined) return own;
    for (let at = this.#parent; at !== undefined; at = at.#parent) {
      const found = at.#names.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  extend(names: ReadonlyMap<string, T>): Environment<T> {
    return names.size === 0 ? this : new Environment(names, this);
  }
}

/** A term and the lets around it. */
export interface Definition {
  readonly term: Term;
  readonly terms: Terms;
}

export type Terms = Environment<Definition>;

export const noTerms: Terms = new Environment(new Map());

export interface Context {
  readonly types: Environment<Type>;
  readonly terms: Terms;
  readonly level: number;
}

/** The context with types of further variables. */
export function bindTypes(context: Context, types: ReadonlyMap<string, Type>): Context {
  return { ...context, types: context.types.extend(types) };
}

/** The context one `forall` further in. */
export function deeper(context: Context): Context {
  return { ...context, level: context.level + 1 };
}
