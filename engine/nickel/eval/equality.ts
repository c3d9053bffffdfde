// Structural equality, by need: contracts are applied to what is compared, and functions cannot be compared.

import type { Note } from "../../core/diagnostic.ts";
import { unreachable } from "../../core/unreachable.ts";
import { equals } from "../number.ts";
import { raiseSealed } from "./blame.ts";
import { step } from "./budget.ts";
import { describeValue } from "./describe.ts";
import { incomparable } from "./diagnostics.ts";
import { contains, fail } from "./failure.ts";
import { isNeutral, type RecordValue, raiseMissing } from "./record.ts";
import { force } from "./thunk.ts";
import type { Lazy, Place, Value } from "./value.ts";

/** Whether two values are equal, computing as much of them as it takes. @throws a failure for two functions. */
export function equal(left: Lazy, right: Lazy, at: Place): boolean {
  step(at);
  const a = force(left);
  const b = force(right);
  if (a === b && isPlain(a)) return true;
  if (a.kind === "sealed") raiseSealed(a);
  if (b.kind === "sealed") raiseSealed(b);
  switch (a.kind) {
    case "null":
      return b.kind === "null";
    case "bool":
      return b.kind === "bool" && a.value === b.value;
    case "number":
      return b.kind === "number" && equals(a.value, b.value);
    case "string":
      return b.kind === "string" && a.value === b.value;
    case "enum":
      if (b.kind !== "enum" || a.tag !== b.tag) return false;
      if (a.argument === undefined || b.argument === undefined) return a.argument === b.argument;
      return equal(a.argument, b.argument, at);
    case "array":
      if (b.kind !== "array" || a.items.length !== b.items.length) return false;
      for (let index = a.items.length - 1; index >= 0; index -= 1) {
        const x = a.at(index);
        const y = b.at(index);
        if (x === undefined || y === undefined || !equal(x, y, at)) return false;
      }
      return true;
    case "record":
      return b.kind === "record" && equalRecords(a, b, at);
    case "key":
    case "label":
      return a === b;
    case "function":
    case "contract": {
      if (b.kind !== a.kind) return false;
      const notes: Note[] = [];
      if (a.span !== undefined && at !== undefined && !contains(at, a.span))
        notes.push({ message: "this one", span: a.span });
      if (b.span !== undefined && b.span !== a.span && !contains(at, b.span))
        notes.push({ message: "with this one", span: b.span });
      return fail(incomparable, { left: describeValue(a), right: describeValue(b) }, at ?? a.span, notes);
    }
    case "type":
      return false;
    default:
      return unreachable(a);
  }
}

function isPlain(value: Value): boolean {
  return value.kind === "string" || value.kind === "number" || value.kind === "null" || value.kind === "bool";
}

function equalRecords(a: RecordValue, b: RecordValue, at: Place): boolean {
  // Upstream has `{}` differ from what is sealed, if only because something may be.
  if (isNeutral(a) ? b.tail !== undefined : isNeutral(b) && a.tail !== undefined) return false;
  for (const [name, field] of a.fields) if (!b.fields.has(name) && !field.isEmptyOptional) return false;
  for (const [name, field] of b.fields) if (!a.fields.has(name) && !field.isEmptyOptional) return false;
  const pairs: (readonly [Lazy, Lazy])[] = [];
  for (const [name, fieldA] of a.fields) {
    const fieldB = b.fields.get(name);
    if (fieldB === undefined) continue;
    const x = a.cellOf(fieldA);
    const y = b.cellOf(fieldB);
    if (x === undefined && y === undefined) continue;
    if (x === undefined) return raiseMissing({ record: a, name, field: fieldA, at });
    if (y === undefined) return raiseMissing({ record: b, name, field: fieldB, at });
    pairs.push([x, y]);
  }
  return pairs.every(([x, y]) => equal(x, y, at));
}
