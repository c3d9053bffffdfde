// A heap against a sorted list.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Heap } from "../../engine/core/heap.ts";

describe("heap", () => {
  test("whatever is put in and taken out: what comes is the first of what is there", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer(), { freq: 3 })), (moves) => {
        const heap = new Heap<number>((a, b) => a > b);
        const there: number[] = [];
        // null takes one out.
        for (const move of [...moves, ...moves.map(() => null)]) {
          if (move === null) {
            const most = there.sort((a, b) => a - b).pop();
            expect(heap.pop()).toBe(most);
          } else {
            heap.push(move);
            there.push(move);
          }
        }
      }),
    );
  });
});
