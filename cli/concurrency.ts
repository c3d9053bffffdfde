// How many layers are built at once: the option of build and plan, and what it is without.

import { availableParallelism } from "node:os";
import { positiveInteger, type ValueSpec } from "./option.ts";

export const concurrencyOption: ValueSpec<number> = {
  kind: "value",
  placeholder: "N",
  summary: "layers at once (default: half the processors of this machine)",
  parse: positiveInteger,
};

export function defaultConcurrency(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}
