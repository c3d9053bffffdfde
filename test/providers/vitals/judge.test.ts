// Texts that the scripts wrote on machines of both kinds of cgroups, and what is made of them.

import { describe, expect, test } from "vitest";
import type { Measurement } from "../../../engine/ports/runner.ts";
import { judgeReadings, judgeSteps } from "../../../providers/vitals/judge.ts";
import { Reader, type Readings } from "../../../providers/vitals/readings.ts";

function read(text: string): Readings {
  const reader = new Reader();
  // In pieces that respect no line.
  for (let at = 0; at < text.length; at += 7) reader.add(text.slice(at, at + 7));
  return reader.readings;
}

function judge(before: string, after: string | undefined): Measurement | undefined {
  return judgeReadings(read(before), after === undefined ? undefined : read(after));
}

const machine = `ticks 100
mark dmesg 2656.134612
kills 1
sample 100.00 machine 1000 machine 900
ready
sample 101.00 machine 1150 machine 2000
sample 102.00 machine 1350 machine 1500
`;

const cgroupV1 = `limit 268435456
cgroup /host-1
ticks 100
mark dmesg 2656.134612
kills 1
sample 100.00 machine 1000 v1 1000
ready
sample 101.00 v1 5000000000 v1 2000
sample 102.00 v1 6500000000 v1 3000
`;

const cgroupV2 = `limit 4294967296
cgroup /system.slice/builder.service
ticks 100
mark journal s=0639;i=6f
kills 7
events 2
sample 100.00 v2 1000000 v2 1000
ready
sample 101.50 v2 4000000 v2 900
`;

const killedHere =
  "log [ 2700.000001] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/host-1,task_memcg=/host-1/buildkit/4qhz,task=dd,pid=812,uid=0\n" +
  "log [ 2700.000102] Memory cgroup out of memory: Killed process 812 (dd) total-vm:413340kB, anon-rss:259768kB, file-rss:4kB, shmem-rss:0kB, UID:0 pgtables:560kB oom_score_adj:0\n";
const killedThere = killedHere.replaceAll("host-1", "host-2").replaceAll("812", "813");
const killedOnTheMachine =
  "log [ 2651.648560] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/other/session,task=node,pid=29301,uid=0\n" +
  "log [ 2651.653111] Out of memory: Killed process 29301 (node) total-vm:26232952kB, anon-rss:24267520kB, file-rss:108kB, shmem-rss:0kB, UID:0 pgtables:47600kB oom_score_adj:0\n";
const report =
  "Memory cgroup out of memory: Killed process 812 (dd) total-vm:413340kB, anon-rss:259768kB in /host-1/buildkit/4qhz";

describe("what was used", () => {
  test("of a whole machine: cores by ticks between samples, the highest of few samples as the 95th percentile", () => {
    expect(judge(machine, "sample 102.50 machine 1360 machine 1200\nkills 1\n")).toEqual({
      cpuP95: 2,
      memoryP95Bytes: 2000,
      memoryPeakBytes: 2000,
      oomKills: 0,
      oomReports: [],
      source: "machine",
    });
  });

  test("of a cgroup: what was read before it had figures does not count", () => {
    expect(judge(cgroupV1, "sample 103.00 v1 6600000000 v1 10\nkills 1\n")).toEqual({
      cpuP95: 1.5,
      memoryP95Bytes: 3000,
      memoryPeakBytes: 3000,
      oomKills: 0,
      oomReports: [],
      source: "cgroup",
    });
  });

  test("of cgroup v2: cores by microseconds, over the time that passed", () => {
    expect(judge(cgroupV2, "sample 101.55 v2 4500000 v2 800\nevents 2\nkills 7\n")).toMatchObject({
      cpuP95: 2,
      memoryPeakBytes: 1000,
      oomKills: 0,
    });
  });

  test("the 95th percentile leaves out one sample of twenty, the peak does not", () => {
    const samples = Array.from(
      { length: 20 },
      (_, second) => `sample ${second}.00 machine ${second * 100} machine ${second === 7 ? 9000 : second}\n`,
    );
    expect(judge(`ready\n${samples.join("")}`, "kills 1\n")).toMatchObject({
      memoryP95Bytes: 19,
      memoryPeakBytes: 9000,
    });
  });

  test("of a machine that was lost, what came until then, and nothing of kills", () => {
    expect(judge(machine, undefined)).toEqual({
      cpuP95: 2,
      memoryP95Bytes: 2000,
      memoryPeakBytes: 2000,
      oomKills: undefined,
      oomReports: [],
      source: "machine",
    });
  });

  test("a cgroup that never came into being leaves its figures open", () => {
    expect(
      judge("cgroup /buildkit\nkills 1\nsample 1.00 - - - -\nready\n", "sample 2.00 - - - -\nkills 1\n"),
    ).toEqual({
      cpuP95: undefined,
      memoryP95Bytes: undefined,
      memoryPeakBytes: undefined,
      oomKills: 0,
      oomReports: [],
      source: "cgroup",
    });
  });

  test("of no samples nothing is made", () => {
    expect(judge("sh: not found\n", "")).toBeUndefined();
    expect(judge("sample x\nsample\n", undefined)).toBeUndefined();
  });
});

describe("what the kernel killed", () => {
  test("in the cgroup: counted, told in its words, and the limit was reached", () => {
    expect(judge(cgroupV1, `kills 2\n${killedHere}`)).toMatchObject({
      oomKills: 1,
      oomReports: [report],
      memoryPeakBytes: 268_435_456,
    });
  });

  test("before the mark is not told again", () => {
    expect(judge(cgroupV1, `kills 1\n${killedOnTheMachine}`)).toMatchObject({ oomKills: 0, oomReports: [] });
  });

  test("in another's cgroup on the same machine is not counted", () => {
    expect(judge(cgroupV1, `kills 2\n${killedThere}`)).toMatchObject({ oomKills: 0, oomReports: [] });
    expect(judge(cgroupV1, `kills 3\n${killedThere}${killedHere}`)).toMatchObject({
      oomKills: 1,
      oomReports: [report],
    });
  });

  test("in a cgroup whose name only begins the same is another's", () => {
    expect(judge(cgroupV1, `kills 2\n${killedHere.replaceAll("host-1", "host-10")}`)?.oomKills).toBe(0);
  });

  test("anywhere counts where the machine is watched as a whole", () => {
    expect(judge(machine, `kills 3\n${killedThere}${killedHere}`)?.oomKills).toBe(2);
  });

  test("counts without a word in the log", () => {
    expect(judge(cgroupV1, "kills 2\n")).toMatchObject({ oomKills: 1, oomReports: [] });
    expect(judge(cgroupV1.replace(/mark.*\n/, ""), `kills 2\n${killedThere}`)?.oomKills).toBe(1);
  });

  test("is not counted as another's where the log does not say whose it was", () => {
    const [, victim = ""] = killedThere.split("\n");
    expect(judge(cgroupV1, `kills 2\n${victim}\n`)?.oomKills).toBe(1);
  });

  test("is taken from the log where the machine does not count", () => {
    expect(judge(cgroupV1.replace("kills 1\n", ""), killedHere + killedThere)?.oomKills).toBe(1);
  });

  test("in a container that does not know its cgroup's name is taken as its own", () => {
    expect(judge(cgroupV1.replace("/host-1", "/"), `kills 2\n${killedThere}`)?.oomKills).toBe(1);
  });

  test("in such a container is another's where its own limit was never reached", () => {
    const unnamed = cgroupV1.replace("/host-1", "/");
    expect(judge(unnamed, `kills 2\nmost 90000000\n${killedThere}`)).toMatchObject({
      oomKills: 0,
      oomReports: [],
    });
    expect(judge(unnamed, `kills 2\nmost 268423168\n${killedHere}`)?.oomKills).toBe(1);
    // Where the whole machine was full, no limit was in question.
    const later = killedOnTheMachine.replaceAll("[ 26", "[ 27");
    expect(judge(unnamed, `kills 2\nmost 90000000\n${later}`)?.oomKills).toBe(1);
  });

  test("is what the cgroup counts, where it does (v2), whatever the machine says", () => {
    const log = killedThere.replaceAll(/log \[.*?\] /g, "log ");
    expect(judge(cgroupV2, `kills 9\nevents 2\n${log}`)).toMatchObject({ oomKills: 0, oomReports: [] });
    expect(judge(cgroupV2, "kills 9\nevents 4\n")?.oomKills).toBe(2);
    expect(judge(cgroupV2.replace("events 2\n", ""), "kills 9\nevents 1\n")?.oomKills).toBe(1);
  });

  test("of many the last five are told", () => {
    const many = Array.from({ length: 7 }, (_, index) => killedHere.replaceAll("812", String(900 + index)));
    const measurement = judge(cgroupV1, `kills 8\n${many.join("")}`);
    expect(measurement?.oomKills).toBe(7);
    expect(measurement?.oomReports).toHaveLength(5);
    expect(measurement?.oomReports.at(-1)).toContain("Killed process 906 (dd)");
  });
});

describe("steps of one solve on this machine", () => {
  const cgroups = new Set(["/buildkit/4qhz"]);
  const samples = [
    { atSeconds: 1, cpu: { source: "v1", value: 0 }, memory: { source: "v1", value: 1000 } },
    { atSeconds: 1.1, cpu: undefined, memory: { source: "v1", value: 3000 } },
    { atSeconds: 2, cpu: { source: "v1", value: 1_500_000_000 }, memory: { source: "v1", value: 2000 } },
  ] as const;
  const before = read("mark dmesg 2656.134612\nkills 1\nready\n");
  const limitLine = "log [ 2700.000000] memory: usage 262080kB, limit 262080kB, failcnt 25\n";
  const ours = killedHere.replaceAll("/host-1", "").replace("oom_memcg=,", "oom_memcg=/buildkit/4qhz,");
  const limitBytes = 262080 * 1024;

  test("tell of cores by the second, and of memory whenever it was looked at", () => {
    const seen = { samples, cgroups, limitBytes: undefined };
    expect(judgeSteps(seen, before, read("kills 1\n"))).toEqual({
      cpuP95: 1.5,
      memoryP95Bytes: 3000,
      memoryPeakBytes: 3000,
      oomKills: 0,
      oomReports: [],
      source: "cgroup",
    });
  });

  test("none of which was seen tell nothing", () => {
    const seen = { samples: [], cgroups: new Set<string>(), limitBytes };
    expect(judgeSteps(seen, before, read("kills 1\n"))).toBeUndefined();
  });

  test("are known by their cgroups in the kernel's log, whatever else it kills", () => {
    const seen = { samples, cgroups, limitBytes: undefined };
    const after = read(`kills 4\n${ours}${killedThere}`);
    const oomReports = [report.replace("/host-1", "")];
    expect(judgeSteps(seen, before, after)).toMatchObject({ oomKills: 1, oomReports, memoryPeakBytes: 3000 });
  });

  test("are known by their limit, where one was killed before anybody had looked", () => {
    const seen = { samples: [], cgroups: new Set<string>(), limitBytes };
    const after = read(`kills 2\n${limitLine}${ours}`);
    expect(judgeSteps(seen, before, after)).toMatchObject({ oomKills: 1, memoryPeakBytes: limitBytes });
    expect(judgeSteps({ ...seen, limitBytes: limitBytes - 65536 }, before, after)).toBeUndefined();
  });

  test("where the kernel's log is closed, its count of the machine is all there is, and says something of limits only", () => {
    const closed = read("kills 1\nready\n");
    const after = read("kills 2\n");
    expect(judgeSteps({ samples, cgroups, limitBytes }, closed, after)?.oomKills).toBe(1);
    expect(judgeSteps({ samples, cgroups, limitBytes: undefined }, closed, after)?.oomKills).toBeUndefined();
  });

  test("on a machine that did not answer nothing is known of kills", () => {
    expect(judgeSteps({ samples, cgroups, limitBytes }, undefined, undefined)).toMatchObject({
      oomKills: undefined,
      memoryPeakBytes: 3000,
    });
  });
});
