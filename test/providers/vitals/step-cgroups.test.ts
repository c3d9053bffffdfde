// Steps found among cgroups of both kinds, as the kernel shows them: folders of small files that come and go.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findCgroupTree, StepCgroups } from "../../../providers/vitals/step-cgroups.ts";

const limitBytes = 256 * 2 ** 20 - 3 * 65536;

let mount: string;
beforeEach(() => {
  mount = mkdtempSync(join(tmpdir(), "lamina-cgroups-"));
});
afterEach(() => rmSync(mount, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(join(mount, path, ".."), { recursive: true });
  writeFileSync(join(mount, path), `${text}\n`);
}

function putRoot(version: string): void {
  if (version === "v2") put("cgroup.controllers", "cpuset cpu io memory pids");
  else {
    put("memory/memory.limit_in_bytes", "9223372036854771712");
    put("cpu/cpu.cfs_quota_us", "-1");
  }
}

/** A step that has so many bytes, and has used so many seconds of a core. */
function putStep(version: string, name: string, limit: string, bytes: number, seconds: number): void {
  if (version === "v2") {
    put(`buildkit/${name}/memory.max`, limit === "none" ? "max" : limit);
    put(`buildkit/${name}/memory.stat`, `anon ${bytes - 10}\nfile 7777\nshmem 10\nslab_reclaimable 5`);
    put(`buildkit/${name}/cpu.stat`, `usage_usec ${seconds * 1e6}\nuser_usec 1`);
  } else {
    put(`memory/buildkit/${name}/memory.limit_in_bytes`, limit === "none" ? "9223372036854771712" : limit);
    put(
      `memory/buildkit/${name}/memory.stat`,
      `cache 7777\nrss 1\ntotal_cache 7777\ntotal_rss ${bytes - 10}\ntotal_shmem 10`,
    );
    put(`cpuacct/buildkit/${name}/cpuacct.usage`, `${seconds * 1e9}`);
  }
}

function removeStep(version: string, name: string): void {
  for (const folder of version === "v2" ? ["buildkit"] : ["memory/buildkit", "cpuacct/buildkit"])
    rmSync(join(mount, folder, name), { recursive: true });
}

function open(): StepCgroups {
  const tree = findCgroupTree(mount);
  if (!tree.ok) throw new Error(tree.error);
  return new StepCgroups(tree.value, limitBytes);
}

describe.each(["v1", "v2"])("cgroup %s", (version) => {
  const unit = version === "v1" ? 1e9 : 1e6;
  beforeEach(() => putRoot(version));

  test("those of one limit are summed up, others passed over", () => {
    putStep(version, "before", `${limitBytes}`, 1000, 1);
    const cgroups = open();
    expect(cgroups.look(0)).toMatchObject({ memory: { value: 0 }, cpu: { value: 0 } });
    expect(cgroups.seen.size).toBe(0);
    putStep(version, "one", `${limitBytes}`, 2000, 1);
    putStep(version, "two", `${limitBytes}`, 500, 2);
    putStep(version, "other", `${limitBytes + 65536}`, 4000, 4);
    expect(cgroups.look(100)).toEqual({
      atSeconds: 0.1,
      memory: { source: version, value: 2500 },
      cpu: { source: version, value: 3 * unit },
    });
    expect(cgroups.seen).toEqual(new Set(["/buildkit/one", "/buildkit/two"]));
  });

  test("what one used of the processors stays when it is gone, its memory does not", () => {
    const cgroups = open();
    putStep(version, "one", `${limitBytes}`, 2000, 1);
    cgroups.look(0);
    removeStep(version, "one");
    putStep(version, "two", `${limitBytes}`, 500, 2);
    expect(cgroups.look(100)).toMatchObject({ memory: { value: 500 }, cpu: { value: 3 * unit } });
    expect(cgroups.seen.size).toBe(2);
  });

  test("one that gets its limit a moment after it came to be is found", () => {
    const cgroups = open();
    putStep(version, "one", "none", 100, 0);
    expect(cgroups.look(0)).toMatchObject({ memory: { value: 0 } });
    putStep(version, "one", `${limitBytes}`, 100, 0);
    expect(cgroups.look(100)).toMatchObject({ memory: { value: 100 } });
  });
});

test("a machine says what it can limit", () => {
  putRoot("v1");
  expect(findCgroupTree(mount)).toMatchObject({
    value: { version: "v1", limitsCpu: true, limitsSwap: false },
  });
  put("memory/memory.memsw.limit_in_bytes", "9223372036854771712");
  expect(findCgroupTree(mount)).toMatchObject({ value: { limitsSwap: true } });
  put("cgroup.controllers", "cpuset memory");
  expect(findCgroupTree(mount)).toMatchObject({
    value: { version: "v2", limitsCpu: false, limitsSwap: true },
  });
});

test.each([
  ["of neither kind", undefined],
  ["of the second kind", "cpuset cpu io pids"],
])("without a memory controller %s there is nothing to be seen", (_, controllers) => {
  if (controllers !== undefined) put("cgroup.controllers", controllers);
  expect(findCgroupTree(mount)).toEqual({ ok: false, error: `${mount} has no memory controller` });
});
