// One question to both evaluators: each command a whole process, in turns.

import { capture, type Duration, measureDuration } from "../graph/measure.ts";
import { median } from "../median.ts";

export interface Contestant {
  readonly label: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Done before each time, and not measured. */
  readonly prepare?: () => void;
  /** How many times as much the question asks for as this command does: 10 where it evaluates one file of ten. */
  readonly times?: number;
  /** Whether it answers something else: what is measured beside the two. */
  readonly isAside?: boolean;
}

export interface Contest {
  readonly name: string;
  /** Where the commands run, absolute. */
  readonly directory: string;
  /** The first one is lamina, whose times are held against those of the others. */
  readonly contestants: readonly Contestant[];
}

interface Measured {
  readonly label: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the first contestant's times, how often these go into them. */
  readonly wallRatio: number;
  readonly cpuRatio: number;
}

export interface Finding {
  readonly name: string;
  readonly measured: readonly Measured[];
  readonly isEqual: boolean;
}

/** Asks and measures, each contestant once in every turn. @throws Error where a command fails. */
export async function judge({ name, directory, contestants }: Contest, runs: number): Promise<Finding> {
  const durations = contestants.map((): Duration[] => []);
  const answers: string[] = [];
  // The first turn is for the answers; it also warms the file caches.
  for (const contestant of contestants) {
    contestant.prepare?.();
    const answer = await capture({ ...contestant, project: directory });
    if (contestant.isAside !== true) answers.push(answer);
  }
  for (let run = 0; run < runs; run++) {
    for (const [index, contestant] of contestants.entries()) {
      contestant.prepare?.();
      durations[index]?.push(await measureDuration({ ...contestant, project: directory }));
    }
  }
  const middles = durations.map((all, index) => {
    const times = contestants[index]?.times ?? 1;
    return {
      seconds: times * median(all.map(({ seconds }) => seconds)),
      cpuSeconds: times * median(all.map(({ cpuSeconds }) => cpuSeconds)),
    };
  });
  const [own] = middles;
  const measured = middles.map(({ seconds, cpuSeconds }, index) => ({
    label: contestants[index]?.label ?? "",
    seconds,
    cpuSeconds,
    wallRatio: (own?.seconds ?? Number.NaN) / seconds,
    cpuRatio: (own?.cpuSeconds ?? Number.NaN) / cpuSeconds,
  }));
  return { name, measured, isEqual: answers.every((answer) => answer === answers[0]) };
}
