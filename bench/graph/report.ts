// Findings as a table for people: a question's commands under one another, each beside the fastest of turbo's.

import type { Finding } from "./compare.ts";
import { type Question, questions } from "./tool.ts";

const reference = "turbo";

/**
 * The table of one size. `findings` are all so far: growth is told against the next smaller size among them, and columns are as
 * wide as all of them need.
 */
export function renderSize(layers: number, findings: readonly Finding[]): string {
  const labels = findings.map(({ tool, label }) => nameOf(tool, label).length);
  const width = Math.max(...labels, ...Object.values(questions).map((text) => text.length));
  const smaller = Math.max(...findings.map((each) => each.layers).filter((size) => size < layers), 0);
  const growth = smaller === 0 ? "" : `  x of ${smaller}`;
  const head = `${`${layers} layers`.padEnd(width + 2)}   median s     min     max   CPU s  turbo / it  peak MiB${growth}\n`;
  const here = findings.filter((each) => each.layers === layers);
  const groups = Map.groupBy(here, ({ question }) => question);
  const bodies = Array.from(groups, ([question, group]) => {
    const lines = group.map((finding) => {
      const turbo = secondsOfTurbo(here, question);
      const before = findings.find(
        (each) =>
          each.layers === smaller &&
          each.tool === finding.tool &&
          each.label === finding.label &&
          each.question === question,
      );
      const columns = [
        finding.medianSeconds.toFixed(3).padStart(10),
        finding.minSeconds.toFixed(3).padStart(7),
        finding.maxSeconds.toFixed(3).padStart(7),
        finding.cpuSeconds.toFixed(2).padStart(7),
        (turbo === undefined ? "" : (turbo / finding.medianSeconds).toFixed(2)).padStart(11),
        finding.peakMib.toFixed(0).padStart(9),
        (before === undefined ? "" : (finding.medianSeconds / before.medianSeconds).toFixed(1)).padStart(
          growth.length,
        ),
      ];
      const wrong = finding.wrong === undefined ? "" : `  WRONG: ${finding.wrong}`;
      return `  ${nameOf(finding.tool, finding.label).padEnd(width)} ${columns.join(" ")}${wrong}`;
    });
    return `${questions[question]}\n${lines.join("\n")}\n`;
  });
  return head + bodies.join("");
}

/** Of the fastest way in which turbo answers; undefined where it was not asked, or does not answer that. */
function secondsOfTurbo(findings: readonly Finding[], question: Question): number | undefined {
  // Its one kind of edit stands beside all of lamina's.
  const asked = question.startsWith("affected") ? "affected" : question;
  const seconds = findings
    .filter((each) => each.tool === reference && each.question === asked)
    .map(({ medianSeconds }) => medianSeconds);
  return seconds.length === 0 ? undefined : Math.min(...seconds);
}

function nameOf(tool: string, label: string): string {
  const variant = tool.split(", ")[1];
  return variant === undefined ? label : `${label} (${variant})`;
}
