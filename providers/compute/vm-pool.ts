// Compute over the API of `lamina pool serve` (schemas/pool.ts): machines of whatever provider that server has. Every request
// may be sent twice without harm, so what is lost on the way is sent again.

import { z } from "zod";
import type { Clock } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type {
  Compute,
  ComputeFailure,
  CreateRequest,
  LeasedMachine,
  Machine,
  MachineKind,
  MachineOffer,
  MachineSize,
  Survey,
  SurveyFailure,
} from "../../engine/ports/compute.ts";
import { strictRecord } from "../../schemas/form/record.ts";
import { textLike } from "../../schemas/form/text.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import type { Platform } from "../../schemas/platform.ts";
import {
  kindList,
  leaseList,
  offerList,
  type PoolKind,
  type PoolLease,
  type PoolOffer,
  poolLease,
} from "../../schemas/pool.ts";
import { PoolClient } from "./vm-pool-client.ts";

/** Of directives' `runners`. */
export interface VmPoolConfig {
  /** See `vmPoolSettings`. */
  readonly settings?: unknown;
}

export interface VmPoolWorld {
  /** LAMINA_POOL_URL, LAMINA_POOL_TOKEN */
  readonly env: (name: string) => string | undefined;
  readonly clock: Clock;
  /** For one answer; a minute by default: the server answers within 20 seconds. */
  readonly requestTimeoutMs?: number | undefined;
}

export interface VmPoolRefusal {
  /** What must change: the directives, or what surrounds this process. */
  readonly kind: "configuration" | "environment";
  readonly message: string;
  readonly help: string;
}

const url = textLike(/^https?:\/\/[^\s?#@]+$/, "a URL without a password, such as https://pool.example:8077");

/** What build directives may say under `runners.settings`. */
export const vmPoolSettings = strictRecord("settings of vm_pool", {
  /** Where `lamina pool serve` listens; LAMINA_POOL_URL goes over it. */
  url: url.optional(),
});

export function openVmPool(config: VmPoolConfig, world: VmPoolWorld): Result<Compute, VmPoolRefusal> {
  const settings = vmPoolSettings.safeParse(config.settings ?? {});
  if (!settings.success)
    return err({
      kind: "configuration",
      message: settings.error.issues
        .map(({ path, message }) => `${["runners.settings", ...path].join(".")} ${message}`)
        .join("; "),
      help: "the one setting of vm_pool is `url`",
    });
  const asked = world.env("LAMINA_POOL_URL")?.trim() ?? "";
  const server = asked === "" ? settings.data.url : asked;
  if (server === undefined)
    return err({
      kind: "configuration",
      message: "nothing says where the pool is",
      help: "set runners.settings.url, or LAMINA_POOL_URL",
    });
  if (!url.safeParse(server).success)
    return err({
      kind: "environment",
      message: "LAMINA_POOL_URL holds no URL without a password",
      help: "such as https://pool.example:8077",
    });
  const token = world.env("LAMINA_POOL_TOKEN")?.trim() ?? "";
  // Printable: what no header may hold would be told in an error, token and all.
  if (!/^[\x21-\x7e]+$/.test(token))
    return err({
      kind: "environment",
      message: token === "" ? "LAMINA_POOL_TOKEN is not set" : "LAMINA_POOL_TOKEN holds no token",
      help: "the pool's operator hands tokens out",
    });
  const { clock, requestTimeoutMs: timeoutMs = 60_000 } = world;
  return ok(new VmPool(new PoolClient({ url: server.replace(/\/+$/, ""), token, clock, timeoutMs })));
}

const nothing = z.undefined();
/** Between two questions for a machine in the making: the server holds each for a while, unless it is stopping. */
const askAgainMs = 1000;

class VmPool implements Compute {
  readonly name = "vm_pool";
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async survey(signal: AbortSignal): Promise<Result<Survey, SurveyFailure>> {
    const { brief } = this.#client;
    const answer = await brief.call({ method: "GET", path: "/kinds" }, kindList, signal);
    if (!answer.ok) return err(explainSurveyFailure(answer.error));
    return ok({ kinds: answer.value.kinds.map(machineKind), excluded: [] });
  }

  async offers(
    size: MachineSize,
    platform: Platform,
    signal: AbortSignal,
  ): Promise<Result<readonly MachineOffer[], ComputeFailure>> {
    const query = { cpu: String(size.cpu), memory_gb: String(size.memoryGb), platform };
    const answer = await this.#client.call({ method: "GET", path: "/offers", query }, offerList, signal);
    if (!answer.ok) return answer;
    return ok(answer.value.offers.map(machineOffer));
  }

  async create(request: CreateRequest, signal: AbortSignal): Promise<Result<Machine, ComputeFailure>> {
    const { leaseId, pool, offer, platform, expiresAtMs, authorizedKey, hostKey } = request;
    const body = {
      lease_id: leaseId,
      pool,
      size: { cpu: offer.cpu, memory_gb: offer.memoryGb },
      platform,
      offer: { type: offer.type, location: offer.location },
      authorized_key: authorizedKey,
      host_key: { private_key: hostKey.privateKey, public_key: hostKey.publicKey },
      expires_at_ms: expiresAtMs,
    };
    for (;;) {
      const answer = await this.#client.call({ method: "POST", path: "/vm-pool", body }, poolLease, signal);
      if (!answer.ok) return answer;
      const { endpoint, state } = answer.value;
      if (endpoint !== null)
        return ok({
          ...leasedMachine(answer.value),
          endpoint: {
            kind: "ssh",
            host: endpoint.host,
            port: endpoint.port,
            user: endpoint.user,
            hostKey: endpoint.host_key,
            buildkitSocket: endpoint.buildkit_socket,
          },
        });
      if (state !== "creating")
        return err({ kind: "broken", message: `the pool says of the lease ${leaseId} that it is ${state}` });
      if (!(await this.#client.sleep(askAgainMs, signal))) return err({ kind: "canceled" });
    }
  }

  destroy(
    { leaseId, pool }: { readonly leaseId: LeaseId; readonly pool: string },
    signal: AbortSignal,
  ): Promise<Result<void, ComputeFailure>> {
    const request = { method: "DELETE", path: `/vm-pool/${leaseId}`, query: { pool } } as const;
    return this.#client.call(request, nothing, signal);
  }

  async list(pool: string, signal: AbortSignal): Promise<Result<readonly LeasedMachine[], ComputeFailure>> {
    const request = { method: "GET", path: "/vm-pool", query: { pool } } as const;
    const answer = await this.#client.call(request, leaseList, signal);
    return answer.ok ? ok(answer.value.leases.map(leasedMachine)) : answer;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function machineOffer(offer: PoolOffer): MachineOffer {
  const { type, location, cpu, memory_gb: memoryGb, eur_per_hour: eurPerHour, billing } = offer;
  return { type, location, cpu, memoryGb, eurPerHour, billing };
}

function machineKind({ platforms, sizing, is_available: isAvailable, ...offer }: PoolKind): MachineKind {
  return { ...machineOffer(offer), platforms, sizing, isAvailable };
}

/** No question is answered with what only concerns machines: then the pool says what its own provider said. */
function explainSurveyFailure(failure: ComputeFailure): SurveyFailure {
  switch (failure.kind) {
    case "canceled":
    case "refused":
      return failure;
    default:
      return {
        kind: "unavailable",
        message: failure.message,
        help: "see that the pool serves: runners.settings.url or LAMINA_POOL_URL says where; HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured",
      };
  }
}

function leasedMachine(lease: PoolLease): LeasedMachine {
  return {
    machineId: lease.machine_id ?? "",
    leaseId: lease.lease_id,
    createdAtMs: lease.created_at_ms,
    expiresAtMs: lease.expires_at_ms,
    type: lease.type,
    location: lease.location,
    eurPerHour: lease.eur_per_hour,
    state: lease.state,
  };
}
