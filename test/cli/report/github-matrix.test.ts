// Plans as matrices of a GitHub workflow: run as GitHub would, wave after wave, nothing is built before what it stands on.

import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { mostJobs, planToGithubMatrix, type RunnerLabel } from "../../../cli/report/github-matrix.ts";
import type { Plan } from "../../../engine/plan/step.ts";
import { type GithubMatrix, githubMatrix } from "../../../schemas/github-matrix.ts";
import { platform } from "../../../schemas/platform.ts";
import { amd64, arm64 } from "../../lock/samples.ts";
import { arbitraryPlan, planOf, stepOf } from "../../plan/steps.ts";

function matrixOf(plan: Plan, labels: readonly RunnerLabel[] = []): GithubMatrix {
  const matrix = planToGithubMatrix(plan, labels);
  if (!matrix.ok) throw new Error(`no runner for ${matrix.error.platform}`);
  return githubMatrix.parse(JSON.parse(JSON.stringify(matrix.value)));
}

describe("waves", () => {
  test("of any plan: what a job stands on is current or was built in an earlier wave, and each job runs once", () => {
    fc.assert(
      fc.property(arbitraryPlan(40), (plan) => {
        const matrix = matrixOf(plan);
        const done = new Set(
          plan.steps
            .filter(({ action }) => action === "reuse")
            .map((step) => `${step.layer} ${step.platform}`),
        );
        for (const { include } of matrix.waves) {
          // All jobs of a matrix may run at once, so none may wait for another of the same.
          const before = new Set(done);
          for (const { layer, platform: on, needs } of include) {
            const step = plan.steps.find((each) => each.layer === layer && each.platform === on);
            expect(step?.action).toBe("build");
            expect((step?.parents ?? []).filter((parent) => !before.has(`${parent} ${on}`))).toEqual([]);
            expect((step?.parents ?? []).filter((parent) => needs.includes(parent))).toEqual(needs);
            expect(done.has(`${layer} ${on}`)).toBe(false);
            done.add(`${layer} ${on}`);
          }
        }
        expect(done.size).toBe(plan.steps.length);
        expect(matrix.jobs).toBe(plan.steps.filter(({ action }) => action === "build").length);
      }),
    );
  });

  test("has no more jobs than GitHub makes of one matrix", () => {
    const many = Array.from({ length: 600 }, (_, index) => stepOf(`l${index}`));
    const top = stepOf("top", { parents: many.map(({ layer }) => layer) });
    const { waves, jobs } = matrixOf(planOf([...many, top]));
    expect(waves.map(({ include }) => include.length)).toEqual([256, 256, 88, 1]);
    expect(jobs).toBe(601);
  });

  test("nothing to build is no wave, for an empty matrix is an error there", () => {
    expect(matrixOf(planOf([stepOf("a", { action: "reuse" })]))).toEqual({ version: 1, jobs: 0, waves: [] });
  });

  test("a job has what a workflow asks of it", () => {
    const plan = planOf([
      stepOf("rust", { timeBudgetMin: 45 }),
      stepOf("hg", { action: "reuse" }),
      stepOf("app", { platform: amd64, parents: ["rust", "hg"] }),
      stepOf("arm", { platform: arm64 }),
    ]);
    expect(matrixOf(plan).waves).toEqual([
      {
        include: [
          { layer: "rust", platform: amd64, runner: "ubuntu-24.04", timeoutMinutes: 55, needs: [] },
          { layer: "arm", platform: arm64, runner: "ubuntu-24.04-arm", timeoutMinutes: 40, needs: [] },
        ],
      },
      {
        include: [
          { layer: "app", platform: amd64, runner: "ubuntu-24.04", timeoutMinutes: 40, needs: ["rust"] },
        ],
      },
    ]);
  });
});

describe("the page that shows how to use it", () => {
  const page = readFileSync("docs/github-actions.md", "utf8");
  const blocks = (language: string) =>
    Array.from(page.matchAll(/```(\w+)\n([^]*?)```/g))
      .filter((match) => match[1] === language)
      .map((match) => match[2] ?? "");

  test("has workflows that are YAML, and an example that is of the schema", () => {
    const names = blocks("yaml").map((text) => z.looseObject({ name: z.string() }).parse(parse(text)).name);
    expect(names).toEqual(["layers", "layers", "wave"]);
    expect(blocks("json").map((text) => githubMatrix.parse(JSON.parse(text)).jobs)).toEqual([2]);
  });

  test("says the limits that hold", () => {
    expect(page).toContain(`at most ${mostJobs}`);
  });
});

describe("runners", () => {
  const riscv = platform.parse("linux/riscv64");
  const big = { tier: "cax41", cpu: 16, memoryGb: 32, source: "explicit" } as const;
  const runnersOf = (labels: readonly RunnerLabel[]) =>
    matrixOf(
      planOf([stepOf("a", { platform: arm64 }), stepOf("b", { platform: arm64, runner: big })]),
      labels,
    )
      .waves.flatMap(({ include }) => include)
      .map(({ runner }) => runner);

  test("the label of the tier, then that of the platform, then GitHub's own; the last of equals", () => {
    const all = { platform: arm64, tier: undefined };
    expect(runnersOf([{ ...all, label: "mine" }])).toEqual(["mine", "mine"]);
    expect(runnersOf([{ platform: arm64, tier: "cax41", label: "big" }])).toEqual([
      "ubuntu-24.04-arm",
      "big",
    ]);
    expect(
      runnersOf([
        { platform: arm64, tier: "cax41", label: "big" },
        { ...all, label: "mine" },
        { ...all, label: "ours" },
        { platform: amd64, tier: undefined, label: "other" },
      ]),
    ).toEqual(["ours", "big"]);
  });

  test("a platform that nobody is known to build for is told", () => {
    expect(planToGithubMatrix(planOf([stepOf("a", { platform: riscv })]), [])).toEqual({
      ok: false,
      error: { platform: riscv },
    });
    expect(planToGithubMatrix(planOf([stepOf("a", { platform: riscv, action: "reuse" })]), []).ok).toBe(true);
  });
});
