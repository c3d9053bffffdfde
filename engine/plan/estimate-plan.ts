// What a whole plan will likely take: all work, the longest path, and the time that passes with so many builds at once, by
// playing the run's own rule through (what is ready and has the longest path before it goes first). Upper bounds, as far as
// the steps' estimates are right: a step that is cut off early takes no time. O(n log n).

import { Heap } from "../core/heap.ts";
import { type Plan, type Step, stepKey } from "./step.ts";

export interface PlanEstimate {
  /** Builds at once that `wallSeconds` is played through with. */
  readonly concurrency: number;
  /** Of all steps that are to be built, one after another. */
  readonly workSeconds: number;
  /** Of the longest path from step to step: no concurrency makes it shorter. */
  readonly criticalPathSeconds: number;
  readonly wallSeconds: number;
  /** 0 where nothing is leased. */
  readonly costEur: number;
  /** Steps that are to be built, and those among them that early cut-off may spare. */
  readonly builds: number;
  readonly sparable: number;
  /** Steps to be built of which no build is recorded: a quarter of their budgets stands for them. */
  readonly unrecorded: number;
}

/** `concurrency` is at least 1. */
export function estimatePlan({ steps }: Plan, concurrency: number): PlanEstimate {
  const builds = steps.filter(({ action }) => action === "build");
  const tasks = linkTasks(builds);
  return {
    concurrency,
    workSeconds: sum(builds.map(({ estimate }) => estimate.seconds)),
    criticalPathSeconds: tasks.reduce((longest, { remaining }) => Math.max(longest, remaining), 0),
    wallSeconds: playThrough(tasks, concurrency),
    costEur: Math.round(sum(builds.map(({ estimate }) => estimate.costEur)) * 10_000) / 10_000,
    builds: builds.length,
    sparable: builds.filter(({ mayBeReused }) => mayBeReused).length,
    unrecorded: builds.filter(({ estimate }) => estimate.source === "budget").length,
  };
}

interface Task {
  readonly index: number;
  readonly seconds: number;
  readonly children: Task[];
  waitsFor: number;
  /** Seconds from its start to the end of the longest path that begins with it. */
  remaining: number;
}

/** Parents before children, as the steps stand. */
function linkTasks(builds: readonly Step[]): readonly Task[] {
  const byKey = new Map<string, Task>();
  const tasks: Task[] = [];
  for (const { layer, platform, parents, estimate } of builds) {
    const { seconds } = estimate;
    const task: Task = { index: tasks.length, seconds, children: [], waitsFor: 0, remaining: seconds };
    for (const parent of parents) {
      const before = byKey.get(stepKey(parent, platform));
      if (before === undefined) continue;
      before.children.push(task);
      task.waitsFor += 1;
    }
    byKey.set(stepKey(layer, platform), task);
    tasks.push(task);
  }
  for (const task of tasks.toReversed())
    for (const child of task.children)
      task.remaining = Math.max(task.remaining, task.seconds + child.remaining);
  return tasks;
}

/** List scheduling: when the last task ends. */
function playThrough(tasks: readonly Task[], concurrency: number): number {
  const ready = new Heap<Task>((a, b) =>
    a.remaining === b.remaining ? a.index < b.index : a.remaining > b.remaining,
  );
  const running = new Heap<{ readonly task: Task; readonly end: number }>((a, b) => a.end < b.end);
  for (const task of tasks) if (task.waitsFor === 0) ready.push(task);
  let now = 0;
  let free = concurrency;
  for (;;) {
    for (; free > 0; free--) {
      const task = ready.pop();
      if (task === undefined) break;
      running.push({ task, end: now + task.seconds });
    }
    const finished = running.pop();
    if (finished === undefined) return now;
    free += 1;
    now = finished.end;
    for (const child of finished.task.children) {
      child.waitsFor -= 1;
      if (child.waitsFor === 0) ready.push(child);
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
