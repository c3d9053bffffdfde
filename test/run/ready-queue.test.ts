// The order of a run on paper: who is ready when, the longest path first, and who is lost with whom.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type QueueNode, ReadyQueue } from "../../engine/run/ready-queue.ts";

const node = (key: string, seconds: number, ...parents: string[]): QueueNode => ({ key, seconds, parents });

describe("ready queue", () => {
  test("children become ready with their last parent", () => {
    const queue = new ReadyQueue([node("a", 1), node("b", 1), node("c", 1, "a", "b")]);
    expect(queue.takeReady()).toEqual(["a", "b"]);
    queue.succeed("a");
    expect(queue.takeReady()).toEqual([]);
    queue.succeed("b");
    expect(queue.takeReady()).toEqual(["c"]);
    expect(queue.takeReady()).toEqual([]);
  });

  test("the longest remaining path goes first, not the longest step", () => {
    const queue = new ReadyQueue([node("long", 10), node("short", 1), node("heavy", 20, "short")]);
    expect(queue.takeReady()).toEqual(["short", "long"]);
  });

  test("no more are taken than there is room for; what becomes ready meanwhile is weighed with what waits", () => {
    const queue = new ReadyQueue([node("a", 5), node("b", 2), node("c", 1), node("d", 3, "a")]);
    expect(queue.takeReady(1)).toEqual(["a"]);
    expect(queue.takeReady(0)).toEqual([]);
    queue.succeed("a");
    expect(queue.takeReady(2)).toEqual(["d", "b"]);
    expect(queue.takeReady(2)).toEqual(["c"]);
  });

  test("equals keep their order", () => {
    expect(new ReadyQueue([node("a", 1), node("b", 1), node("c", 1)]).takeReady()).toEqual(["a", "b", "c"]);
  });

  test("a failure dooms what stands on it, and each only once", () => {
    const queue = new ReadyQueue([
      node("a", 1),
      node("b", 1),
      node("c", 1, "a"),
      node("d", 1, "c"),
      node("e", 1, "a", "b"),
      node("f", 1, "b"),
    ]);
    queue.takeReady();
    expect(queue.fail("a")).toEqual(["c", "d", "e"]);
    queue.succeed("b");
    expect(queue.takeReady()).toEqual(["f"]);
  });

  test("what was doomed stays so when its other parents end", () => {
    const queue = new ReadyQueue([node("a", 1), node("b", 1), node("c", 1, "a", "b"), node("d", 1, "c")]);
    queue.takeReady();
    expect(queue.fail("b")).toEqual(["c", "d"]);
    expect(queue.fail("a")).toEqual([]);
    expect(queue.takeReady()).toEqual([]);
  });

  test("what did not start cannot end", () => {
    const queue = new ReadyQueue([node("a", 1), node("b", 1, "a")]);
    expect(() => queue.succeed("b")).toThrow("b ends, but it is waiting");
    expect(() => queue.succeed("x")).toThrow("x is not in the queue");
  });

  test("whatever the graph and the order of ends: each node once, after its parents, all of them in the end", () => {
    fc.assert(
      fc.property(anyNodes, fc.infiniteStream(fc.nat()), (nodes, choices) => {
        const queue = new ReadyQueue(nodes);
        const running: string[] = [];
        const ended = new Set<string>();
        const taken: string[] = [];
        for (;;) {
          for (const key of queue.takeReady()) {
            expect(nodes.find((each) => each.key === key)?.parents.every((parent) => ended.has(parent))).toBe(
              true,
            );
            running.push(key);
            taken.push(key);
          }
          if (running.length === 0) break;
          const [key = ""] = running.splice((choices.next().value ?? 0) % running.length, 1);
          queue.succeed(key);
          ended.add(key);
        }
        expect(taken.sort()).toEqual(nodes.map(({ key }) => key).sort());
      }),
    );
  });

  // R. L. Graham, Bounds on Multiprocessing Timing Anomalies (1969): true of every order that leaves no slot idle in vain.
  test("whatever the graph: it ends within the work shared evenly and the longest path, each in its part", () => {
    fc.assert(
      fc.property(anyNodes, fc.integer({ min: 1, max: 4 }), (nodes, slots) => {
        const work = nodes.reduce((sum, { seconds }) => sum + seconds, 0);
        const ends = new Map<string, number>();
        for (const { key, parents, seconds } of nodes)
          ends.set(key, seconds + Math.max(0, ...parents.map((parent) => ends.get(parent) ?? 0)));
        const longest = Math.max(...ends.values());
        const made = carryOut(nodes, slots);
        expect(made).toBeLessThanOrEqual(work / slots + longest * (1 - 1 / slots) + 1e-9);
        expect(made).toBeGreaterThanOrEqual(Math.max(longest, work / slots) - 1e-9);
      }),
    );
  });

  test("whatever the graph: a failure dooms exactly the descendants", () => {
    fc.assert(
      fc.property(anyNodes, (nodes) => {
        const queue = new ReadyQueue(nodes);
        const [first] = queue.takeReady();
        fc.pre(first !== undefined);
        const lost = new Set([first]);
        for (const { key, parents } of nodes) if (parents.some((parent) => lost.has(parent))) lost.add(key);
        lost.delete(first);
        expect(queue.fail(first ?? "")).toEqual(Array.from(lost));
      }),
    );
  });
});

/** Seconds until all have ended, where each runs as long as it was said to. */
function carryOut(nodes: readonly QueueNode[], slots: number): number {
  const seconds = new Map(nodes.map((each) => [each.key, each.seconds]));
  const queue = new ReadyQueue(nodes);
  const running = new Map<string, number>();
  let now = 0;
  for (;;) {
    for (const key of queue.takeReady(slots - running.size)) running.set(key, now + (seconds.get(key) ?? 0));
    const [next] = Array.from(running).sort(([, a], [, b]) => a - b);
    if (next === undefined) return now;
    running.delete(next[0]);
    queue.succeed(next[0]);
    now = next[1];
  }
}

/** Up to ten nodes, each standing on some of those before it. */
const anyNodes: fc.Arbitrary<readonly QueueNode[]> = fc
  .array(fc.record({ seconds: fc.nat(100), parents: fc.array(fc.boolean(), { maxLength: 9 }) }), {
    minLength: 1,
    maxLength: 10,
  })
  .map((nodes) =>
    nodes.map(({ seconds, parents }, index) => ({
      key: `n${index}`,
      seconds,
      parents: parents.slice(0, index).flatMap((takes, parent) => (takes ? [`n${parent}`] : [])),
    })),
  );
