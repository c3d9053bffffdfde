// Decisions and their reasons, exactly: what is built, reused or held back when something changed.

import { describe, expect, test } from "vitest";
import { planToJson } from "../../cli/report/plan-json.ts";
import { inputDigest, sha256 } from "../../engine/core/digest.ts";
import { entryOf, withEntry } from "../../engine/lock/lock.ts";
import { emptyHistory, recordBuilds } from "../../engine/plan/history.ts";
import { makePlan, type PlanInput } from "../../engine/plan/plan.ts";
import { type Plan, type Reason, stepKey } from "../../engine/plan/step.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import { type Lock, type LockEntry } from "../../schemas/lock.ts";
import { FakeImageStore, imageOf } from "../fakes/images.ts";
import { amd64, arm64, digestOf, layer } from "../lock/samples.ts";
import { ciCaches } from "./cache-settings.ts";
import { baseOf, builtLock, chain, type LayerSpec, type Project, projectOf } from "./project.ts";

const built = Object.keys(chain).map(imageOf);

/** A plan for everything; images of the layers' names are held unless told otherwise. */
function planOf(project: Project, lock: Lock, rest: Partial<PlanInput> = {}): Plan {
  return makePlan({
    ...project,
    lock,
    selection: [],
    options: { only: false, force: false, withAncestors: false },
    defaultPlatform: amd64,
    platforms: [],
    images: new FakeImageStore(project.graph.order.map(imageOf)),
    replacedBases: new Map(),
    history: emptyHistory,
    leased: false,
    ...rest,
  });
}

/** Layer, action and reasons of each step; of changed files without what was and is there. */
function decisions(plan: Plan): readonly (readonly [string, string, ...unknown[]])[] {
  return plan.steps.map(({ layer, action, reasons }) => [layer, action, ...reasons.map(withoutLines)]);
}

function withoutLines(reason: Reason): Reason {
  if (reason.kind !== "file-changed") return reason;
  const { was: _was, is: _is, ...rest } = reason;
  return rest;
}

/** Of a file, as in the lock. */
function line(content: string): string {
  return `${sha256(content).slice(7, 23)} 644`;
}

function change(name: string, spec: LayerSpec): Project {
  return projectOf({ ...chain, [name]: { ...chain[name], ...spec } });
}

function editEntry(lock: Lock, name: string, edit: (entry: LockEntry) => LockEntry): Lock {
  const entry = entryOf(lock, layer(name), amd64);
  if (entry === undefined) throw new Error(`${name} is not in the lock`);
  return withEntry(lock, layer(name), amd64, edit(entry));
}

const project = projectOf(chain);
const lock = builtLock(project);
const some = (...names: readonly string[]): readonly LayerName[] => names.map(layer);

describe("reasons", () => {
  test("nothing was ever built", () => {
    const plan = planOf(project, { version: 1, bases: {}, layers: {} });
    expect(decisions(plan)).toEqual([
      ["debian", "build", { kind: "never-built" }, { kind: "base-unpinned", image: "debian:trixie-slim" }],
      ["rust", "build", { kind: "never-built" }, { kind: "parent-pending", parent: "debian" }],
      ["rust-deps", "build", { kind: "never-built" }, { kind: "parent-pending", parent: "rust" }],
    ]);
    expect(plan.steps.map(({ inputDigest }) => inputDigest)).toEqual([null, null, null]);
  });

  test("everything is current", () => {
    const plan = planOf(project, lock);
    expect(decisions(plan)).toEqual([
      ["debian", "reuse"],
      ["rust", "reuse"],
      ["rust-deps", "reuse"],
    ]);
    expect(plan.steps.map(({ imageDigest }) => imageDigest)).toEqual(built);
    expect(plan.steps.map(({ inputDigest }) => inputDigest)).toEqual(
      plan.steps.map((step) => entryOf(lock, step.layer, amd64)?.input),
    );
    expect(plan.steps.map(({ estimate }) => estimate.seconds)).toEqual([0, 0, 0]);
  });

  test("a changed Dockerfile names that file, and the child its parent, and the parent nothing", () => {
    const plan = planOf(change("rust", { run: "RUN true\n" }), lock);
    expect(decisions(plan)).toEqual([
      ["debian", "reuse"],
      ["rust", "build", { kind: "file-changed", path: "Dockerfile", change: "modified" }],
      ["rust-deps", "build", { kind: "parent-pending", parent: "rust" }],
    ]);
    expect(plan.steps[1]?.inputDigest).toMatch(/^sha256:/);
    expect(plan.steps[2]?.inputDigest).toBeNull();
  });

  test("files that came and went", () => {
    const before = change("rust", { files: { "src/a": "1", "src/b": "2" } });
    const after = change("rust", { files: { "src/b": "2!", "src/c": "3" } });
    expect(planOf(after, builtLock(before)).steps[1]?.reasons).toEqual([
      { kind: "file-changed", path: "src/a", change: "removed", was: line("1") },
      { kind: "file-changed", path: "src/b", change: "modified", was: line("2"), is: line("2!") },
      { kind: "file-changed", path: "src/c", change: "added", is: line("3") },
    ]);
  });

  test("keys of the declaration with their values", () => {
    const before = change("rust", { args: { A: "1" }, language: "rust" });
    const after = change("rust", { args: { A: "2" }, tools_required: [] });
    expect(decisions(planOf(after, builtLock(before)))[1]).toEqual([
      "rust",
      "build",
      { kind: "declaration-changed", key: "args.A", was: "1", is: "2" },
      { kind: "declaration-changed", key: "language", was: "rust", is: "none" },
      { kind: "declaration-changed", key: "tools_required", was: undefined, is: [] },
    ]);
  });

  test("a parent that has another image by now", () => {
    const rebuilt = editEntry(lock, "debian", (entry) => ({ ...entry, image: digestOf("d") }));
    const images = new FakeImageStore([digestOf("d"), imageOf("rust"), imageOf("rust-deps")]);
    expect(decisions(planOf(project, rebuilt, { images }))).toEqual([
      ["debian", "reuse"],
      [
        "rust",
        "build",
        { kind: "parent-changed", parent: "debian", was: imageOf("debian"), is: digestOf("d") },
      ],
      ["rust-deps", "build", { kind: "parent-pending", parent: "rust" }],
    ]);
  });

  test("parents that came and went", () => {
    const specs = { a: {}, b: {}, c: { build_base: "a" } };
    const after = { ...specs, c: { build_base: "b" } };
    const steps = decisions(planOf(projectOf(after), builtLock(projectOf(specs))));
    expect(steps[2]?.slice(-2)).toEqual([
      { kind: "parent-removed", parent: "a" },
      { kind: "parent-changed", parent: "b", was: undefined, is: imageOf("b") },
    ]);
  });

  test("a base that its pin moved on, and one that is pinned no more", () => {
    const moved: Lock = { ...lock, bases: { "debian:trixie-slim": { [amd64]: digestOf("e") } } };
    expect(decisions(planOf(project, moved))[0]).toEqual([
      "debian",
      "build",
      {
        kind: "base-changed",
        image: "debian:trixie-slim",
        was: baseOf("debian:trixie-slim"),
        is: digestOf("e"),
      },
    ]);
    expect(decisions(planOf(project, { ...lock, bases: {} }))[0]).toEqual([
      "debian",
      "build",
      { kind: "base-unpinned", image: "debian:trixie-slim" },
    ]);
  });

  test("a base that is replaced counts by what stands in for it", () => {
    const replacedBases = new Map([
      ["debian:trixie-slim", { reference: "oci-layout:/here", digests: new Map([[amd64, digestOf("f")]]) }],
    ]);
    const plan = planOf(project, lock, { replacedBases });
    expect(decisions(plan)[0]?.slice(2)).toEqual([
      {
        kind: "base-changed",
        image: "debian:trixie-slim",
        was: baseOf("debian:trixie-slim"),
        is: digestOf("f"),
      },
    ]);
    expect(plan.replacedBases).toEqual(new Map([["debian:trixie-slim", "oci-layout:/here"]]));
  });

  test("what stands in for a base, and is not found, is named", () => {
    const replacedBases = new Map([
      ["debian:trixie-slim", { reference: "oci-layout:/gone", digests: new Map() }],
    ]);
    expect(decisions(planOf(project, lock, { replacedBases }))[0]).toEqual([
      "debian",
      "build",
      { kind: "base-not-found", image: "debian:trixie-slim", reference: "oci-layout:/gone" },
    ]);
  });

  test("an image that is gone", () => {
    const images = new FakeImageStore([imageOf("debian"), imageOf("rust-deps")]);
    expect(decisions(planOf(project, lock, { images }))).toEqual([
      ["debian", "reuse"],
      ["rust", "build", { kind: "image-missing", image: imageOf("rust") }],
      ["rust-deps", "build", { kind: "parent-pending", parent: "rust" }],
    ]);
  });

  test("an image that is gone is not worth a word where another is to be built anyway", () => {
    const plan = planOf(change("rust", { run: "RUN true\n" }), lock, { images: new FakeImageStore() });
    expect(decisions(plan)).toEqual([
      ["debian", "build", { kind: "image-missing", image: imageOf("debian") }],
      [
        "rust",
        "build",
        { kind: "file-changed", path: "Dockerfile", change: "modified" },
        { kind: "parent-pending", parent: "debian" },
      ],
      [
        "rust-deps",
        "build",
        { kind: "parent-pending", parent: "rust" },
        { kind: "image-missing", image: imageOf("rust-deps") },
      ],
    ]);
  });

  test("an older recipe says nothing about the rest", () => {
    const old = editEntry(lock, "rust", (entry) => ({
      ...entry,
      input: inputDigest(digestOf("0")),
      inputs: { ...entry.inputs, recipe: 0, files: {} },
    }));
    expect(decisions(planOf(project, old))[1]).toEqual([
      "rust",
      "build",
      { kind: "recipe-changed", was: 0, is: 2 },
    ]);
  });

  test("an input digest that nothing in the lock accounts for", () => {
    const input = inputDigest(digestOf("0"));
    const edited = editEntry(lock, "rust", (entry) => ({ ...entry, input }));
    const is = entryOf(lock, layer("rust"), amd64)?.input;
    expect(decisions(planOf(project, edited))[1]).toEqual([
      "rust",
      "build",
      { kind: "digest-changed", was: input, is },
    ]);
  });
});

describe("selection", () => {
  const changed = change("debian", { run: "RUN true\n" });

  test("a named layer that is current stands alone", () => {
    expect(decisions(planOf(project, lock, { selection: some("rust") }))).toEqual([["rust", "reuse"]]);
  });

  test("a named layer brings the ancestors that are not current, and no descendants", () => {
    expect(decisions(planOf(changed, lock, { selection: some("rust") })).map(([name]) => name)).toEqual([
      "debian",
      "rust",
    ]);
    const moved = change("rust", { run: "RUN true\n" });
    expect(decisions(planOf(moved, lock, { selection: some("rust-deps") })).map(([name]) => name)).toEqual([
      "rust",
      "rust-deps",
    ]);
  });

  test("current ancestors are named if asked for", () => {
    const options = { only: false, force: false, withAncestors: true };
    expect(decisions(planOf(project, lock, { selection: some("rust"), options }))).toEqual([
      ["debian", "reuse"],
      ["rust", "reuse"],
    ]);
  });

  test("--only: an ancestor that is not current blocks, and what stands on the blocked", () => {
    const options = { only: true, force: false, withAncestors: false };
    const plan = planOf(changed, lock, { selection: some("rust", "rust-deps"), options });
    expect(decisions(plan)).toEqual([
      ["rust", "blocked", { kind: "parent-not-current", parent: "debian" }],
      ["rust-deps", "blocked", { kind: "parent-not-current", parent: "rust" }],
    ]);
    expect(decisions(planOf(changed, lock, { selection: some("rust-deps"), options }))).toEqual([
      ["rust-deps", "blocked", { kind: "parent-not-current", parent: "rust" }],
    ]);
  });

  test("--only: a selected ancestor that is built does not block", () => {
    const options = { only: true, force: false, withAncestors: false };
    expect(decisions(planOf(changed, lock, { selection: some("debian", "rust"), options }))).toEqual([
      ["debian", "build", { kind: "file-changed", path: "Dockerfile", change: "modified" }],
      ["rust", "build", { kind: "parent-pending", parent: "debian" }],
    ]);
  });

  test("--force builds what is named, though it is current, and nothing else", () => {
    const options = { only: false, force: true, withAncestors: true };
    expect(decisions(planOf(project, lock, { selection: some("rust"), options }))).toEqual([
      ["debian", "reuse"],
      ["rust", "build", { kind: "forced" }],
    ]);
  });
});

test("the same input gives the same bytes, in whatever order the selection and the lock stand", () => {
  const wide = projectOf({
    a: {},
    b: {},
    c: { build_base: "a", copies_from: ["b"] },
    d: { build_base: "a" },
  });
  const before = builtLock(wide);
  const edited = projectOf({
    a: { run: "RUN true\n" },
    b: {},
    c: { build_base: "a", copies_from: ["b"] },
    d: { build_base: "a" },
  });
  const reversed: Lock = {
    ...before,
    layers: Object.fromEntries(Object.entries(before.layers).toReversed()),
  };
  const bytes = (one: Lock, selection: readonly LayerName[]) =>
    JSON.stringify(planToJson(planOf(edited, one, { selection }), 2));
  expect(bytes(reversed, some("d", "c"))).toBe(bytes(before, some("c", "d")));
  expect(bytes(reversed, [])).toBe(bytes(before, edited.graph.order.toReversed()));
});

describe("platforms", () => {
  const both = projectOf({ a: { platforms: [amd64, arm64] }, b: { build_base: "a" } });

  test("declared ones, else the default; each is a step of its own, by name", () => {
    const plan = planOf(both, { version: 1, bases: {}, layers: {} });
    expect(plan.steps.map(({ layer, platform }) => `${layer} ${platform}`)).toEqual([
      "a linux/amd64",
      "a linux/arm64",
      "b linux/amd64",
    ]);
  });

  test("only those that are asked for and declared, with the ancestors they need", () => {
    const plan = planOf(
      both,
      { version: 1, bases: {}, layers: {} },
      { platforms: [arm64], selection: some("b") },
    );
    expect(plan.steps.map(({ layer, platform }) => `${layer} ${platform}`)).toEqual([
      "a linux/arm64",
      "b linux/arm64",
    ]);
    const amdOnly = projectOf({ a: { platforms: [amd64] } });
    expect(planOf(amdOnly, { version: 1, bases: {}, layers: {} }, { platforms: [arm64] }).steps).toEqual([]);
  });

  test("a platform that was never built is no excuse for another that was", () => {
    const plan = planOf(both, builtLock(both));
    expect(plan.steps.map(({ platform, action }) => [platform, action])).toEqual([
      [amd64, "reuse"],
      [arm64, "build"],
      [amd64, "reuse"],
    ]);
  });
});

describe("a step's size, estimate and caches", () => {
  const rust = projectOf({ rust: { language: "rust" }, deps: { build_base: "rust", time_budget_min: 8 } });
  const nothing: Lock = { version: 1, bases: {}, layers: {} };

  test("local: the right size, and no cost", () => {
    const [step] = planOf(rust, nothing).steps;
    expect(step?.runner).toEqual({ tier: "cax21", cpu: 4, memoryGb: 8, source: "language" });
    expect(step?.estimate).toEqual({ seconds: 900, costEur: 0, source: "budget", builds: 0 });
    expect(step?.cache).toEqual({ from: [], to: [] });
  });

  test("sizes by what was approved and recorded of the layer on its platform, and by what goes over all", () => {
    const key = stepKey(layer("rust"), amd64);
    const approved = new Map([[key, { cpu: 2, memoryGb: 13 }]]);
    const recorded = new Map([
      [key, { cpu: 3, memoryGb: 10.5, builds: 9 }],
      [stepKey(layer("deps"), arm64), { cpu: 9, memoryGb: 9, builds: 9 }],
    ]);
    const sizes = { override: undefined, approved, recorded };
    expect(planOf(rust, nothing, { sizes }).steps.map(({ runner }) => runner)).toEqual([
      {
        tier: "cax31",
        cpu: 2,
        memoryGb: 13,
        source: "history",
        advice: { tier: "cax31", cpu: 4, memoryGb: 13, builds: 9 },
      },
      { tier: "cax11", cpu: 2, memoryGb: 4, source: "language" },
    ]);
    const override = { runner_type: "cax41", time_budget_min: 5 } as const;
    const overridden = planOf(rust, nothing, { sizes: { ...sizes, override } }).steps;
    expect(
      overridden.map(({ runner, timeBudgetMin }) => [runner.tier, runner.source, timeBudgetMin]),
    ).toEqual([
      ["cax41", "explicit", 5],
      ["cax41", "explicit", 5],
    ]);
  });

  test("a layer's own directives go over the catalog's, field by field", () => {
    const project = projectOf({
      own: { directives: { runner_override: { runner_type: "cax21" }, runners: { reuse: "never" } } },
      timed: { directives: { runner_override: { time_budget_min: 7 } }, runner_type: "cax11" },
      other: {},
    });
    const override = { runner_type: "cax41", time_budget_min: 5 } as const;
    const sizes = { override, approved: new Map(), recorded: new Map() };
    const { steps } = planOf(project, nothing, { sizes });
    expect(
      steps.map(({ layer: name, runner, timeBudgetMin, ownMachine }) => [
        name,
        runner.tier,
        timeBudgetMin,
        ownMachine,
      ]),
    ).toEqual([
      ["other", "cax41", 5, undefined],
      ["own", "cax21", 5, true],
      ["timed", "cax41", 7, undefined],
    ]);
  });

  test("past builds decide where there are any; runners cost where they are leased", () => {
    const history = recordBuilds(emptyHistory, [{ layer: layer("rust"), platform: amd64, seconds: 40 }]);
    const { steps } = planOf(rust, nothing, { history, leased: true });
    expect(steps.map(({ estimate }) => estimate)).toEqual([
      { seconds: 40, costEur: 0.0176, source: "recorded", builds: 1 },
      { seconds: 120, costEur: 0.0104, source: "budget", builds: 0 },
    ]);
  });

  test("caches are read from its own ref and its ancestors', the nearest first, and written to its own", () => {
    const plan = planOf(project, lock, { caches: ciCaches });
    const { from = [], to = [] } = plan.steps[2]?.cache ?? {};
    expect(from.map(({ address }) => address)).toEqual([
      "registry.example/cache/ci/lamina/rust-deps:linux-amd64",
      "registry.example/cache/ci/lamina/rust:linux-amd64",
      "registry.example/cache/ci/lamina/debian:linux-amd64",
    ]);
    expect(to.map(({ address }) => address)).toEqual([
      "registry.example/cache/ci/lamina/rust-deps:linux-amd64",
    ]);
  });
});
