// What there is of a host, or of a whole yard, on this machine: to see it there, and to see that nothing of it is left.

import { openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

export interface Traced {
  /** "lam7h2", or the yard's "lam7": how links, cgroups and folders are called. */
  readonly name: string;
  /** "pid:[4026532000]" and so on. */
  readonly namespaces: readonly string[];
}

/**
 * What to look for, of a host that is on. Its namespaces are held open until this process ends: their numbers would be given out
 * again, and somebody else's processes be taken for its.
 */
export function traceHost(host: { readonly pid: number; readonly memoryCgroup: string }): Traced {
  const namespaces = ["pid", "net"].map((kind) => {
    const path = `/proc/${String(host.pid)}/ns/${kind}`;
    openSync(path, "r");
    return readlinkSync(path);
  });
  return { name: basename(host.memoryCgroup), namespaces };
}

/** "process 123", "link lam7h2" and so on; nothing where it never was, or is gone. */
export function findTraces({ name, namespaces }: Traced): readonly string[] {
  const isIts = (found: string): boolean => found === name || found.startsWith(`${name}h`);
  const cgroupRoots = ["/sys/fs/cgroup", ...list("/sys/fs/cgroup").map((group) => `/sys/fs/cgroup/${group}`)];
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  return [
    ...list("/proc")
      .filter((pid) => /^\d+$/.test(pid) && namespaces.some((namespace) => isIn(pid, namespace)))
      .map((pid) => `process ${pid}`),
    ...list("/sys/class/net")
      .filter(isIts)
      .map((link) => `link ${link}`),
    ...cgroupRoots.flatMap((root) =>
      list(root)
        .filter(isIts)
        .map((cgroup) => `cgroup ${root}/${cgroup}`),
    ),
    ...mounts.filter((mount) => mount.split(/[ /]/).some(isIts)).map((mount) => `mount ${mount}`),
    ...listYards().flatMap((yard) =>
      list(yard)
        .filter(isIts)
        .map((folder) => `folder ${yard}/${folder}`),
    ),
  ];
}

/** The yard that a host of that name stands in. */
export function findYard(hostName: string): string {
  const yard = listYards().find((one) => list(one).includes(hostName));
  if (yard === undefined) throw new Error(`no yard has ${hostName}`);
  return yard;
}

function listYards(): readonly string[] {
  return list(tmpdir())
    .filter((name) => name.startsWith("lamina-yard-"))
    .map((name) => join(tmpdir(), name));
}

function isIn(pid: string, namespace: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/${namespace.replace(/:.*/, "")}`) === namespace;
  } catch {
    // It ended meanwhile.
    return false;
  }
}

/** Nothing of what is no folder, or gone. */
function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
