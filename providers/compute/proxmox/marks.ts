// How a machine is known as ours: by its name, and by tags of the pool, the lease, its creation and its expiry. Until it is
// configured it has no tags; the same words stand in its description, which it has from the clone on.

import type { LeasedMachine } from "../../../engine/ports/compute.ts";
import { isLeaseId, type LeaseId } from "../../../schemas/lease-id.ts";

export interface Marks {
  readonly leaseId: LeaseId;
  readonly pool: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface MarkedMachine extends Marks {
  readonly vmid: number;
  readonly node: string;
  /** "running", "stopped" */
  readonly status: string;
  readonly cpu: number;
  readonly memoryGb: number;
}

const prefix = "lamina-";

export function machineName(leaseId: LeaseId): string {
  return `${prefix}${leaseId}`;
}

/** Tags are lower-case letters, digits and "-_.+" (pve-tag). */
export function tagsOf({ leaseId, pool, createdAtMs, expiresAtMs }: Marks): readonly string[] {
  return [
    `lamina-pool-${pool}`,
    `lamina-lease-${leaseId}`,
    `lamina-created-${Math.floor(createdAtMs / 1000)}`,
    `lamina-expires-${Math.ceil(expiresAtMs / 1000)}`,
  ];
}

export function describeMarks(marks: Marks): string {
  const until = new Date(marks.expiresAtMs).toISOString();
  return `A machine of lamina's, left over after ${until}.\n${tagsOf(marks).join(";")}`;
}

/** Of tags, or of a description; undefined where they are not ours. */
export function readMarks(text: string): Marks | undefined {
  const words = text.split(/[;,\s]+/);
  const find = (name: string): string => {
    const start = `${prefix}${name}-`;
    return words.find((word) => word.startsWith(start))?.slice(start.length) ?? "";
  };
  const [leaseId, pool] = [find("lease"), find("pool")];
  const [created, expires] = [Number(find("created")), Number(find("expires"))];
  if (!isLeaseId(leaseId) || pool === "" || !(created > 0) || !(expires > 0)) return undefined;
  return { leaseId, pool, createdAtMs: created * 1000, expiresAtMs: expires * 1000 };
}

export function leasedMachine(machine: MarkedMachine): LeasedMachine {
  return {
    machineId: `qemu/${machine.vmid}`,
    leaseId: machine.leaseId,
    createdAtMs: machine.createdAtMs,
    expiresAtMs: machine.expiresAtMs,
    type: typeName(machine),
    location: machine.node,
    eurPerHour: 0,
    state: machine.status,
  };
}

/** Machines have the size that is asked for. */
export function typeName({ cpu, memoryGb }: { readonly cpu: number; readonly memoryGb: number }): string {
  return `${cpu}x${memoryGb}`;
}
