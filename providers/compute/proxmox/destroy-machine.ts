// A machine, stopped and taken away with its disks.

import { z } from "zod";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type { ComputeFailure } from "../../../engine/ports/compute.ts";
import type { LeaseId } from "../../../schemas/lease-id.ts";
import { type ApiFailure, computeFailure } from "./api-failure.ts";
import type { ProxmoxClient } from "./client.ts";
import { explainMissing, findByLease } from "./find-machines.ts";
import { machineName } from "./marks.ts";

const current = z.looseObject({ status: z.string() });

/** Succeeds when there is no such machine any more. What holds it, such as its own clone, is waited for. */
export function destroyMachine(
  client: ProxmoxClient,
  { node, vmid }: { readonly node: string; readonly vmid: number },
  signal: AbortSignal,
): Promise<Result<void, ApiFailure>> {
  const path = `/nodes/${node}/qemu/${vmid}`;
  return client.retry(async () => {
    const orGone = async (failure: ApiFailure): Promise<Result<void, ApiFailure>> => {
      const explained = await explainMissing(client, vmid, failure, signal);
      return explained.kind === "missing" ? ok(undefined) : err(explained);
    };
    const status = await client.send({ method: "GET", path: `${path}/status/current` }, current, signal);
    if (!status.ok) return orGone(status.error);
    if (status.value.status !== "stopped") {
      const stopped = await client.runOnce({ method: "POST", path: `${path}/status/stop` }, signal);
      if (!stopped.ok) return orGone(stopped.error);
    }
    const parameters = { purge: "1", "destroy-unreferenced-disks": "1" };
    const deleted = await client.runOnce({ method: "DELETE", path, parameters }, signal);
    return deleted.ok ? deleted : orGone(deleted.error);
  }, signal);
}

/** The same by the lease; one without its marks is not touched. */
export async function destroyLease(
  client: ProxmoxClient,
  { leaseId, pool }: { readonly leaseId: LeaseId; readonly pool: string },
  signal: AbortSignal,
): Promise<Result<void, ComputeFailure>> {
  const found = await findByLease(client, leaseId, signal);
  if (!found.ok) return err(computeFailure(found.error));
  if (found.value.kind === "none") return ok(undefined);
  if (found.value.kind === "foreign" || found.value.machine.pool !== pool)
    return err({
      kind: "refused",
      message: `the machine ${machineName(leaseId)} is not of the pool ${pool}`,
    });
  const destroyed = await destroyMachine(client, found.value.machine, signal);
  return destroyed.ok ? destroyed : err(computeFailure(destroyed.error));
}
