// What was measured, as lines of text.

import type { Finding } from "./contest.ts";

export function renderHead(runs: number): string {
  return `${runs} runs each, in turns; medians in ms; "x" is lamina's time through that one's
${"".padEnd(46)}${"".padEnd(34)}    wall       x     cpu       x
`;
}

export function renderFinding({ name, measured, isEqual }: Finding): string {
  const lines = measured.map(({ label, seconds, cpuSeconds, wallRatio, cpuRatio }, index) => {
    const columns = [seconds * 1000, wallRatio, cpuSeconds * 1000, cpuRatio].map((value, column) =>
      value.toFixed(column % 2 === 0 ? 0 : 2).padStart(8),
    );
    return `${(index === 0 ? name : "").padEnd(46)}${label.padEnd(34)}${columns.join("")}\n`;
  });
  return `${lines.join("")}${isEqual ? "" : `${name}: THE ANSWERS DIFFER\n`}`;
}
