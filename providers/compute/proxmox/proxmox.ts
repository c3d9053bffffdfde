// Compute at Proxmox VE, by its API: machines are clones of a template. Directives' configuration and the environment of the
// official tools come in. The node is one's own: nothing is paid, and it holds what it holds.

import type { Clock } from "../../../engine/core/host.ts";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type {
  Compute,
  ComputeFailure,
  CreateRequest,
  Machine,
  MachineOffer,
} from "../../../engine/ports/compute.ts";
import type { LeaseId } from "../../../schemas/lease-id.ts";
import { openPinnedHttps, type PinnedHttps, type Trust } from "../../host/pinned-https.ts";
import { computeFailure } from "./api-failure.ts";
import { ProxmoxClient } from "./client.ts";
import { createMachine, type Maker } from "./create-machine.ts";
import { destroyLease } from "./destroy-machine.ts";
import { listMarked } from "./find-machines.ts";
import { leasedMachine, typeName } from "./marks.ts";
import { readNode } from "./read-node.ts";
import { endpointPattern, type ProxmoxSettings, proxmoxSettings } from "./settings.ts";
import { surveyProxmox } from "./survey.ts";
import { Turns } from "./turns.ts";

/** Of directives' `runners`. */
export interface ProxmoxConfig {
  readonly user?: string | undefined;
  /** See settings.ts. */
  readonly settings?: unknown;
}

export interface ProxmoxWorld {
  /** PROXMOX_VE_ENDPOINT, PROXMOX_VE_API_TOKEN */
  readonly env: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
  /** For one answer of the API; a minute by default. */
  readonly requestTimeoutMs?: number | undefined;
}

export interface ProxmoxRefusal {
  /** What must change: the directives, or what surrounds this process. */
  readonly kind: "configuration" | "environment";
  readonly message: string;
  readonly help: string;
}

const tokenPattern = /^[^\s!=@]+@[^\s!=@]+![^\s!=]+=[\x21-\x7e]+$/;

export function openProxmox(config: ProxmoxConfig, world: ProxmoxWorld): Result<Compute, ProxmoxRefusal> {
  const parsed = proxmoxSettings.safeParse(config.settings ?? {});
  if (!parsed.success)
    return err({
      kind: "configuration",
      message: parsed.error.issues
        .map(({ path, message }) => `${["runners.settings", ...path].join(".")} ${message}`)
        .join("; "),
      help: "settings of proxmox are documented in docs/pool.md",
    });
  const settings = parsed.data;
  const asked = world.env("PROXMOX_VE_ENDPOINT")?.trim() ?? "";
  const endpoint = (asked === "" ? settings.url : asked)?.replace(/(\/api2\/json)?\/*$/, "");
  if (endpoint === undefined)
    return err({
      kind: "configuration",
      message: "nothing says where Proxmox VE is",
      help: "set runners.settings.url, or PROXMOX_VE_ENDPOINT",
    });
  if (!endpointPattern.test(endpoint))
    return err({
      kind: "environment",
      message: "PROXMOX_VE_ENDPOINT holds no https URL without a password",
      help: "such as https://pve.example:8006",
    });
  const token = world.env("PROXMOX_VE_API_TOKEN")?.trim() ?? "";
  if (!tokenPattern.test(token))
    return err({
      kind: "environment",
      message:
        token === ""
          ? "PROXMOX_VE_API_TOKEN is not set"
          : "PROXMOX_VE_API_TOKEN holds no token of Proxmox VE",
      help: "it is user@realm!id=secret, as `pveum user token add` tells",
    });
  const { clock, random = Math.random, requestTimeoutMs: timeoutMs = 60_000 } = world;
  const https = openPinnedHttps(trustOf(settings));
  const client = new ProxmoxClient({ endpoint, token, https, clock, timeoutMs });
  return ok(
    new Proxmox({ client, settings, user: config.user ?? "root", turns: new Turns(), random }, https),
  );
}

function trustOf({ fingerprint, authority }: ProxmoxSettings): Trust {
  if (fingerprint !== undefined) return { kind: "fingerprint", sha256: fingerprint.replaceAll(":", "") };
  if (authority !== undefined) return { kind: "authority", certificate: authority };
  return { kind: "public" };
}

class Proxmox implements Compute {
  readonly name = "proxmox";
  readonly #maker: Maker;
  readonly #https: PinnedHttps;
  readonly #creating = new Map<LeaseId, { readonly ofLease: Turns; users: number }>();

  constructor(maker: Maker, https: PinnedHttps) {
    this.#maker = maker;
    this.#https = https;
  }

  async survey(signal: AbortSignal): ReturnType<Compute["survey"]> {
    if (signal.aborted) return err({ kind: "canceled" });
    const { client, settings } = this.#maker;
    return await surveyProxmox(client.brief, settings, signal);
  }

  /** One at most: a machine of the very size, where the node has that much in all. */
  async offers(...[size, platform, signal]: Parameters<Compute["offers"]>): ReturnType<Compute["offers"]> {
    const { client, settings } = this.#maker;
    if (signal.aborted) return err({ kind: "canceled" });
    if (platform !== settings.platform) return ok([]);
    const node = await readNode(client, settings.node, signal);
    if (!node.ok) return err(computeFailure(node.error));
    if (size.cpu > node.value.cpus || size.memoryGb > node.value.memoryGb) return ok([]);
    const offer: MachineOffer = {
      ...size,
      type: typeName(size),
      location: settings.node,
      eurPerHour: 0,
      billing: "free",
    };
    return ok([offer]);
  }

  /** Names are not unique here: who asks for a lease that is being made waits for that. */
  async create(request: CreateRequest, signal: AbortSignal): Promise<Result<Machine, ComputeFailure>> {
    const { leaseId } = request;
    const turns = this.#creating.get(leaseId) ?? { ofLease: new Turns(), users: 0 };
    this.#creating.set(leaseId, turns);
    turns.users += 1;
    const created = await turns.ofLease.take(() => createMachine(this.#maker, request, signal), signal);
    turns.users -= 1;
    if (turns.users === 0) this.#creating.delete(leaseId);
    return created ?? err({ kind: "canceled" });
  }

  destroy(...[lease, signal]: Parameters<Compute["destroy"]>): ReturnType<Compute["destroy"]> {
    return destroyLease(this.#maker.client, lease, signal);
  }

  async list(pool: string, signal: AbortSignal): ReturnType<Compute["list"]> {
    const marked = await listMarked(this.#maker.client, signal);
    if (!marked.ok) return err(computeFailure(marked.error));
    return ok(marked.value.filter((machine) => machine.pool === pool).map(leasedMachine));
  }

  close(): Promise<void> {
    this.#https.close();
    return Promise.resolve();
  }
}
