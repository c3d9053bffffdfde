// Why a layer would be built, in the words that people read.

import { describe, expect, test } from "vitest";
import { whyToJson } from "../../../cli/report/why-json.ts";
import { renderWhy } from "../../../cli/report/why-text.ts";
import { inputDigest } from "../../../engine/core/digest.ts";
import type { Plan, Reason, Step } from "../../../engine/plan/step.ts";
import { why } from "../../../schemas/why.ts";
import { a, b, entry, layer } from "../../lock/samples.ts";
import { planOf, stepOf } from "../../plan/steps.ts";

const rustVersion: Reason = {
  kind: "declaration-changed",
  key: "args.RUST_VERSION",
  was: "1.80",
  is: "1.82",
};

/** Waits for its parents, and may be cut off unless it has reasons of its own. */
function waits(name: string, parents: readonly string[], own: readonly Reason[] = []): Step {
  const pending = parents.map((parent): Reason => ({ kind: "parent-pending", parent: layer(parent) }));
  return stepOf(name, { parents, reasons: [...own, ...pending], mayBeReused: own.length === 0 });
}

function whyOf(plan: Plan, name: string, verbose = false): string {
  const step = plan.steps.find((each) => each.layer === name);
  if (step === undefined) throw new Error(`no step of ${name}`);
  return `\n${renderWhy(plan, step, entry({}), { color: false, verbose })}`;
}

describe("a layer that would be built", () => {
  test("a chain down to the key that changed, and where it may end", () => {
    const plan = planOf([
      stepOf("rust", { reasons: [rustVersion] }),
      waits("deps", ["rust"]),
      waits("app", ["deps"]),
    ]);
    expect(whyOf(plan, "app")).toBe(`
app (linux/amd64) would be built
because app <- deps <- rust
└─ deps is built first; if its image comes out the same, app is reused
   └─ rust is built first; if its image comes out the same, deps is reused
      └─ args.RUST_VERSION: "1.80" -> "1.82"
`);
    expect(whyOf(plan, "rust")).toBe(`
rust (linux/amd64) would be built
└─ args.RUST_VERSION: "1.80" -> "1.82"
`);
  });

  test("the nearest cause first; what two stand on is told once", () => {
    const plan = planOf([
      stepOf("base", { reasons: [rustVersion] }),
      waits("left", ["base"]),
      waits("right", ["base"], [{ kind: "file-changed", path: "Dockerfile", change: "modified" }]),
      waits("top", ["left", "right"]),
    ]);
    expect(whyOf(plan, "top")).toBe(`
top (linux/amd64) would be built
because top <- right
├─ right is built first
│  ├─ Dockerfile was modified
│  └─ base is built first
│     └─ args.RUST_VERSION: "1.80" -> "1.82"
├─ left is built first
│  └─ base is built first; if its image comes out the same, left is reused (see above)
└─ if their images come out the same, top is reused
`);
  });

  test("a base without a pin may turn out to be the one that it was built on", () => {
    const reasons: readonly Reason[] = [{ kind: "base-unpinned", image: "debian:trixie" }];
    expect(whyOf(planOf([stepOf("base", { reasons, mayBeReused: true })]), "base")).toBe(`
base (linux/amd64) would be built
├─ debian:trixie is not pinned yet
└─ if that is the same image, base is reused
`);
  });

  test("many reasons are cut short, unless all are asked for", () => {
    const reasons = Array.from(
      { length: 13 },
      (_, index): Reason => ({ kind: "file-changed", path: `f${index}`, change: "added" }),
    );
    const plan = planOf([stepOf("a", { reasons })]);
    expect(whyOf(plan, "a").split("\n").slice(-3)).toEqual([
      "├─ f9 was added",
      "└─ … and 3 more (--verbose)",
      "",
    ]);
    expect(whyOf(plan, "a", true).split("\n").slice(-3)).toEqual([
      "├─ f11 was added",
      "└─ f12 was added",
      "",
    ]);
  });

  test("a deep chain goes on from the left edge, and every layer of it is told", () => {
    const names = Array.from({ length: 30 }, (_, index) => `l${index}`);
    const steps = names.map((name, index) => (index === 0 ? stepOf(name) : waits(name, [`l${index - 1}`])));
    const lines = whyOf(planOf(steps), "l29").split("\n");
    expect(lines[2]).toBe("because l29 <- l28 <- l27 <- l26 <- … 23 more … <- l2 <- l1 <- l0");
    expect(lines.slice(13, 17).map((line) => line.trim())).toEqual([
      "└─ l18 is built first; if its image comes out the same, l19 is reused",
      "└─ l17 is built first; if its image comes out the same, l18 is reused (see below)",
      "l17",
      "└─ l16 is built first; if its image comes out the same, l17 is reused",
    ]);
    expect(lines.slice(-2)).toEqual(["               └─ it was never built", ""]);
    for (const name of names) expect(lines.join("\n")).toContain(`${name} `);
  });

  test("a graph of thousands of ways is told in as many lines as it has edges", () => {
    // Each layer stands on both of the rank below: 2 to the 100th ways down.
    const ranks = Array.from({ length: 100 }, (_, rank) => [`a${rank}`, `b${rank}`]);
    const steps = ranks.flatMap((names, rank) =>
      names.map((name) => (rank === 0 ? stepOf(name) : waits(name, ranks[rank - 1] ?? []))),
    );
    expect(whyOf(planOf(steps), "a99").split("\n").length).toBeLessThan(700);
  });

  test("held back", () => {
    const step = stepOf("app", {
      action: "blocked",
      parents: ["rust"],
      reasons: [{ kind: "parent-not-current", parent: layer("rust") }],
    });
    expect(whyOf(planOf([step]), "app")).toBe(`
app (linux/amd64) is held back
└─ its parent rust is not current, and --only leaves it out
`);
  });
});

describe("a current layer", () => {
  const step = stepOf("app", { action: "reuse", imageDigest: a });
  const locked = entry(
    {
      parents: { [layer("rust")]: b },
      bases: { "debian:trixie": a },
      files: { Dockerfile: "0123456789abcdef 644" },
    },
    { input: inputDigest(b), sizeBytes: 48_200_000 },
  );

  test("says since which image, and what that was built from", () => {
    expect(renderWhy(planOf([step]), step, locked, { color: false, verbose: false })).toBe(
      `app (linux/amd64) is current: nothing that its build can see has changed, and its image is here
  image       ${a} (48.2 MB)
  input       ${b}
  built from  rust bbbbbbbbbbbb
              debian:trixie aaaaaaaaaaaa
              its declaration and 1 path of its folder
`,
    );
  });

  test("as JSON, by the schema", () => {
    const json = JSON.parse(JSON.stringify(whyToJson(planOf([step]), [step], () => locked)));
    expect(why.parse(json).targets).toEqual([
      {
        layer: "app",
        platform: "linux/amd64",
        action: "reuse",
        chain: [],
        locked: {
          image: a,
          sizeBytes: 48_200_000,
          input: b,
          parents: { rust: b },
          bases: { "debian:trixie": a },
        },
      },
    ]);
  });
});

test("JSON of what would be built: the chain, and all that is to be built, by the schema", () => {
  const plan = planOf([stepOf("rust", { reasons: [rustVersion] }), waits("app", ["rust"])]);
  const json: unknown = JSON.parse(JSON.stringify(whyToJson(plan, plan.steps.slice(1), () => undefined)));
  const { targets, nodes } = why.parse(json);
  expect(targets).toMatchObject([{ layer: "app", action: "build", chain: ["app", "rust"], locked: null }]);
  expect(nodes.map(({ layer: name, reasons }) => [name, reasons])).toEqual([
    ["rust", [rustVersion]],
    ["app", [{ kind: "parent-pending", parent: "rust" }]],
  ]);
});
