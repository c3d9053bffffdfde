// The API of `lamina pool serve`, version 1 (paths below /api/v1): what is asked for and what is answered. /openapi.json is
// made of these. Requests take no field that is not here; answers may gain some, and readers are to pass over them. Money is
// net of VAT, times are milliseconds since the epoch, null stands for "not known" or "not yet".

import { z } from "zod";
import { expects } from "./form/expects.ts";
import { positiveInteger, positiveNumber } from "./form/number.ts";
import { nonEmptyText, oneOf, textLike } from "./form/text.ts";
import { layerName } from "./layer-name.ts";
import { leaseId } from "./lease-id.ts";
import { platform } from "./platform.ts";
import { workspace } from "./workspace.ts";

const poolPattern = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;
const publicKeyPattern = /^ssh-ed25519 [A-Za-z0-9+/]+={0,3}$/;
const billings = ["started-hour", "second", "free"] as const;

/** `z.custom` says nothing of its form to JSON Schema. */
const lease = leaseId.meta({ type: "string", pattern: "^[a-z0-9]{16}$", description: "Made by the client" });
const layer = layerName.meta({ description: "As in the catalog" });
const epochMs = z.int(expects("milliseconds since the epoch")).nonnegative();
const amount = z.number().nonnegative();

export const poolName = textLike(
  poolPattern,
  'a pool: at most 32 lower-case letters, digits and dashes, such as "my-project"',
);

const publicKey = textLike(publicKeyPattern, 'an ed25519 key without a comment: "ssh-ed25519 AAAA…"');

export const machineSize = z.strictObject({
  cpu: positiveInteger("a number of cores above 0"),
  memory_gb: positiveNumber("an amount of memory in GB above 0"),
});

export const leaseRequest = z
  .strictObject({
    lease_id: lease,
    pool: poolName.meta({ description: "What leases are listed by; one for each project" }),
    size: machineSize,
    platform,
    offer: z
      .strictObject({ type: nonEmptyText("a type of machine"), location: z.string() })
      .optional()
      .meta({ description: "One of /offers, and no other; without it the first one that can be had" }),
    authorized_key: publicKey.meta({ description: "May log in" }),
    host_key: z
      .strictObject({ private_key: nonEmptyText("a private key, OpenSSH's PEM"), public_key: publicKey })
      .meta({ description: "What the machine proves itself with; handed on to it, and kept nowhere else" }),
    ttl_seconds: positiveNumber("an amount of seconds above 0").optional(),
    expires_at_ms: epochMs.optional(),
  })
  .superRefine(({ ttl_seconds: ttl, expires_at_ms: expires }, context) => {
    if ((ttl === undefined) === (expires === undefined))
      context.addIssue({
        code: "custom",
        path: ["ttl_seconds"],
        message: "must be there, or `expires_at_ms` in its place: one of them",
      });
  })
  .meta({ description: "Needs `ttl_seconds` or `expires_at_ms`: afterwards the machine is destroyed" });

export const renewRequest = z.strictObject({
  ttl_seconds: positiveNumber("an amount of seconds above 0").meta({
    description: "From now on; a lease is never shortened",
  }),
});

export const poolEndpoint = z.object({
  kind: z.literal("ssh"),
  host: z.string(),
  port: z.int(),
  user: z.string(),
  host_key: z.string().meta({ description: "No other key is to be accepted" }),
  buildkit_socket: z.string().meta({ description: "Absolute path on the machine" }),
});

/** "creating", "active" and "releasing" may cost money, the others do not. */
const leaseStates = ["creating", "active", "releasing", "released", "failed", "lost"] as const;

export const poolLease = z.object({
  lease_id: lease,
  pool: z.string(),
  owner: z.string().meta({ description: "Name of the token that it was made with" }),
  state: z.enum(leaseStates),
  platform,
  cpu: z.number(),
  memory_gb: z.number(),
  type: z.string(),
  location: z.string(),
  eur_per_hour: amount,
  billing: z.enum(billings),
  machine_id: z.string().nullable().meta({ description: "The provider's" }),
  created_at_ms: epochMs,
  expires_at_ms: epochMs,
  endpoint: poolEndpoint.nullable().meta({ description: "There when the state is active" }),
});

export const leaseList = z.object({ leases: z.array(poolLease) });

export const poolOffer = z.object({
  type: z.string(),
  location: z.string(),
  cpu: z.number(),
  memory_gb: z.number(),
  eur_per_hour: amount,
  billing: z.enum(billings),
});

export const poolKind = poolOffer.extend({
  platforms: z.array(platform).meta({ description: "What it builds without emulation" }),
  sizing: z.enum(["fixed", "up-to"]).meta({
    description:
      '"up-to": a machine has the size that is asked for, and that is no more than `cpu` and `memory_gb`',
  }),
  is_available: z.boolean().meta({ description: "As the provider tells it now, which is no promise" }),
});

export const kindList = z.object({
  kinds: z.array(poolKind).meta({ description: "In the order in which they are tried" }),
});

export const offerList = z.object({
  offers: z.array(poolOffer).meta({ description: "In the order in which they are to be tried" }),
});

/** One build of one layer; see BuildMetrics in engine/ports/metrics.ts. */
export const poolMetrics = z.strictObject({
  workspace,
  layer,
  platform,
  run_id: nonEmptyText("the id of a run"),
  at_ms: epochMs.meta({ description: "When the build ended" }),
  seconds: amount,
  outcome: oneOf(["built", "failed", "oom"]),
  tier: z.string(),
  cpu: amount.meta({ description: "Cores that it was given" }),
  memory_gb: amount,
  cpu_p95: amount.nullable().meta({ description: "Cores in use, the 95th percentile over time" }),
  memory_p95_bytes: amount.nullable(),
  memory_peak_bytes: amount.nullable(),
});

export const metricsList = z.object({
  builds: z.array(poolMetrics).meta({ description: "The last ones first" }),
});

export const poolP95 = z.object({
  layer,
  platform,
  cpu: amount,
  memory_gb: amount.meta({ description: "GiB; of the builds' peaks, where they are known" }),
  builds: z.int().positive().meta({ description: "That it is taken over: the last ones, at most 20" }),
});

export const p95List = z.object({ p95: z.array(poolP95) });

/** By code, the status of the answer. The codes from "no_capacity" on are what the provider of machines says. */
export const poolErrorStatus = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  cap_reached: 429,
  internal: 500,
  stopping: 503,
  no_capacity: 503,
  limit_reached: 429,
  refused: 502,
  unavailable: 503,
  broken: 502,
} as const;

export type PoolErrorCode = keyof typeof poolErrorStatus;

const codes = Object.keys(poolErrorStatus);
const isCode = (value: unknown): value is PoolErrorCode => typeof value === "string" && codes.includes(value);

export const poolError = z.object({
  error: z.object({
    code: z.custom<PoolErrorCode>(isCode).meta({ type: "string", enum: codes }),
    message: z.string(),
    help: z.string().optional(),
  }),
});

export type LeaseRequest = z.output<typeof leaseRequest>;
export type PoolLease = z.output<typeof poolLease>;
export type PoolLeaseState = PoolLease["state"];
export type PoolKind = z.output<typeof poolKind>;
export type PoolOffer = z.output<typeof poolOffer>;
export type PoolMetrics = z.output<typeof poolMetrics>;
export type PoolP95 = z.output<typeof poolP95>;
