// The operations of the API, version 1.

import { z } from "zod";
import type { MachineKind } from "../../engine/ports/compute.ts";
import { expects } from "../../schemas/form/expects.ts";
import { leaseId } from "../../schemas/lease-id.ts";
import { platform } from "../../schemas/platform.ts";
import {
  kindList,
  leaseList,
  leaseRequest,
  metricsList,
  offerList,
  type PoolKind,
  p95List,
  poolLease,
  poolMetrics,
  poolName,
  renewRequest,
} from "../../schemas/pool.ts";
import { workspace } from "../../schemas/workspace.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { offerFields } from "./lease-maker.ts";
import type { MetricsTables } from "./metrics-tables.ts";
import { percentilesOf } from "./p95.ts";
import { answer, defineRoute, noBody, nothing, type Route } from "./route.ts";

export interface RouteDeps {
  readonly keeper: LeaseKeeper;
  readonly metrics: MetricsTables;
  /** How long the answer to a lease may take; then the client asks again. */
  readonly answerWithinMs: number;
}

const leaseParameters = z.strictObject({
  lease_id: leaseId.meta({ type: "string", pattern: "^[a-z0-9]{16}$" }),
});
const amount = (what: string) => z.coerce.number(expects(what)).positive(`must be ${what}`);
const maxListed = 1000;

export function createRoutes({ keeper, metrics, answerWithinMs }: RouteDeps): readonly Route[] {
  return [
    defineRoute({
      method: "POST",
      path: "/api/v1/vm-pool",
      operationId: "createLease",
      summary:
        "Lease a machine; asked again with the same lease_id, the same machine. While the answer's state is " +
        '"creating" and no address is there, ask again.',
      parameters: nothing,
      query: nothing,
      body: leaseRequest,
      answers: { 201: poolLease },
      handle: async ({ body }, caller) => {
        const leased = await keeper.lease(body, caller, answerWithinMs);
        return leased.ok ? answer(201, leased.value) : leased;
      },
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/vm-pool",
      operationId: "listLeases",
      summary: "The token's own leases that may cost money; an admin's: those of all",
      parameters: nothing,
      query: z.strictObject({ pool: poolName.optional() }),
      body: noBody,
      answers: { 200: leaseList },
      handle: ({ query }, caller) => answer(200, { leases: keeper.list(caller, query.pool) }),
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/vm-pool/{lease_id}",
      operationId: "getLease",
      summary: "One lease; one that has ended is known for a week",
      parameters: leaseParameters,
      query: nothing,
      body: noBody,
      answers: { 200: poolLease },
      handle: ({ parameters }, caller) => {
        const found = keeper.find(parameters.lease_id, caller);
        return found.ok ? answer(200, found.value) : found;
      },
    }),
    defineRoute({
      method: "DELETE",
      path: "/api/v1/vm-pool/{lease_id}",
      operationId: "deleteLease",
      summary:
        "Destroy the machine of a lease; succeeds where there is none. With `pool`, only if the lease is of it",
      parameters: leaseParameters,
      query: z.strictObject({ pool: poolName.optional() }),
      body: noBody,
      answers: { 204: null },
      handle: async ({ parameters, query }, caller) => {
        const released = await keeper.release(parameters.lease_id, caller, query.pool);
        return released.ok ? answer(204) : released;
      },
    }),
    defineRoute({
      method: "POST",
      path: "/api/v1/vm-pool/{lease_id}/renew",
      operationId: "renewLease",
      summary: "Put the end of a lease off, as far as the server lets a machine live; a heartbeat",
      parameters: leaseParameters,
      query: nothing,
      body: renewRequest,
      answers: { 200: poolLease },
      handle: ({ parameters, body }, caller) => {
        const renewed = keeper.renew(parameters.lease_id, caller, body.ttl_seconds * 1000);
        return renewed.ok ? answer(200, renewed.value) : renewed;
      },
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/kinds",
      operationId: "listKinds",
      summary: "The kinds of machine that there are at all, with prices as they are now",
      parameters: nothing,
      query: nothing,
      body: noBody,
      answers: { 200: kindList },
      handle: async () => {
        const found = await keeper.kinds();
        if (!found.ok) return found;
        return answer(200, { kinds: found.value.map(kindFields) });
      },
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/offers",
      operationId: "listOffers",
      summary: "What holds a size, with prices as they are now; empty where nothing ever does",
      parameters: nothing,
      query: z.strictObject({
        cpu: amount("a number of cores above 0"),
        memory_gb: amount("an amount of memory in GB above 0"),
        platform,
      }),
      body: noBody,
      answers: { 200: offerList },
      handle: async ({ query }) => {
        const found = await keeper.offers({ cpu: query.cpu, memoryGb: query.memory_gb }, query.platform);
        if (!found.ok) return found;
        return answer(200, { offers: found.value.map(offerFields) });
      },
    }),
    defineRoute({
      method: "POST",
      path: "/api/v1/metrics",
      operationId: "recordMetrics",
      summary: "Record what a build used; the same build told twice counts once",
      parameters: nothing,
      query: nothing,
      body: poolMetrics,
      answers: { 204: null },
      handle: ({ body }) => {
        metrics.record(body);
        return answer(204);
      },
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/metrics",
      operationId: "listMetrics",
      summary: "The last builds of a workspace",
      parameters: nothing,
      query: z.strictObject({
        workspace,
        limit: z.coerce.number().int().min(1).max(maxListed).default(100),
      }),
      body: noBody,
      answers: { 200: metricsList },
      handle: ({ query }) => answer(200, { builds: metrics.builds(query.workspace, query.limit) }),
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/p95",
      operationId: "listPercentiles",
      summary:
        "The 95th percentile (nearest rank) over the last 20 successful builds of each layer of a workspace",
      parameters: nothing,
      query: z.strictObject({ workspace }),
      body: noBody,
      answers: { 200: p95List },
      handle: ({ query }) => answer(200, { p95: percentilesOf(metrics.lastBuilt(query.workspace).values()) }),
    }),
    defineRoute({
      method: "GET",
      path: "/healthz",
      operationId: "health",
      summary: "Whether the server serves",
      isPublic: true,
      parameters: nothing,
      query: nothing,
      body: noBody,
      answers: { 200: z.object({ status: z.literal("ok") }) },
      handle: () => answer(200, { status: "ok" }),
    }),
  ];
}

function kindFields({ platforms, sizing, isAvailable, ...offer }: MachineKind): PoolKind {
  return { ...offerFields(offer), platforms: Array.from(platforms), sizing, is_available: isAvailable };
}
