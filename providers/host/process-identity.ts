// Processes by names that outlive them: machine, boot, namespace of process ids, id and start time, as ids alone are given out
// again. Where there is no /proc, `ps` knows when a process started.

import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { sha256, shortDigest } from "../../engine/core/digest.ts";
import type { Processes } from "../../engine/ports/processes.ts";

export const processTable: Processes = {
  get self() {
    return `${here()}.${process.pid}.${startOf(process.pid) ?? ""}`;
  },
  look(name) {
    const parts = /^([0-9a-f]{12})\.([0-9a-f]{12})\.([0-9a-f]{12})\.([1-9]\d*)\.(\d*)$/.exec(name);
    if (parts === null) return "elsewhere";
    const [machine, boot, namespace] = here().split(".");
    // Nothing survives that the machine is started anew.
    if (parts[2] !== boot) return parts[1] === machine ? "dead" : "elsewhere";
    if (parts[3] !== namespace) return "elsewhere";
    const pid = Number(parts[4]);
    const start = startOf(pid);
    if (start === undefined) return isThere(pid) ? "elsewhere" : "dead";
    return start === parts[5] ? "alive" : "dead";
  },
};

/** Of this process: the machine, its boot, the namespace in which process ids are given out. */
function here(): string {
  const machine = `${read("/etc/machine-id") ?? ""} ${hostname()}`;
  const boot = read("/proc/sys/kernel/random/boot_id") ?? machine;
  return [machine, boot, namespaceOfIds()].map((text) => shortDigest(sha256(text))).join(".");
}

function namespaceOfIds(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/** When it started, as a number that no other process of that id has; "ended"; undefined where that cannot be seen. */
function startOf(pid: number): string | undefined {
  if (process.platform !== "linux") return askPs(pid);
  // proc_pid_stat(5): the name in brackets may hold anything; the state is the first field after it, the start time the 20th.
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^[^]*\) /, "")
    .split(" ");
  return fields && (hasEnded(fields[0]) ? "ended" : fields[19]);
}

function askPs(pid: number): string | undefined {
  try {
    const options = { encoding: "utf8", env: { ...process.env, LC_ALL: "C" }, stdio: "pipe" } as const;
    const answer = execFileSync("ps", ["-o", "state=,lstart=", "-p", `${pid}`], options);
    const [state, ...start] = answer.trim().split(/\s+/);
    return hasEnded(state) ? "ended" : `${Date.parse(start.join(" "))}`;
  } catch {
    return undefined;
  }
}

/** A zombie has ended; only its parent has not asked how. */
function hasEnded(state: string | undefined): boolean {
  return state === undefined || /^[ZX]/.test(state);
}

/** Also where it may not be looked at. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    return !(cause instanceof Error && "code" in cause && cause.code === "ESRCH");
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
