// Readings of a machine, before and after, into what a solve used of it. Pure.

import { nearestRank } from "../../engine/core/percentile.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { Measurement } from "../../engine/ports/runner.ts";
import { isUnnamed, mayBelongTo, readVictims, type Victim } from "./kernel-log.ts";
import type { Figure, Readings, Sample } from "./readings.ts";

const percent = 95;
const reportsKept = 5;

/** `after` is undefined where the machine could not be asked any more: what came until then counts. Undefined: nothing came. */
export function judgeReadings(before: Readings, after: Readings | undefined): Measurement | undefined {
  const samples = [...before.samples, ...(after?.samples ?? [])];
  if (samples.length === 0) return undefined;
  const kills = after === undefined ? undefined : countKills(before, after);
  const memory = ofOneSource(samples.flatMap(({ memory: figure }) => figure ?? []));
  const peak = memory.reduce<number | undefined>((most, { value }) => Math.max(most ?? 0, value), undefined);
  return {
    cpuP95: roundCores(nearestRank(coresInUse(samples, before.ticksPerSecond), percent)),
    memoryP95Bytes: nearestRank(
      memory.map(({ value }) => value),
      percent,
    ),
    memoryPeakBytes: peak === undefined ? undefined : Math.max(peak, kills?.reachedBytes ?? 0),
    oomKills: kills?.count,
    oomReports: kills?.reports ?? [],
    source: before.cgroup === undefined ? "machine" : "cgroup",
  };
}

/** What was seen of the steps of one solve. */
export interface SeenSteps {
  readonly samples: readonly Sample[];
  /** The cgroups that they ran in. */
  readonly cgroups: ReadonlySet<string>;
  /** That each was held to, in bytes; undefined: none. No other solve has the same. */
  readonly limitBytes: number | undefined;
}

/** The same of a solve whose steps were told apart: `before` and `after` are of the machine. Undefined: none of them was seen. */
export function judgeSteps(
  { samples, cgroups, limitBytes }: SeenSteps,
  before: Readings | undefined,
  after: Readings | undefined,
): Measurement | undefined {
  const { mark } = before ?? {};
  const isOpen = mark !== undefined && after !== undefined;
  // A cgroup's name never comes again; a limit may, and then only what came after the mark is ours.
  const named = isOpen
    ? readVictims(after.log, undefined).filter(({ cgroup = "" }) => cgroups.has(cgroup))
    : [];
  const limited = isOpen
    ? readVictims(after.log, mark).filter(
        ({ cgroup = "", limitBytes: its }) => !cgroups.has(cgroup) && its === (limitBytes ?? Number.NaN),
      )
    : [];
  const ours = isOpen ? [...named, ...limited] : undefined;
  // Where the kernel's log is closed to us, only its count of the whole machine is left, which says nothing of steps without a limit.
  const counted =
    limitBytes === undefined ? undefined : difference(before?.kills.machine, after?.kills.machine);
  const oomKills = ours?.length ?? counted;
  if (cgroups.size === 0 && (ours ?? []).length === 0) return undefined;
  const memory = samples.flatMap(({ memory: figure }) => figure?.value ?? []);
  const reached = ours?.some((victim) => victim.limitBytes === limitBytes) === true ? limitBytes : undefined;
  const peak = memory.reduce((most, value) => Math.max(most, value), reached ?? 0);
  return {
    cpuP95: roundCores(nearestRank(coresInUse(samples, Number.NaN), percent)),
    memoryP95Bytes: nearestRank(memory, percent),
    memoryPeakBytes: peak === 0 ? undefined : peak,
    oomKills,
    oomReports: (ours ?? []).slice(-reportsKept).map(({ report }) => report),
    source: "cgroup",
  };
}

interface Kills {
  readonly count: number | undefined;
  readonly reports: readonly string[];
  /** Memory that was in use when the kernel killed: a second is long, and who allocates quickly is killed between two samples. */
  readonly reachedBytes: number | undefined;
}

/**
 * What the kernel counted meanwhile. Its count of the cgroup is exact (v2). That of the machine, which may hold other builders, is
 * less by those of which the log says that they were others'; where there is no count, the log's own victims are counted.
 */
function countKills(before: Readings, after: Readings): Kills {
  const { cgroup, mark, limitBytes = Number.NaN } = before;
  // The limit was never reached: nobody was killed for it.
  const isUntouched = (after.mostBytes ?? Number.NaN) < limitBytes - largestChargeBytes;
  const victims = mark === undefined ? [] : readVictims(after.log, mark);
  const isOurs = (victim: Victim): boolean =>
    cgroup === undefined ||
    (mayBelongTo(cgroup, victim) && !(isUntouched && isUnnamed(cgroup) && victim.limitedBy !== undefined));
  const ours = victims.filter(isOurs);
  const inCgroup = difference(before.kills.cgroup, after.kills.cgroup);
  const onMachine = difference(before.kills.machine, after.kills.machine);
  const others = victims.length - ours.length;
  const counted = inCgroup ?? (onMachine === undefined ? undefined : Math.max(0, onMachine - others));
  const count = counted ?? (mark === undefined ? undefined : ours.length);
  return {
    count,
    // Where the cgroup's own count says that none was ours, a line in doubt is not.
    reports: count === 0 ? [] : ours.slice(-reportsKept).map(({ report }) => report),
    reachedBytes: ours.some(({ limitedBy }) => limitedBy === cgroup) ? before.limitBytes : undefined,
  };
}

/** More than the kernel asks for at once, a huge page of 2 MiB: so far below a limit it may stop. */
const largestChargeBytes = 4 * 2 ** 20;

function difference(before: number | undefined, after: number | undefined): number | undefined {
  if (after === undefined) return undefined;
  // BuildKit's cgroup comes into being with its first step.
  return Math.max(0, after - (before ?? 0));
}

/** Of each second or so between two samples. */
function coresInUse(samples: readonly Sample[], ticksPerSecond: number): readonly number[] {
  const known = samples.flatMap(({ atSeconds, cpu }) => (cpu === undefined ? [] : [{ atSeconds, ...cpu }]));
  const cores: number[] = [];
  let last: (Figure & { readonly atSeconds: number }) | undefined;
  for (const sample of ofOneSource(known)) {
    const seconds = last === undefined ? 0 : sample.atSeconds - last.atSeconds;
    // Uptime has two places: over too short a time nothing but its rounding would show.
    if (last !== undefined && seconds < shortestSeconds) continue;
    if (last !== undefined)
      cores.push(
        Math.max(0, cpuSeconds(sample, ticksPerSecond) - cpuSeconds(last, ticksPerSecond)) / seconds,
      );
    last = sample;
  }
  return cores;
}

const shortestSeconds = 0.2;

/** cpuacct.usage counts nanoseconds, cpu.stat's usage_usec microseconds, /proc/stat ticks. */
function cpuSeconds({ source, value }: Figure, ticksPerSecond: number): number {
  switch (source) {
    case "v1":
      return value / 1e9;
    case "v2":
      return value / 1e6;
    case "machine":
      return value / ticksPerSecond;
    default:
      return unreachable(source);
  }
}

/** The clock's two places allow no more than that. */
function roundCores(cores: number | undefined): number | undefined {
  return cores === undefined ? undefined : Math.round(cores * 100) / 100;
}

/** Until the builder has a cgroup, the machine's figures stand in; once there are better ones, those alone count. */
function ofOneSource<T extends Figure>(figures: readonly T[]): readonly T[] {
  const better = figures.filter(({ source }) => source !== "machine");
  return better.length === 0 ? figures : better;
}
