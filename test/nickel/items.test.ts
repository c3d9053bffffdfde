// The elements of arrays: whatever is cut and joined in whatever order, each array stays what it was.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Items } from "../../engine/nickel/eval/items.ts";
import { NumberValue } from "../../engine/nickel/eval/value.ts";

const items = (numbers: readonly number[]): Items =>
  Items.of(numbers.map((number) => new NumberValue(number, undefined)));

function numbersOf(some: Items): unknown[] {
  return some.flat().map((value) => (value.kind === "number" ? value.value : value));
}

const part = fc.array(fc.nat(9), { maxLength: 4 });
const action = fc.oneof(
  fc.record({ kind: fc.constant("append" as const), which: fc.nat(), more: part }),
  fc.record({ kind: fc.constant("prepend" as const), which: fc.nat(), more: part }),
  fc.record({ kind: fc.constant("join" as const), which: fc.nat(), other: fc.nat() }),
  fc.record({ kind: fc.constant("slice" as const), which: fc.nat(), from: fc.nat(), to: fc.nat() }),
);

describe("items", () => {
  test("behave as arrays that are copied each time", () => {
    fc.assert(
      fc.property(part, fc.array(action, { maxLength: 30 }), (start, actions) => {
        const made = [{ real: items(start), plain: start }];
        for (const one of actions) {
          const chosen = made[one.which % made.length];
          if (chosen === undefined) throw new Error("nothing was made");
          const { real, plain } = chosen;
          if (one.kind === "append") {
            made.push({ real: real.concat(items(one.more)), plain: [...plain, ...one.more] });
          } else if (one.kind === "prepend") {
            made.push({ real: items(one.more).concat(real), plain: [...one.more, ...plain] });
          } else if (one.kind === "join") {
            const other = made[one.other % made.length] ?? chosen;
            made.push({ real: real.concat(other.real), plain: [...plain, ...other.plain] });
          } else {
            const from = one.from % (plain.length + 1);
            const to = from + (one.to % (plain.length - from + 1));
            made.push({ real: real.slice(from, to), plain: plain.slice(from, to) });
          }
        }
        for (const { real, plain } of made) {
          expect(real.length).toBe(plain.length);
          expect(numbersOf(real)).toEqual(plain);
          const first = real.at(0);
          expect(first?.kind === "number" ? first.value : undefined).toBe(plain[0]);
          expect(real.at(plain.length)).toBeUndefined();
        }
      }),
    );
  });

  test("a loop that appends or prepends copies nothing", () => {
    let appended = items([0]);
    let prepended = items([0]);
    for (let number = 1; number <= 100_000; number += 1) {
      appended = appended.concat(items([number]));
      prepended = items([number]).concat(prepended);
    }
    expect(numbersOf(appended.slice(99_998, 100_001))).toEqual([99_998, 99_999, 100_000]);
    expect(numbersOf(prepended.slice(0, 3))).toEqual([100_000, 99_999, 99_998]);
  });
});
