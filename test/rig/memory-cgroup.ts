// A memory cgroup with a limit, for steps of BuildKit to be put into (`--opt cgroup-parent`). Needs root; v1 and v2.

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

export interface MemoryCgroup {
  /** As the kernel names it: "/lamina-test-7". */
  readonly path: string;
  /** Absolute: where a process joins it by writing its id. */
  readonly processesFile: string;
  /** With all that is left below it. */
  remove(): void;
}

const mount = "/sys/fs/cgroup";

/** @throws Error where this machine lets nobody make one. */
export function makeMemoryCgroup(name: string, limitBytes: number): MemoryCgroup {
  const isV2 = existsSync(join(mount, "cgroup.controllers"));
  const root = isV2 ? mount : join(mount, "memory");
  const folder = join(root, name);
  if (process.getuid?.() !== 0) throw new Error(`${folder} cannot be made: memory cgroups need root`);
  if (isV2) appendFileSync(join(root, "cgroup.subtree_control"), "+memory");
  mkdirSync(folder);
  writeFileSync(join(folder, isV2 ? "memory.max" : "memory.limit_in_bytes"), String(limitBytes));
  return {
    path: `/${name}`,
    processesFile: join(folder, "cgroup.procs"),
    remove: () => {
      // runc makes folders of that name for the other controllers as well.
      for (const controller of isV2 ? [mount] : foldersIn(mount)) removeTree(join(controller, name));
    },
  };
}

/** A cgroup's files go with it, and cannot be removed before. */
function removeTree(folder: string): void {
  if (!existsSync(folder)) return;
  for (const below of foldersIn(folder)) removeTree(below);
  rmdirSync(folder);
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory());
}
