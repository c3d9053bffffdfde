// What one evaluation may use up, where nobody evaluates it again elsewhere.

import { expect, test } from "vitest";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import type { Limits } from "../../engine/nickel/limits.ts";
import { FakeFiles } from "../fakes/files.ts";

const endless = "let rec f = fun n => f (n + 1) in\n";

function open(texts: Readonly<Record<string, string>>, limits: Limits) {
  const evaluator = createEvaluator({ files: new FakeFiles(texts), importPaths: [], limits });
  return (path: string) => {
    const result = evaluator.evaluate(path, "eval");
    return result.ok
      ? result.value.value.kind
      : result.error.map(({ code, span }) => `${code} ${span?.file.text.slice(span.start, span.end)}`);
  };
}

test("steps: no other field is computed, and the next file has as many again", () => {
  const evaluate = open(
    { "/a.ncl": `${endless}{ a = f 0, b = 1 + "x" }\n`, "/b.ncl": "[1, 2]\n", "/c.ncl": 'import "a.ncl"\n' },
    { steps: 1000 },
  );
  expect(evaluate("/a.ncl")).toEqual(["E0250 f (n + 1)"]);
  expect(evaluate("/b.ncl")).toBe("array");
  expect(evaluate("/c.ncl")).toEqual(["E0250 f (n + 1)"]);
});

test("time and memory are looked at in between", () => {
  let nowMs = 0;
  const clock = () => {
    nowMs += 10;
    return nowMs;
  };
  expect(open({ "/a.ncl": `${endless}f 0` }, { time: { limitMs: 100, nowMs: clock } })("/a.ncl")).toEqual([
    "E0252 f (n + 1)",
  ]);
  const memory = { limitBytes: 1000, exceeds: () => true };
  expect(open({ "/a.ncl": `${endless}f 0` }, { memory })("/a.ncl")).toEqual(["E0251 f (n + 1)"]);
});

test("data without end, with a fault at every level, are complained about once", () => {
  const told = open({ "/a.ncl": "let rec x = { a = a, b = x } in x" }, {})("/a.ncl");
  // Where the stack ends is chance.
  expect(Array.from(told, (one) => one.slice(0, 5))).toEqual(["E0214", "E0215"]);
});
