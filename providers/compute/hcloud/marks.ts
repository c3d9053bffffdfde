// How a server is known as ours: its name and its labels (docs.hetzner.cloud, "Labels").

import type { LeasedMachine } from "../../../engine/ports/compute.ts";
import { isLeaseId, type LeaseId } from "../../../schemas/lease-id.ts";
import type { Server } from "./answers.ts";

export interface Marks {
  readonly leaseId: LeaseId;
  readonly pool: string;
}

/** Of a machine whose label of expiry somebody took away: no lease lasts longer. */
const unmarkedLifeMs = 24 * 3_600_000;

export function serverName({ leaseId }: Pick<Marks, "leaseId">): string {
  return `lamina-${leaseId}`;
}

/** Values are letters, digits and ".-_": no ISO time, so seconds since the epoch. */
export function labelsOf(
  { leaseId, pool }: Marks,
  expiresAtMs: number,
  eurPerHour: number,
): Readonly<Record<string, string>> {
  return {
    "lamina-pool": pool,
    "lamina-lease": leaseId,
    "lamina-expires": String(Math.ceil(expiresAtMs / 1000)),
    // What others that look at the pool are to count.
    "lamina-eur-per-hour": String(eurPerHour),
  };
}

export function poolSelector(pool: string): string {
  return `lamina-pool==${pool}`;
}

export function leaseSelector(leaseId: LeaseId): string {
  return `lamina-lease==${leaseId}`;
}

export function bearsMarks(server: Server, { leaseId, pool }: Marks): boolean {
  return server.labels["lamina-lease"] === leaseId && server.labels["lamina-pool"] === pool;
}

/** Undefined for a server that bears no lease. */
export function leasedMachine(server: Server): LeasedMachine | undefined {
  const leaseId = server.labels["lamina-lease"] ?? "";
  if (!isLeaseId(leaseId)) return undefined;
  const createdAtMs = Date.parse(server.created);
  const expiresAtSeconds = Number.parseInt(server.labels["lamina-expires"] ?? "", 10);
  return {
    machineId: String(server.id),
    leaseId,
    createdAtMs,
    expiresAtMs: Number.isNaN(expiresAtSeconds) ? createdAtMs + unmarkedLifeMs : expiresAtSeconds * 1000,
    type: server.server_type.name,
    location: server.location?.name ?? server.datacenter?.location.name ?? "",
    eurPerHour: priceOf(server),
    state: server.status,
  };
}

function priceOf(server: Server): number {
  const price = Number(server.labels["lamina-eur-per-hour"] ?? "0");
  return price > 0 && Number.isFinite(price) ? price : 0;
}
