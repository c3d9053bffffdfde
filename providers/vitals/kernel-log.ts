// What the kernel's log says of processes that were killed for want of memory: who, where, and by whose limit. Pure.
//
//   memory: usage 262144kB, limit 262144kB, failcnt 25
//   oom-kill:constraint=CONSTRAINT_MEMCG,…,oom_memcg=/host-1,task_memcg=/host-1/buildkit/x,task=dd,pid=7,uid=0
//   Memory cgroup out of memory: Killed process 7 (dd) total-vm:413340kB, anon-rss:259768kB, …
//
// The last line is always written, the others are left out where many are killed at once (mm/oom_kill.c).

import type { Mark } from "./readings.ts";

export interface Victim {
  readonly pid: number;
  /** Absolute name of the cgroup that it was in; undefined where the log does not say. */
  readonly cgroup: string | undefined;
  /** The cgroup whose limit was reached; undefined where the log does not say, or where the whole machine was full. */
  readonly limitedBy: string | undefined;
  /** That limit, in bytes. */
  readonly limitBytes: number | undefined;
  /** For people. */
  readonly report: string;
}

/** The victims since the mark, in order. A time is that of a line before: later lines count. A cursor has seen to it already. */
export function readVictims(lines: readonly string[], mark: Mark | undefined): readonly Victim[] {
  const sinceSeconds = mark?.kind === "dmesg" ? Number(mark.text) : undefined;
  const victims: Victim[] = [];
  let named: { readonly pid: number; readonly cgroup?: string; readonly limitedBy?: string } | undefined;
  let limitBytes: number | undefined;
  for (const line of lines) {
    const [, seconds, text = ""] = /^(?:\[ *(\d+\.\d+)\] )?(.*)$/.exec(line) ?? [];
    if (sinceSeconds !== undefined && (seconds === undefined || Number(seconds) <= sinceSeconds)) continue;
    const killed = /^(?:.*: )?Killed process (\d+) \(.*?\)(?: total-vm:\d+kB)?(?:, anon-rss:\d+kB)?/.exec(
      text,
    );
    const limitKb = /^memory: usage \d+kB, limit (\d+)kB,/.exec(text)?.[1];
    if (limitKb !== undefined) limitBytes = Number(limitKb) * 1024;
    else if (text.startsWith("oom-kill:")) named = { pid: Number(field(text, "pid")), ...places(text) };
    else if (killed !== null) {
      const pid = Number(killed[1]);
      const place = named?.pid === pid ? named : undefined;
      const where = place?.cgroup === undefined ? "" : ` in ${place.cgroup}`;
      victims.push({
        pid,
        cgroup: place?.cgroup,
        limitedBy: place?.limitedBy,
        limitBytes: place === undefined ? undefined : limitBytes,
        report: `${killed[0]}${where}`,
      });
      limitBytes = undefined;
    }
  }
  return victims;
}

/** Whether it was of the cgroup; a victim of which the log does not say is not known to be another's. */
export function mayBelongTo(cgroup: string, { cgroup: own, limitedBy }: Victim): boolean {
  if (isUnnamed(cgroup) || own === undefined) return true;
  return isWithin(cgroup, own) || (limitedBy !== undefined && isWithin(cgroup, limitedBy));
}

/** A container that has a namespace of its own for its cgroups does not know how the log names them. */
export function isUnnamed(cgroup: string): boolean {
  return cgroup === "/";
}

function isWithin(cgroup: string, path: string): boolean {
  return path === cgroup || path.startsWith(`${cgroup}/`);
}

function places(text: string): { readonly cgroup?: string; readonly limitedBy?: string } {
  const cgroup = field(text, "task_memcg");
  const limitedBy = field(text, "oom_memcg");
  return { ...(cgroup === undefined ? {} : { cgroup }), ...(limitedBy === undefined ? {} : { limitedBy }) };
}

function field(text: string, name: string): string | undefined {
  return new RegExp(`[,:]${name}=([^,]*)`).exec(text)?.[1];
}
