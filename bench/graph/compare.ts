// Tools on one shape: their projects made, every command measured in turns, so that a machine whose speed drifts slows all of
// them alike, and the answers held against the truth.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { median } from "../median.ts";
import { capture, type Duration, measureDuration, measurePeakMib } from "./measure.ts";
import { affectedBy, chooseEdited, makeShape, type Shape } from "./shape.ts";
import { type Question, questions, type Task, type Tool } from "./tool.ts";

export interface Finding {
  readonly layers: number;
  readonly question: Question;
  readonly tool: string;
  readonly label: string;
  readonly medianSeconds: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** Median of what all processors worked for it. */
  readonly cpuSeconds: number;
  readonly peakMib: number;
  /** How the answer differs from the truth; undefined where it is right, or where there is none to check. */
  readonly wrong: string | undefined;
}

export interface Comparison {
  readonly tools: readonly Tool[];
  readonly layers: number;
  readonly runs: number;
  /** Absolute folder for the projects. */
  readonly directory: string;
  readonly onProgress: (text: string) => void;
}

interface Contender {
  readonly tool: Tool;
  readonly task: Task;
  readonly project: string;
  readonly durations: Duration[];
}

export async function compare(comparison: Comparison): Promise<readonly Finding[]> {
  const { tools, layers, directory, onProgress } = comparison;
  const shape = makeShape(layers);
  const projects = new Map<Tool, string>();
  mkdirSync(directory, { recursive: true });
  try {
    for (const tool of tools) {
      onProgress(`${layers} layers: ${tool.name} builds everything`);
      const project = join(directory, tool.name.replaceAll(/\W+/g, "-"));
      projects.set(tool, project);
      await tool.makeProject(project, shape);
    }
    const findings: Finding[] = [];
    for (const question of Object.keys(questions).filter(isQuestion)) {
      onProgress(`${layers} layers: ${questions[question]}`);
      const contenders = Array.from(projects).flatMap(([tool, project]) =>
        tool.tasks
          .filter((task) => task.question === question)
          .map((task): Contender => ({ tool, task, project, durations: [] })),
      );
      findings.push(...(await ask(contenders, shape, comparison)));
    }
    return findings;
  } finally {
    for (const [tool, project] of projects) await tool.close?.(project);
  }
}

function isQuestion(text: string): text is Question {
  return Object.hasOwn(questions, text);
}

async function ask(
  contenders: readonly Contender[],
  shape: Shape,
  { layers, runs }: Comparison,
): Promise<readonly Finding[]> {
  const edited = chooseEdited(shape);
  let round = 0;
  const prepare = ({ task, project }: Contender): void => task.prepare?.(project, edited, round++);
  const runnable = ({ tool, task, project }: Contender) => ({ argv: task.argv, env: tool.env, project });
  // The first round only warms the caches of files and compiled code.
  for (let run = -1; run < runs; run++) {
    for (const contender of contenders) {
      prepare(contender);
      const duration = await measureDuration(runnable(contender));
      if (run >= 0) contender.durations.push(duration);
    }
  }
  const findings: Finding[] = [];
  for (const contender of contenders) {
    const { tool, task, durations } = contender;
    const seconds = durations.map((each) => each.seconds);
    prepare(contender);
    const peakMib = await measurePeakMib(runnable(contender));
    prepare(contender);
    const wrong = await check(contender, affectedBy(shape, edited), () => capture(runnable(contender)));
    findings.push({
      layers,
      question: task.question,
      tool: tool.name,
      label: task.label,
      medianSeconds: median(seconds),
      minSeconds: Math.min(...seconds),
      maxSeconds: Math.max(...seconds),
      cpuSeconds: median(durations.map((each) => each.cpuSeconds)),
      peakMib,
      wrong,
    });
  }
  // Edits are taken back, and everybody looks once more at what is there again.
  for (const contender of contenders) {
    if (contender.task.prepare === undefined) continue;
    execFileSync("git", ["checkout", "--quiet", "."], { cwd: contender.project });
    await measureDuration(runnable(contender));
  }
  return findings;
}

async function check(
  { task }: Contender,
  truth: readonly string[],
  read: () => Promise<string>,
): Promise<string | undefined> {
  if (task.readAnswer === undefined) return undefined;
  const answered = new Set(task.readAnswer(await read()));
  const missed = truth.filter((name) => !answered.has(name)).length;
  const extra = answered.size - (truth.length - missed);
  return missed + extra === 0 ? undefined : `of ${truth.length} misses ${missed}, names ${extra} too many`;
}
