// The port LocalMachine: what the steps of one solve use on this machine, and what holds them to a size.
//
// BuildKit gives every step of a solve the memory limit that the solve asks for (since v0.31), and neither its image nor its caches
// depend on it. A limit that is a little off, by an amount that no other solve has, tells the steps of one solve from all others;
// one that no machine has the memory for tells them apart and limits nothing. `cgroup-parent` would too, and would be part of
// every cache key: nothing that was built elsewhere would be found again.

import { randomInt } from "node:crypto";
import { availableParallelism, totalmem } from "node:os";
import { ok, type Result } from "../../engine/core/result.ts";
import type { StepLimits } from "../../engine/ports/builder.ts";
import type { MachineSize } from "../../engine/ports/compute.ts";
import type { LocalMachine, LocalMeasuring } from "../../engine/ports/local-machine.ts";
import type { Measurement } from "../../engine/ports/runner.ts";
import { judgeSteps } from "./judge.ts";
import { Reader, type Readings, type Sample } from "./readings.ts";
import { closingScript, openingScript } from "./scripts.ts";
import { runHere } from "./shell.ts";
import { type CgroupTree, findCgroupTree, StepCgroups } from "./step-cgroups.ts";

/** A step of a tenth of a second is seen, and looking costs less than a hundredth of a core. */
const lookEveryMs = 100;
/** Cores in use are those of a second, as on leased machines. */
const cpuEveryMs = 1000;
const answerWithinMs = 10_000;

/** Limits are told apart by so much: whole pages on every kernel. */
const markBytes = 64 * 1024;
/** So many marks take 64 MiB of a limit at most. */
const limitMarks = 1024;
/** More memory than any machine has. */
const noLimitBytes = 2 ** 50;
const noLimitMarks = 2 ** 24;
const gibibyte = 2 ** 30;

/** Limits that measurings of this process have now; other processes' are as unlikely to be the same as chance has it. */
const taken = new Set<number>();

/** Or why steps cannot be seen here, in a phrase. */
export function openLocalMachine(): Result<LocalMachine, string> {
  const tree = findCgroupTree();
  if (!tree.ok) return tree;
  const memoryBytes = totalmem();
  const cpu = availableParallelism();
  return ok({
    cpu,
    memoryGb: memoryBytes / gibibyte,
    measure: (size) =>
      Promise.resolve(measureSteps(tree.value, takeLimits(tree.value, { cpu, memoryBytes }, size), size)),
  });
}

function takeLimits(
  tree: CgroupTree,
  machine: { readonly cpu: number; readonly memoryBytes: number },
  size: MachineSize | undefined,
): StepLimits {
  const mostBytes = Math.min((size?.memoryGb ?? 0) * gibibyte, machine.memoryBytes);
  for (;;) {
    const memoryBytes =
      size === undefined
        ? noLimitBytes + randomInt(noLimitMarks) * markBytes
        : Math.max(
            markBytes,
            Math.floor(mostBytes / markBytes) * markBytes - randomInt(limitMarks) * markBytes,
          );
    if (taken.has(memoryBytes)) continue;
    taken.add(memoryBytes);
    if (size === undefined) return { memoryBytes, swap: true };
    const cpu = tree.limitsCpu && size.cpu < machine.cpu ? size.cpu : undefined;
    return { memoryBytes, swap: !tree.limitsSwap, cpu };
  }
}

function measureSteps(tree: CgroupTree, limits: StepLimits, size: MachineSize | undefined): LocalMeasuring {
  // Not waited for: it is answered before a step can have begun, and what was seen of a step is known by its cgroup anyway.
  const opening = ask(openingScript, []);
  const cgroups = new StepCgroups(tree, limits.memoryBytes);
  const samples: Sample[] = [];
  let cpuDueMs = 0;
  const look = (isLast: boolean): void => {
    const nowMs = performance.now();
    const sample = cgroups.look(nowMs);
    if (cgroups.seen.size === 0) return;
    const isDue = isLast || nowMs >= cpuDueMs;
    if (isDue) cpuDueMs = nowMs + cpuEveryMs;
    samples.push(isDue ? sample : { ...sample, cpu: undefined });
  };
  const looking = setInterval(() => look(false), lookEveryMs);
  const close = async (): Promise<Measurement | undefined> => {
    clearInterval(looking);
    look(true);
    const before = await opening;
    taken.delete(limits.memoryBytes);
    // All was in the cache, most likely: nobody waits for what the kernel has to say of that.
    if (cgroups.seen.size === 0 && size === undefined) return undefined;
    const { mark } = before ?? {};
    const after = await ask(closingScript, ["", mark?.kind ?? "", mark?.text ?? ""]);
    const limitBytes = size === undefined ? undefined : limits.memoryBytes;
    return judgeSteps({ samples, cgroups: cgroups.seen, limitBytes }, before, after);
  };
  let measurement: Promise<Measurement | undefined> | undefined;
  return { limits, finish: () => (measurement ??= close()) };
}

/** Undefined where the machine does not answer in time. */
async function ask(script: string, args: readonly string[]): Promise<Readings | undefined> {
  const reader = new Reader();
  const onText = (text: string): void => reader.add(text);
  const isWhole = await runHere({ script, args, onText }, AbortSignal.timeout(answerWithinMs));
  return isWhole ? reader.readings : undefined;
}
