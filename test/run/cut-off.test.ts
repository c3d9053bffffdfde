// Early cut-off in whole runs: what the plan foresees comes true, and a rebuilt parent dirties nobody whose image it leaves
// as it was.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entryOf } from "../../engine/lock/lock.ts";
import { amd64, digestOf, layer } from "../lock/samples.ts";
import { builtLock, type LayerSpec, type Project, projectOf } from "../plan/project.ts";
import { brief, RunRig, settle } from "./rig.ts";

type Specs = Readonly<Record<string, LayerSpec>>;

const diamond: Specs = {
  base: {},
  left: { build_base: "base" },
  right: { build_base: "base" },
  top: { build_base: "left", copies_from: ["right"] },
};

/** The same layers with other Dockerfiles of some. */
function edit(specs: Specs, names: readonly string[]): Specs {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      names.includes(name) ? { ...spec, run: "RUN true\n" } : spec,
    ]),
  );
}

/** Ends whatever runs, with another image for these layers and the same for others. */
async function finish(rig: RunRig, otherwise: readonly string[] = []): Promise<void> {
  await settle();
  for (let [name] = rig.builder.running; name !== undefined; [name] = rig.builder.running) {
    const solve = await rig.builder.solving(name);
    solve.succeed(otherwise.includes(name) ? { imageDigest: digestOf(String(name.length)) } : {});
    await settle();
  }
}

async function runDiamond(edited: readonly string[], otherwise: readonly string[]) {
  const rig = new RunRig(projectOf(edit(diamond, edited)), builtLock(projectOf(diamond)));
  const plan = rig.plan();
  const outcome = rig.start({}, plan);
  await finish(rig, otherwise);
  const foreseen = plan.steps.map(({ action, mayBeReused }) => (mayBeReused ? "maybe" : action));
  return { foreseen, outcome: brief(await outcome), rig };
}

describe("a diamond", () => {
  test("whose base comes out the same builds the base alone", async () => {
    const { foreseen, outcome, rig } = await runDiamond(["base"], []);
    expect(foreseen).toEqual(["build", "maybe", "maybe", "maybe"]);
    expect(outcome).toEqual(["base: built", "left: reused", "right: reused", "top: reused"]);
    expect(rig.plan().steps.map(({ action }) => action)).toEqual(["reuse", "reuse", "reuse", "reuse"]);
  });

  test("of which one side changes in vain leaves the top alone", async () => {
    const { foreseen, outcome } = await runDiamond(["left"], []);
    expect(foreseen).toEqual(["reuse", "build", "reuse", "maybe"]);
    expect(outcome).toEqual(["base: reused", "left: built", "right: reused", "top: reused"]);
  });

  test("of which one side comes out otherwise builds the top, on the new one and the old", async () => {
    const { outcome, rig } = await runDiamond(["left", "right"], ["right"]);
    expect(outcome).toEqual(["base: reused", "left: built", "right: built", "top: built"]);
    expect(entryOf(rig.lock, layer("top"), amd64)?.inputs.parents[layer("right")]).toBe(digestOf("5"));
    expect(rig.plan().steps.map(({ action }) => action)).toEqual(["reuse", "reuse", "reuse", "reuse"]);
  });

  test("whose base comes out otherwise, and its sides the same, leaves the top alone", async () => {
    const { foreseen, outcome } = await runDiamond(["base"], ["base"]);
    expect(foreseen).toEqual(["build", "maybe", "maybe", "maybe"]);
    expect(outcome).toEqual(["base: built", "left: built", "right: built", "top: reused"]);
  });

  test("whose top changed as well builds that whatever becomes of the rest", async () => {
    const { foreseen, outcome } = await runDiamond(["base", "top"], []);
    expect(foreseen).toEqual(["build", "maybe", "maybe", "build"]);
    expect(outcome).toEqual(["base: built", "left: reused", "right: reused", "top: built"]);
  });
});

describe("a step whose parent is to be built", () => {
  test("is not taken for a reuse where the parent has another image by now than the one it was built on", () => {
    const rebuilt = builtLock(projectOf(diamond), new Map([["base", digestOf("d")]]));
    const lock = builtLock(projectOf(diamond));
    const base = rebuilt.layers[layer("base")];
    if (base === undefined) throw new Error("base was built");
    const changed = projectOf(edit(diamond, ["base"]));
    const rig = new RunRig(changed, { ...lock, layers: { ...lock.layers, [layer("base")]: base } });
    expect(rig.plan(["left"]).steps.map(({ layer: name, mayBeReused }) => [name, mayBeReused])).toEqual([
      ["base", false],
      ["left", false],
    ]);
  });

  test("is not taken for a reuse where its image is gone, or it is forced", () => {
    const rig = new RunRig(projectOf(edit(diamond, ["base"])), builtLock(projectOf(diamond)));
    expect(rig.plan(["left"], { force: true }).steps.at(-1)?.mayBeReused).toBe(false);
    const image = entryOf(rig.lock, layer("left"), amd64)?.image;
    if (image !== undefined) rig.images.delete(image);
    expect(rig.plan(["left"]).steps.at(-1)?.mayBeReused).toBe(false);
  });
});

/** Up to eight layers, each standing on some of those before it. */
const anyGraph: fc.Arbitrary<Specs> = fc
  .array(fc.array(fc.boolean(), { maxLength: 7 }), { minLength: 1, maxLength: 8 })
  .map((nodes) =>
    Object.fromEntries(
      nodes.map((takes, index) => {
        const [base, ...copies] = takes.slice(0, index).flatMap((each, at) => (each ? [`l${at}`] : []));
        return [`l${index}`, base === undefined ? {} : { build_base: base, copies_from: copies }];
      }),
    ),
  );

test("in any graph, after any edits: exactly what the plan calls sure is built where all comes out the same", async () => {
  await fc.assert(
    fc.asyncProperty(anyGraph, fc.array(fc.nat({ max: 7 })), async (specs, edits) => {
      const edited = edits.map((index) => `l${index}`);
      const before: Project = projectOf(specs);
      const rig = new RunRig(projectOf(edit(specs, edited)), builtLock(before));
      const plan = rig.plan();
      const outcome = rig.start({}, plan);
      await finish(rig);
      const sure = plan.steps.filter(({ action, mayBeReused }) => action === "build" && !mayBeReused);
      expect(sure.map(({ layer: name }) => String(name)).sort()).toEqual(
        Object.keys(specs)
          .filter((name) => edited.includes(name))
          .sort(),
      );
      const { steps } = await outcome;
      expect(steps.filter(({ outcome: { kind } }) => kind === "built").map((step) => step.layer)).toEqual(
        sure.map((step) => step.layer),
      );
      expect(rig.plan().steps.every(({ action }) => action === "reuse")).toBe(true);
    }),
    { numRuns: 60 },
  );
});
