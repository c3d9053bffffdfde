// What the self-test found, as a table with what was judged wrong below it, or as schemas/self-test.ts.

import pc from "picocolors";
import { type SelfTestJson, selfTestVersion } from "../../schemas/self-test.ts";
import { isRight, type Verdict } from "../self-test/run-self-test.ts";
import { count } from "./format.ts";
import { renderTable } from "./table.ts";

/** One row for each group. */
export function renderSelfTest(verdicts: readonly Verdict[], color: boolean): string {
  const colors = pc.createColors(color);
  const groups = Map.groupBy(verdicts, ({ group }) => group);
  const rows = Array.from(groups, ([group, members]) => [
    group,
    String(members.length),
    String(sum(members.map(({ layers }) => layers))),
    String(sum(members.map(({ planted }) => planted.length))),
    String(members.filter((verdict) => !isRight(verdict)).length),
  ]);
  const table = renderTable(
    [
      { title: "what is judged" },
      { title: "cases", align: "right" },
      { title: "layers", align: "right" },
      { title: "faults", align: "right" },
      { title: "judged wrong", align: "right" },
    ],
    rows,
    colors.dim,
  );
  const wrong = verdicts.filter((verdict) => !isRight(verdict)).length;
  const faults = count(sum(verdicts.map(({ planted }) => planted.length)), "fault");
  const summary =
    wrong === 0
      ? `${count(verdicts.length, "case")}: ${faults} planted, each found at its place, and nothing else`
      : `${count(verdicts.length, "case")}, ${wrong} judged wrong`;
  return `${table}${summary}\n`;
}

/** What was judged wrong, case by case; "" where nothing was. */
export function renderMisjudged(verdicts: readonly Verdict[], color: boolean): string {
  const colors = pc.createColors(color);
  return verdicts
    .filter((verdict) => !isRight(verdict))
    .map(
      ({ group, name, missed, invented }) =>
        `${colors.bold(colors.red("error"))}: ${colors.bold(`judged wrong: ${name}`)} (${group})\n${[
          ...missed.map((fault) => `  planted, but not found: ${fault}\n`),
          ...invented.map((fault) => `  found, but not planted: ${fault}\n`),
        ].join("")}`,
    )
    .join("");
}

export function selfTestToJson(verdicts: readonly Verdict[]): SelfTestJson {
  return {
    version: selfTestVersion,
    ok: verdicts.every(isRight),
    cases: verdicts.map(({ group, name, layers, planted, missed, invented }) => ({
      group,
      name,
      layers,
      planted: [...planted],
      missed: [...missed],
      invented: [...invented],
    })),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
