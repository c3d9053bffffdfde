// From a layer down to what changed.

import { expect, test } from "vitest";
import { shortestChain, traceCauses } from "../../engine/plan/causes.ts";
import { type Reason, stepKey } from "../../engine/plan/step.ts";
import { amd64, layer } from "../lock/samples.ts";
import { planOf, stepOf } from "./steps.ts";

function waits(name: string, ...parents: readonly string[]) {
  const reasons = parents.map((parent): Reason => ({ kind: "parent-pending", parent: layer(parent) }));
  return stepOf(name, { parents, reasons });
}

const steps = [
  stepOf("rust"),
  waits("a", "rust"),
  waits("b", "a"),
  stepOf("hg"),
  waits("c", "b", "hg"),
  stepOf("own", {
    parents: ["c"],
    reasons: [{ kind: "parent-pending", parent: layer("c") }, { kind: "forced" }],
  }),
  stepOf("current", { action: "reuse" }),
  stepOf("held", { reasons: [{ kind: "parent-pending", parent: layer("elsewhere") }] }),
];
const causes = traceCauses(planOf(steps));
const chainOf = (name: string) => shortestChain(causes, { layer: layer(name), platform: amd64 });

test("the nearest cause wins, through whatever parent", () => {
  expect(chainOf("b")).toEqual(["b", "a", "rust"]);
  expect(chainOf("c")).toEqual(["c", "hg"]);
  expect(causes.get(stepKey(layer("c"), amd64))).toMatchObject({ distance: 1, parents: ["hg", "b"] });
});

test("a layer with a cause of its own is the chain, one that is current has none", () => {
  expect(chainOf("own")).toEqual(["own"]);
  expect(chainOf("rust")).toEqual(["rust"]);
  expect(chainOf("current")).toEqual([]);
});

test("a parent that is not of the plan is where the chain ends", () => {
  expect(chainOf("held")).toEqual(["held"]);
});
