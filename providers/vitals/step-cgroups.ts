// The cgroups that BuildKit runs its steps in on this machine: /buildkit/<id>, made by runc and gone when a step ends. Those of one
// solve have the memory limit in common that it was given, and no other solve was. Read only; cgroup v1 and v2.

import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { Figure, Sample } from "./readings.ts";

/** Where the kernel shows its cgroups. */
export interface CgroupTree {
  readonly version: "v1" | "v2";
  /** Absolute folders, the same one in v2. */
  readonly memory: string;
  readonly cpu: string;
  readonly limitsCpu: boolean;
  readonly limitsSwap: boolean;
}

/** Or why there is none to be used, in a phrase. `mount` is /sys/fs/cgroup unless told otherwise. */
export function findCgroupTree(mount = "/sys/fs/cgroup"): Result<CgroupTree, string> {
  const tree = existsSync(join(mount, "cgroup.controllers")) ? readUnified(mount) : readSeparate(mount);
  if (tree === undefined) return err(`${mount} has no memory controller`);
  // Others can see what root's daemon does; root itself is that daemon's peer.
  if (process.getuid?.() === 0 && !isWritable(tree.memory)) return err(`${tree.memory} may only be read`);
  return ok(tree);
}

function readUnified(mount: string): CgroupTree | undefined {
  const controllers = (readText(join(mount, "cgroup.controllers")) ?? "").trim().split(" ");
  if (!controllers.includes("memory")) return undefined;
  const limitsCpu = controllers.includes("cpu");
  return { version: "v2", memory: mount, cpu: mount, limitsCpu, limitsSwap: true };
}

function readSeparate(mount: string): CgroupTree | undefined {
  const memory = join(mount, "memory");
  if (!existsSync(join(memory, "memory.limit_in_bytes"))) return undefined;
  return {
    version: "v1",
    memory,
    cpu: join(mount, "cpuacct"),
    limitsCpu: existsSync(join(mount, "cpu/cpu.cfs_quota_us")),
    limitsSwap: existsSync(join(memory, "memory.memsw.limit_in_bytes")),
  };
}

const parent = "buildkit";
/** A cgroup has its limit a moment after it came to be. */
const undecidedMs = 5000;

/** The steps of one solve, as they are found by looking again and again. */
export class StepCgroups {
  readonly #tree: CgroupTree;
  readonly #limitBytes: number;
  readonly #others: Set<string>;
  readonly #undecided = new Map<string, number>();
  readonly #running = new Set<string>();
  /** Of each that ever ran, what it had used of the processors when it was last seen, in the tree's own unit. */
  readonly #cpu = new Map<string, number>();

  /** What runs by now is another's. */
  constructor(tree: CgroupTree, limitBytes: number) {
    this.#tree = tree;
    this.#limitBytes = limitBytes;
    this.#others = new Set(this.#names());
  }

  /** As the kernel names them: "/buildkit/x". */
  get seen(): ReadonlySet<string> {
    return new Set(Array.from(this.#cpu.keys(), (name) => `/${parent}/${name}`));
  }

  /** What they use now, all together. */
  look(nowMs: number): Sample {
    const names = this.#names();
    const there = new Set(names);
    for (const set of [this.#others, this.#running])
      for (const name of set) if (!there.has(name)) set.delete(name);
    for (const name of names) this.#decide(name, nowMs);
    let bytes = 0;
    for (const name of this.#running) {
      bytes += this.#memoryOf(name) ?? 0;
      this.#cpu.set(name, this.#cpuOf(name) ?? this.#cpu.get(name) ?? 0);
    }
    const cpu = Array.from(this.#cpu.values()).reduce((sum, each) => sum + each, 0);
    const figure = (value: number): Figure => ({ source: this.#tree.version, value });
    return { atSeconds: nowMs / 1000, cpu: figure(cpu), memory: figure(bytes) };
  }

  #decide(name: string, nowMs: number): void {
    if (this.#others.has(name) || this.#running.has(name)) return;
    const sinceMs = this.#undecided.get(name) ?? nowMs;
    this.#undecided.set(name, sinceMs);
    const isOurs = this.#limitOf(name) === this.#limitBytes;
    if (!isOurs && nowMs - sinceMs < undecidedMs) return;
    this.#undecided.delete(name);
    if (!isOurs) this.#others.add(name);
    else {
      this.#running.add(name);
      this.#cpu.set(name, 0);
    }
  }

  #names(): readonly string[] {
    try {
      return readdirSync(join(this.#tree.memory, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
    } catch {
      return [];
    }
  }

  #limitOf(name: string): number | undefined {
    const file = this.#tree.version === "v1" ? "memory.limit_in_bytes" : "memory.max";
    return toNumber(readText(join(this.#tree.memory, parent, name, file)));
  }

  /** All that the kernel could not have taken back, as in scripts.ts. */
  #memoryOf(name: string): number | undefined {
    const text = readText(join(this.#tree.memory, parent, name, "memory.stat"));
    if (text === undefined) return undefined;
    const keys = this.#tree.version === "v1" ? heldInV1 : heldInV2;
    return text
      .split("\n")
      .map((line) => line.split(" "))
      .reduce((sum, [key = "", value]) => sum + (keys.has(key) ? Number(value) : 0), 0);
  }

  #cpuOf(name: string): number | undefined {
    const folder = join(this.#tree.cpu, parent, name);
    if (this.#tree.version === "v1") return toNumber(readText(join(folder, "cpuacct.usage")));
    return toNumber(/^usage_usec (\d+)$/m.exec(readText(join(folder, "cpu.stat")) ?? "")?.[1]);
  }
}

const heldInV1 = new Set(["total_rss", "total_shmem"]);
const heldInV2 = new Set(["anon", "shmem", "kernel_stack", "pagetables", "slab_unreclaimable", "sock"]);

function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

/** Undefined of what is gone. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
