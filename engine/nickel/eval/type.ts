// Types at run time: what a type annotation is checked by. The terms inside are lazy; type variables stand for
// sealing keys that are made each time a `forall` is entered.

import type { TypeVariable } from "../lower/core.ts";
import type { KeyValue, Lazy, Place } from "./value.ts";

/** Knows where it is written, unless an operation made it. */
export type RuntimeType = TypeShape & { readonly span?: Place };

type TypeShape =
  | { readonly kind: "dyn" | "number" | "bool" | "string" }
  | { readonly kind: "term"; readonly contract: Lazy }
  | { readonly kind: "variable"; readonly variable: TypeVariable }
  | { readonly kind: "arrow"; readonly domain: RuntimeType; readonly codomain: RuntimeType }
  | { readonly kind: "forall"; readonly variable: TypeVariable; readonly body: RuntimeType }
  | { readonly kind: "array"; readonly element: RuntimeType }
  | { readonly kind: "dictionary"; readonly flavour: "type" | "contract"; readonly element: RuntimeType }
  | {
      readonly kind: "record";
      readonly rows: ReadonlyMap<string, RuntimeType>;
      readonly tail: "closed" | "dyn" | TypeVariable;
    }
  | {
      readonly kind: "enum";
      readonly tags: ReadonlySet<string>;
      readonly variants: ReadonlyMap<string, RuntimeType>;
      readonly open: boolean;
    };

/** The keys of the type variables in sight. */
export interface Keys {
  readonly variable: TypeVariable;
  readonly key: KeyValue;
  readonly outer: Keys | undefined;
}

export function findKey(keys: Keys | undefined, variable: TypeVariable): KeyValue | undefined {
  for (let at = keys; at !== undefined; at = at.outer) if (at.variable === variable) return at.key;
  return undefined;
}
