// The machines there are, and which of them are whose.

import { z } from "zod";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type { LeaseId } from "../../../schemas/lease-id.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { ProxmoxClient } from "./client.ts";
import { type MarkedMachine, machineName, readMarks } from "./marks.ts";

const gibibyte = 2 ** 30;

/** Of the fields those that are read here; what the token may not see is not listed. */
const resource = z.looseObject({
  type: z.string(),
  vmid: z.int(),
  node: z.string(),
  name: z.string().optional(),
  tags: z.string().optional(),
  status: z.string().default("unknown"),
  template: z.union([z.literal(0), z.literal(1), z.boolean()]).default(0),
  maxcpu: z.number().default(0),
  maxmem: z.number().default(0),
});
export type Resource = z.output<typeof resource>;

export const machineConfig = z.looseObject({
  name: z.string().optional(),
  description: z.string().optional(),
  tags: z.string().optional(),
  lock: z.string().optional(),
  net0: z.string().optional(),
});

/** All machines and containers: numbers are theirs together. */
export function listResources(
  client: ProxmoxClient,
  signal: AbortSignal,
): Promise<Result<readonly Resource[], ApiFailure>> {
  return client.call(
    { method: "GET", path: "/cluster/resources", parameters: { type: "vm" } },
    z.array(resource),
    signal,
  );
}

/** Those that bear marks, of all pools. */
export async function listMarked(
  client: ProxmoxClient,
  signal: AbortSignal,
): Promise<Result<readonly MarkedMachine[], ApiFailure>> {
  const listed = await listResources(client, signal);
  if (!listed.ok) return listed;
  const marked: MarkedMachine[] = [];
  for (const one of listed.value) {
    if (!isOurs(one)) continue;
    const machine = await readMachine(client, one, signal);
    if (!machine.ok) return machine;
    if (machine.value !== undefined) marked.push(machine.value);
  }
  return ok(marked);
}

export type Found =
  | { readonly kind: "none" }
  | { readonly kind: "marked"; readonly machine: MarkedMachine }
  /** It has the name, and marks of another lease or none. */
  | { readonly kind: "foreign" };

/** The machine with the name of a lease. */
export async function findByLease(
  client: ProxmoxClient,
  leaseId: LeaseId,
  signal: AbortSignal,
): Promise<Result<Found, ApiFailure>> {
  const listed = await listResources(client, signal);
  if (!listed.ok) return listed;
  const name = machineName(leaseId);
  const named = listed.value.filter((one) => one.type === "qemu" && one.name === name);
  let found: Found = { kind: "none" };
  for (const one of named) {
    const machine = await readMachine(client, one, signal);
    if (!machine.ok) return machine;
    if (machine.value?.leaseId === leaseId) return ok({ kind: "marked", machine: machine.value });
    found = { kind: "foreign" };
  }
  return ok(found);
}

/**
 * A failure to reach one machine, told as "missing" where it is not there: to a token whose rights come from a resource pool, a
 * machine that has left the pool with its end is forbidden, not missing.
 */
export async function explainMissing(
  client: ProxmoxClient,
  vmid: number,
  failure: ApiFailure,
  signal: AbortSignal,
): Promise<ApiFailure> {
  if (failure.kind !== "unauthorized") return failure;
  const listed = await listResources(client, signal);
  if (!listed.ok) return listed.error;
  if (listed.value.some((one) => one.vmid === vmid)) return failure;
  return { kind: "missing", message: failure.message };
}

function isOurs({ type, template, name }: Resource): boolean {
  return type === "qemu" && template !== 1 && template !== true && (name ?? "").startsWith("lamina-");
}

/** Undefined for one that bears no marks, or went away meanwhile. */
async function readMachine(
  client: ProxmoxClient,
  one: Resource,
  signal: AbortSignal,
): Promise<Result<MarkedMachine | undefined, ApiFailure>> {
  let marks = readMarks(one.tags ?? "");
  if (marks === undefined) {
    const path = `/nodes/${one.node}/qemu/${one.vmid}/config`;
    const config = await client.call({ method: "GET", path }, machineConfig, signal);
    if (!config.ok) {
      const failure = await explainMissing(client, one.vmid, config.error, signal);
      return failure.kind === "missing" ? ok(undefined) : err(failure);
    }
    marks = readMarks(config.value.description ?? "");
  }
  if (marks === undefined) return ok(undefined);
  const { vmid, node, status, maxcpu: cpu, maxmem } = one;
  return ok({ ...marks, vmid, node, status, cpu, memoryGb: maxmem / gibibyte });
}
