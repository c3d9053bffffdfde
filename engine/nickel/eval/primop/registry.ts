// All primitive operations by name.

import { arrayPrimops } from "./arrays.ts";
import { contractPrimops } from "./contracts.ts";
import { generalPrimops } from "./general.ts";
import { numberPrimops } from "./numbers.ts";
import { operators } from "./operators.ts";
import type { Primop } from "./primop.ts";
import { recordPrimops } from "./records.ts";
import { serializePrimops } from "./serialize.ts";
import { stringPrimops } from "./strings.ts";

const all = new Map<string, Primop>(
  [
    operators,
    generalPrimops,
    recordPrimops,
    arrayPrimops,
    contractPrimops,
    numberPrimops,
    stringPrimops,
    serializePrimops,
  ].flatMap((group) => Object.entries(group)),
);

/** A primitive operation by its name without percent signs. */
export function findPrimop(name: string): Primop | undefined {
  return all.get(name);
}
