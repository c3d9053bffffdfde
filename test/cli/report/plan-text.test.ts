// A plan in the words that people read: what is to be done, no more than fits, and how long it will take.

import { describe, expect, test } from "vitest";
import { renderPlan } from "../../../cli/report/plan-text.ts";
import { wireCaches } from "../../../engine/plan/cache/wire-caches.ts";
import type { PlannedMachine, Reason, Step } from "../../../engine/plan/step.ts";
import { amd64, arm64, layer } from "../../lock/samples.ts";
import { ciCaches } from "../../plan/cache-settings.ts";
import { planOf, stepOf } from "../../plan/steps.ts";

function textOf(steps: readonly Step[], options: Partial<Parameters<typeof renderPlan>[1]> = {}): string {
  return `\n${renderPlan(planOf(steps), { color: false, verbose: false, ...options })}`;
}

const current = (name: string) => stepOf(name, { action: "reuse" });
const modified: Reason = { kind: "file-changed", path: "Dockerfile", change: "modified" };

/** A cx33, with what is said of it. */
function machineAt(machine: Partial<PlannedMachine>): PlannedMachine {
  const cx33 = { type: "cx33", location: "nbg1", cpu: 4, memoryGb: 8, eurPerHour: 0.0144 };
  return { ...cx33, isAvailable: true, ...machine };
}

function leased(name: string, machine: PlannedMachine | undefined): Step {
  const step = stepOf(name, { reasons: [modified] });
  const estimate = { ...step.estimate, costEur: machine?.eurPerHour ?? 0 };
  return { ...step, estimate, runner: { ...step.runner, machine } };
}

describe("a plan", () => {
  test("of what is current is one line", () => {
    expect(textOf([])).toBe("\nnothing to do\n");
    expect(textOf([current("a")], { concurrency: 2 })).toBe("\na is current\n");
    const many = Array.from({ length: 5000 }, (_, index) => current(`l${index}`));
    expect(textOf(many, { concurrency: 2 })).toBe("\n5000 layers, all current\n");
    expect(textOf([current("a"), stepOf("a", { platform: arm64, action: "reuse" })])).toBe(
      "\n1 layer on 2 platforms, 2 images, all current\n",
    );
  });

  test("tells first what is sure, then what may be cut off, then what is held back; times with their source", () => {
    const steps = [
      current("debian"),
      stepOf("rust", { reasons: [modified], seconds: 600 }),
      stepOf("deps", {
        parents: ["rust"],
        reasons: [{ kind: "parent-pending", parent: layer("rust") }],
        mayBeReused: true,
        estimate: { seconds: 450, costEur: 0, source: "budget", builds: 0 },
      }),
      stepOf("app", {
        action: "blocked",
        reasons: [{ kind: "parent-not-current", parent: layer("hg") }],
      }),
      stepOf("tool", {
        reasons: [{ kind: "never-built" }, { kind: "base-unpinned", image: "x" }],
        seconds: 20,
      }),
    ];
    expect(textOf(steps, { concurrency: 2 })).toBe(`
layer  action   about  from      why
rust   build     10 m  3 builds  Dockerfile was modified
tool   build     20 s  3 builds  it was never built
deps   maybe      8 m  budget    its parent rust is built first
app    blocked                   its parent hg is not current, and --only leaves it out
5 layers: 2 to build, 1 more if its parents come out changed, 1 current, 1 blocked
about 18 m at most, 2 at once: 18 m of building, 18 m along the longest path
budget: no record, so a quarter of its time budget
`);
    expect(textOf(steps.slice(0, 2), { concurrency: 2, showCurrent: true })).toBe(`
layer   action   about  from      why
rust    build     10 m  3 builds  Dockerfile was modified
debian  current
2 layers: 1 to build, 1 current
about 10 m
`);
  });

  test("costs are told where there are any", () => {
    const estimate = { seconds: 5400, costEur: 0.0352, source: "recorded", builds: 1 } as const;
    expect(
      textOf([stepOf("a", { estimate }), stepOf("b", { platform: arm64, estimate })], { concurrency: 1 }),
    ).toBe(`
layer  platform     action     about  from       EUR  why
a      linux/amd64  build   1 h 30 m  1 build  0.035  it was never built
b      linux/arm64  build   1 h 30 m  1 build  0.035  it was never built
2 layers on 2 platforms, 2 images: 2 to build
about 3 h 00 m, 1 at once: 3 h 00 m of building, 1 h 30 m along the longest path, 0.070 EUR
`);
  });

  test("no more than fits: 40 layers with 6 reasons each, unless all is asked for", () => {
    const reasons = Array.from(
      { length: 9 },
      (_, index): Reason => ({ kind: "file-changed", path: `f${index}`, change: "added" }),
    );
    const steps = Array.from({ length: 352 }, (_, index) =>
      stepOf(`l${index}`, index === 0 ? { reasons } : {}),
    );
    const lines = textOf(steps).split("\n");
    expect(lines.slice(7, 10).map((line) => line.trim())).toEqual([
      "f5 was added",
      "… and 3 more (--verbose)",
      "l1     build     1 m  3 builds  it was never built",
    ]);
    expect(lines.slice(-4)).toEqual([
      "l39    build     1 m  3 builds  it was never built",
      "… and 312 more (--verbose)",
      "352 layers: 352 to build",
      "",
    ]);
    const all = textOf(steps, { verbose: true });
    expect(all).toContain("f8 was added");
    expect(all).toContain("l351");
    expect(all).not.toContain("more");
    expect(all).toContain("2 cpu, 4 GB (language)");
  });

  test("verbose shows what is current, all reasons and the caches", () => {
    const step = stepOf("a", {
      reasons: [{ kind: "never-built" }, { kind: "base-unpinned", image: "x" }],
      runner: {
        tier: "cax11",
        cpu: 2,
        memoryGb: 4,
        source: "language",
        advice: { tier: "cax31", cpu: 3, memoryGb: 13, builds: 20 },
      },
      cache: wireCaches(ciCaches, layer("a"), amd64, []),
    });
    const big = { tier: "cax31", cpu: 8, memoryGb: 16, source: "explicit" } as const;
    expect(textOf([step, { ...current("b"), runner: big }], { verbose: true })).toBe(`
layer  action   about  from      runner                   why
a      build      1 m  3 builds  2 cpu, 4 GB (language)   it was never built
                                                          x is not pinned yet
                                                          20 builds speak for 3 cpu, 13 GB (lamina sizing approve)
                                                          cache from registry.example/cache/ci/lamina/a:linux-amd64
                                                          cache to registry.example/cache/ci/lamina/a:linux-amd64
b      current                   8 cpu, 16 GB (explicit)
2 layers: 1 to build, 1 current
`);
  });

  test("at a provider's prices, tells which machine would be taken, and where there is none", () => {
    const steps = [
      leased("a", machineAt({})),
      leased("b", machineAt({ type: "cx53", eurPerHour: 0.0481, isAvailable: false })),
      leased("c", machineAt({ type: "", location: "pve1", eurPerHour: 0 })),
      leased("d", undefined),
    ];
    const prices = { provider: "hcloud", source: "provider" } as const;
    expect(textOf(steps, { prices })).toBe(`
layer  action  about  from      machine                                     EUR  why
a      build     1 m  3 builds  cx33 in nbg1, 0.0144 EUR/h                0.014  Dockerfile was modified
b      build     1 m  3 builds  cx53 in nbg1, 0.0481 EUR/h, sold out now  0.048  Dockerfile was modified
c      build     1 m  3 builds  4 cpu, 8 GB in pve1                              Dockerfile was modified
d      build     1 m  3 builds  none                                             Dockerfile was modified
4 layers: 4 to build
`);
  });

  test("where the provider was not asked, says whose prices they are, and why", () => {
    const reason = "HCLOUD_TOKEN is not set";
    const [step] = [stepOf("a", { reasons: [modified] })];
    expect(textOf([step], { prices: { provider: "hcloud", source: "table", reason } })).toBe(`
layer  action  about  from      why
a      build     1 m  3 builds  Dockerfile was modified
1 layer: 1 to build
prices are the table's, not those of hcloud: HCLOUD_TOKEN is not set
`);
    const proxmox = { provider: "proxmox", source: "table", reason: "no route to host" } as const;
    expect(textOf([step], { prices: proxmox })).toContain(
      "\nwhat proxmox has is not known: no route to host\n",
    );
  });

  test("where past builds speak for other sizes, a line says so", () => {
    const runner = {
      tier: "cax11",
      cpu: 2,
      memoryGb: 4,
      source: "language",
      advice: { tier: "cax31", cpu: 3, memoryGb: 13, builds: 20 },
    } as const;
    const line = "past builds speak for other sizes of 1 layer: lamina sizing report\n";
    expect(textOf([stepOf("a", { runner }), stepOf("b")])).toContain(`2 layers: 2 to build\n${line}`);
    expect(textOf([{ ...current("a"), runner }, stepOf("b")])).not.toContain("past builds");
  });

  test("colours are a terminal's", () => {
    expect(textOf([stepOf("a")], { color: true })).toContain("\x1b[33mbuild \x1b[39m");
    expect(textOf([stepOf("a")])).not.toContain("\x1b");
  });
});
