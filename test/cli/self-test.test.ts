// The self-test judges rightly, and it can fail: a judge with a check less is found out.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explanations } from "../../cli/explain/find-explanation.ts";
import { renderMisjudged, renderSelfTest, selfTestToJson } from "../../cli/report/self-test.ts";
import { caseGroups } from "../../cli/self-test/case-groups.ts";
import { createJudge, type Judge } from "../../cli/self-test/judge.ts";
import { draftCatalog, rollDice } from "../../cli/self-test/random-catalog.ts";
import { isRight, runSelfTest, type Verdict } from "../../cli/self-test/run-self-test.ts";
import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import { selfTest } from "../../schemas/self-test.ts";
import { callCli, runCli } from "./run-cli.ts";

const groups = caseGroups();
const verdicts = await runSelfTest(groups);

/** The judge, but what he says goes through other hands. */
function tampered(
  change: (diagnostics: readonly Diagnostic[]) => readonly Diagnostic[],
): (folder: string) => Judge {
  return (folder) => {
    const judge = createJudge(folder);
    return async (...args) => change(await judge(...args));
  };
}

function misjudged(all: readonly Verdict[]): readonly Verdict[] {
  return all.filter((verdict) => !isRight(verdict));
}

test("every case is judged exactly", () => {
  expect(misjudged(verdicts)).toEqual([]);
});

test("there are more than forty broken catalogs, several faults in many of them, and sound ones", () => {
  const broken = verdicts.filter(({ layers, planted }) => layers > 0 && planted.length > 0);
  expect(broken.length).toBeGreaterThanOrEqual(100);
  expect(broken.filter(({ planted }) => planted.length > 1).length).toBeGreaterThanOrEqual(30);
  expect(verdicts.filter(({ planted }) => planted.length === 0).length).toBeGreaterThanOrEqual(60);
  expect(Math.max(...verdicts.map(({ layers }) => layers))).toBeGreaterThanOrEqual(400);
  expect(new Set(verdicts.map(({ name }) => name)).size).toBe(verdicts.length);
});

describe("it can fail", () => {
  const codes = ["E0401", "W0334", "E0405"];
  const few = groups.map(({ title, cases }) => ({
    title,
    cases: cases.filter(({ name }) => codes.some((code) => name.startsWith(`${code}:`))),
  }));

  test("a judge without a check is found out, and the case is named", async () => {
    const withoutShadows = tampered((told) => told.filter(({ code }) => code !== "E0405"));
    const all = await runSelfTest(few, withoutShadows);
    const [wrong, ...others] = misjudged(all);
    expect(others).toEqual([]);
    expect(wrong).toMatchObject({
      name: "E0405: a tool that the image has already",
      missed: ["E0405 catalog/rust/workflow.ncl:5:30-5:36"],
      invented: [],
    });
    expect(renderMisjudged(all, false)).toBe(`\
error: judged wrong: E0405: a tool that the image has already (one fault of each code, and the same mended)
  planted, but not found: E0405 catalog/rust/workflow.ncl:5:30-5:36
`);
    expect(renderSelfTest(all, false)).toBe(`\
what is judged                               cases  layers  faults  judged wrong
one fault of each code, and the same mended      3       9       3             1
3 cases, 1 judged wrong
`);
    expect(selfTestToJson(all).ok).toBe(false);
  });

  test("so would be one without any other check: every code is planted somewhere", () => {
    const planted = new Set(verdicts.flatMap((verdict) => verdict.planted.map((fault) => fault.slice(0, 5))));
    expect(Array.from(planted).sort()).toEqual(explanations.map(({ code }) => code).sort());
  });

  test("one who tells a symptom as well, and one who is a line off", async () => {
    const talkative = tampered((told) => told.concat(told.filter(({ code }) => code === "E0401")));
    expect(misjudged(await runSelfTest(few, talkative))).toMatchObject([
      { missed: [], invented: ["E0401 catalog/rust/workflow.ncl:4:16-4:24"] },
    ]);
    const careless = tampered((told) =>
      told.map((one) =>
        one.code === "W0334" && one.span !== undefined ? { ...one, span: { ...one.span, start: 0 } } : one,
      ),
    );
    expect(misjudged(await runSelfTest(few, careless))).toMatchObject([
      {
        missed: ["W0334 catalog/rust/workflow.ncl:8:14-8:21"],
        invented: ["W0334 catalog/rust/workflow.ncl:1:1-8:21"],
      },
    ]);
  });
});

test("catalogs by chance are the same wherever they are made", () => {
  const dice = rollDice(7);
  expect(Array.from({ length: 8 }, () => dice(1000))).toEqual(Array.from({ length: 8 }, rollDiceAgain(7)));
  expect(draftCatalog(30, rollDice(3))).toEqual(draftCatalog(30, rollDice(3)));
  expect(draftCatalog(30, rollDice(3))).not.toEqual(draftCatalog(30, rollDice(4)));
});

function rollDiceAgain(seed: number): () => number {
  const dice = rollDice(seed);
  return () => dice(1000);
}

describe("the command", () => {
  test("prints a row for each group; leaves nothing behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lamina-cli-"));
    const env = { TMPDIR: folder };
    const { exitCode, stdout, stderr } = await runCli(["catalog-validate", "--self-test"], { env });
    const left = readdirSync(folder).filter((name) => name.startsWith("lamina"));
    rmSync(folder, { recursive: true });
    expect({ exitCode, stderr, left }).toEqual({ exitCode: 0, stderr: "", left: [] });
    expect(stdout.split("\n")).toHaveLength(groups.length + 3);
    expect(stdout).toMatch(/\n\d+ cases: \d+ faults planted, each found at its place, and nothing else\n$/);
  });

  test("as JSON, by the schema; needs no project", async () => {
    const { exitCode, stdout } = await callCli(["catalog-validate", "--self-test", "--json"]);
    const { ok, cases } = selfTest.parse(JSON.parse(stdout));
    expect({ exitCode, ok, cases: cases.length }).toEqual({ exitCode: 0, ok: true, cases: verdicts.length });
  });
});
