// Processes that run on a host for tests, as this machine sees them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../rig/hosts/host.ts";

/** Ids, as this machine counts, of the host's processes whose command line has the text. */
export function findHostProcesses({ memoryCgroup }: Host, text: string): readonly number[] {
  return readdirSync(memoryCgroup, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("cgroup.procs"))
    .flatMap((name) => readFileSync(join(memoryCgroup, name), "utf8").split("\n"))
    .filter((pid) => pid !== "" && readCommandLine(pid).includes(text))
    .map(Number);
}

/** "" where it ended meanwhile. */
function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
