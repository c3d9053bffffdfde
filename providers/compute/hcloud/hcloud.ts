// Compute at Hetzner Cloud (docs.hetzner.cloud), by its API. Directives' configuration and the environment of Hetzner's own
// tools come in; what is paid by the hour is made and deleted.

import type { Clock } from "../../../engine/core/host.ts";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type {
  Compute,
  ComputeFailure,
  CreateRequest,
  Endpoint,
  Machine,
} from "../../../engine/ports/compute.ts";
import { ActionPoller } from "./action-poller.ts";
import type { Server } from "./answers.ts";
import { computeFailure } from "./api-failure.ts";
import { Circuits } from "./circuits.ts";
import { HcloudClient } from "./client.ts";
import { buildkitSocket, writeCloudInit } from "./cloud-init.ts";
import { createServer, discard, type ServerOrder } from "./create-server.ts";
import { type Api, destroyLease } from "./delete-server.ts";
import { listPool } from "./find-servers.ts";
import { labelsOf, leasedMachine, serverName } from "./marks.ts";
import { candidateName, chooseOffers, type Market, readMarket } from "./offers.ts";
import type { Waits } from "./retries.ts";
import { type HcloudSettings, hcloudSettings } from "./settings.ts";
import { surveyHcloud } from "./survey.ts";

/** Of directives' `runners`. */
export interface HcloudConfig {
  readonly candidates?: readonly string[] | undefined;
  /** A name or number of the project's or Hetzner's. */
  readonly image?: string | undefined;
  readonly user?: string | undefined;
  /** See settings.ts. */
  readonly settings?: unknown;
}

export interface HcloudWorld {
  /** HCLOUD_TOKEN, HCLOUD_ENDPOINT */
  readonly env: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
  /** For one answer of the API; half a minute by default. */
  readonly requestTimeoutMs?: number | undefined;
}

export interface HcloudRefusal {
  /** What must change: the directives, or what surrounds this process. */
  readonly kind: "configuration" | "environment";
  readonly message: string;
  readonly help: string;
}

const officialEndpoint = "https://api.hetzner.cloud/v1";
const defaultImage = "debian-12";
/** Of types and prices: what is told as available is an indicator only. */
const marketFreshMs = 60_000;
/** Of the API: 32 KiB. */
const maxUserDataBytes = 32 * 1024;

type Config = Pick<HcloudConfig, "candidates"> & {
  readonly image: string;
  readonly user: string;
  readonly settings: HcloudSettings;
};

export function openHcloud(config: HcloudConfig, world: HcloudWorld): Result<Compute, HcloudRefusal> {
  const token = world.env("HCLOUD_TOKEN")?.trim() ?? "";
  // Printable: what no header may hold would be told in an error, token and all.
  if (!/^[\x21-\x7e]+$/.test(token))
    return err({
      kind: "environment",
      message: token === "" ? "HCLOUD_TOKEN is not set" : "HCLOUD_TOKEN holds no token",
      help: "make a token for reading and writing in the project's console, under Security, API tokens",
    });
  const endpoint = (world.env("HCLOUD_ENDPOINT") ?? "").trim() || officialEndpoint;
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint))
    return err({
      kind: "environment",
      message: `HCLOUD_ENDPOINT is no URL: "${endpoint}"`,
      help: `leave it unset for ${officialEndpoint}`,
    });
  const settings = hcloudSettings.safeParse(config.settings ?? {});
  if (!settings.success) {
    const told = settings.error.issues.map(
      ({ path, message }) => `${["runners.settings", ...path].join(".")}: ${message}`,
    );
    return err({
      kind: "configuration",
      message: told.join("; "),
      help: "settings of hcloud are documented in docs/runners.md",
    });
  }
  if (settings.data.buildkit === undefined && config.image === undefined)
    return err({
      kind: "configuration",
      message: "nothing says where machines of hcloud get BuildKit",
      help: "set runners.settings.buildkit to an archive, or runners.image to an image that has buildkitd",
    });
  const { clock, random = Math.random, requestTimeoutMs: timeoutMs = 30_000 } = world;
  const client = new HcloudClient({
    endpoint: endpoint.replace(/\/+$/, ""),
    token,
    timeoutMs,
    waits: { clock, random },
  });
  const { candidates, image = defaultImage, user = "root" } = config;
  return ok(new Hcloud(client, { candidates, image, user, settings: settings.data }));
}

class Hcloud implements Compute {
  readonly name = "hcloud";
  readonly #config: Config;
  readonly #api: Api;
  readonly #waits: Waits;
  readonly #circuits: Circuits;
  #market: { readonly value: Market; readonly readAtMs: number } | undefined;

  constructor(client: HcloudClient, config: Config) {
    this.#config = config;
    this.#api = { client, poller: new ActionPoller(client) };
    this.#waits = client.waits;
    this.#circuits = new Circuits(client.waits.clock);
  }

  async survey(signal: AbortSignal): ReturnType<Compute["survey"]> {
    if (signal.aborted) return err({ kind: "canceled" });
    const surveyed = await surveyHcloud(this.#api.client.brief, this.#config, this.#circuits, signal);
    if (!surveyed.ok) return surveyed;
    const { market, survey } = surveyed.value;
    this.#market = { value: market, readAtMs: this.#waits.clock.nowMs() };
    return ok(survey);
  }

  async offers(...[size, platform, signal]: Parameters<Compute["offers"]>): ReturnType<Compute["offers"]> {
    if (signal.aborted) return err({ kind: "canceled" });
    const market = await this.#readMarket(signal);
    if (!market.ok) return market;
    const { candidates, settings } = this.#config;
    const { locations, ipv4 } = settings;
    return chooseOffers(market.value, { candidates, locations, ipv4 }, this.#circuits, size, platform);
  }

  async create(request: CreateRequest, signal: AbortSignal): Promise<Result<Machine, ComputeFailure>> {
    const order = this.#order(request);
    if (!order.ok) return order;
    const created = await createServer(this.#api, request, order.value, signal);
    const candidate = candidateName(request.offer);
    if (!created.ok) {
      if (created.error.kind === "no-capacity") this.#circuits.open(candidate);
      return created;
    }
    this.#circuits.close(candidate);
    const machine = leasedMachine(created.value);
    const host = addressOf(created.value);
    if (machine === undefined || host === undefined)
      return await discard(this.#api, created.value, "it has no address", signal);
    return ok({ ...machine, endpoint: this.#endpoint(host, request) });
  }

  destroy(...[lease, signal]: Parameters<Compute["destroy"]>): ReturnType<Compute["destroy"]> {
    return destroyLease(this.#api, lease, signal);
  }

  async list(pool: string, signal: AbortSignal): ReturnType<Compute["list"]> {
    const servers = await listPool(this.#api.client, pool, signal);
    if (!servers.ok) return err(computeFailure(servers.error));
    return ok(servers.value.flatMap((server) => leasedMachine(server) ?? []));
  }

  close(): Promise<void> {
    this.#api.poller.close();
    return Promise.resolve();
  }

  async #readMarket(signal: AbortSignal): Promise<Result<Market, ComputeFailure>> {
    const nowMs = this.#waits.clock.nowMs();
    if (this.#market !== undefined && nowMs - this.#market.readAtMs < marketFreshMs)
      return ok(this.#market.value);
    const market = await readMarket(this.#api.client, this.#config.settings, signal);
    if (!market.ok) return err(computeFailure(market.error));
    this.#market = { value: market.value, readAtMs: nowMs };
    return market;
  }

  #order(request: CreateRequest): Result<ServerOrder, ComputeFailure> {
    const { image, user, settings } = this.#config;
    const buildkit = settings.buildkit?.[request.platform];
    if (settings.buildkit !== undefined && buildkit === undefined)
      return err({
        kind: "refused",
        message: `no archive of BuildKit is named for ${request.platform}`,
        help: `name it under runners.settings.buildkit."${request.platform}"`,
      });
    const userData = writeCloudInit({
      authorizedKey: request.authorizedKey,
      hostKey: request.hostKey,
      user,
      buildkit,
      liveSeconds: (request.expiresAtMs - this.#waits.clock.nowMs()) / 1000,
    });
    const userDataBytes = Buffer.byteLength(userData);
    if (userDataBytes > maxUserDataBytes)
      return err({
        kind: "refused",
        message: `cloud-init's data has ${String(userDataBytes)} bytes; Hetzner Cloud takes ${String(maxUserDataBytes)}`,
      });
    const { firewalls, networks, placement_group: placementGroup, ssh_keys: sshKeys, ipv4 } = settings;
    return ok({
      name: serverName(request),
      server_type: request.offer.type,
      location: request.offer.location,
      image,
      labels: labelsOf(request, request.expiresAtMs, request.offer.eurPerHour),
      user_data: userData,
      public_net: { enable_ipv4: ipv4, enable_ipv6: true },
      ...(sshKeys.length === 0 ? {} : { ssh_keys: sshKeys }),
      ...(firewalls.length === 0 ? {} : { firewalls: firewalls.map((firewall) => ({ firewall })) }),
      ...(networks.length === 0 ? {} : { networks }),
      ...(placementGroup === undefined ? {} : { placement_group: placementGroup }),
    });
  }

  #endpoint(host: string, { hostKey }: CreateRequest): Endpoint {
    const { user } = this.#config;
    return { kind: "ssh", host, port: 22, user, hostKey: hostKey.publicKey, buildkitSocket };
  }
}

/** Of its IPv6 network a server has the first address. */
function addressOf({ public_net: { ipv4, ipv6 } }: Server): string | undefined {
  return ipv4?.ip ?? ipv6?.ip.replace(/::\/\d+$/, "::1");
}
