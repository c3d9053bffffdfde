// A heap against a sorted list.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Heap } from "../../engine/core/heap.ts";

test("whatever is put in and taken out: what comes is the first of what is there", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { freq: 3 })), (moves) => {
      const heap = new Heap<number>((a, b) => a > b);
      const there: number[] = [];
      const came: (number | undefined)[] = [];
      const due: (number | undefined)[] = [];
      // null takes one out.
      for (const move of [...moves, ...moves.map(() => null)]) {
        if (move === null) {
          due.push(there.sort((a, b) => a - b).pop());
          came.push(heap.pop());
        } else {
          heap.push(move);
          there.push(move);
        }
      }
      expect(came).toEqual(due);
    }),
  );
});
