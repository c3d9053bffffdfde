// The state of a project in the API's own words: objects as the OpenAPI document has them.

import type { Action } from "./actions.ts";
import {
  datacenterNameOf,
  type Image,
  ipv4Price,
  type Location,
  locations,
  type ServerType,
} from "./offering.ts";
import type { ServerState, SshKey } from "./project.ts";

const vatPercent = 19;
const tebibyte = 2 ** 40;

export type ApiObject = Readonly<Record<string, unknown>>;

export class Presenter {
  readonly #serverTypes: readonly ServerType[];
  readonly #soldOut: readonly string[];
  readonly #datacenters: boolean;

  constructor(serverTypes: readonly ServerType[], soldOut: readonly string[], datacenters: boolean) {
    this.#serverTypes = serverTypes;
    this.#soldOut = soldOut;
    this.#datacenters = datacenters;
  }

  server(server: ServerState): ApiObject {
    const { id, name, status, labels, locked, location } = server;
    return {
      id,
      name,
      status,
      labels,
      locked,
      created: timestamp(server.createdAtMs),
      location,
      ...(this.#datacenters ? { datacenter: this.datacenter(location) } : {}),
      server_type: this.serverType(server.type),
      image: describeImage(server.image),
      public_net: {
        ipv4: server.hasIpv4
          ? {
              id: id + 1_000_000,
              ip: server.ipv4,
              blocked: false,
              dns_ptr: `static.${server.ipv4}.clients.example`,
            }
          : null,
        ipv6: { id: id + 2_000_000, ip: "2001:db8::/64", blocked: false, dns_ptr: [] },
        floating_ips: [],
        firewalls: [],
      },
      private_net: [],
      protection: { delete: false, rebuild: false },
      primary_disk_size: server.type.diskGb,
      backup_window: null,
      iso: null,
      rescue_enabled: false,
      included_traffic: 20 * tebibyte,
      ingoing_traffic: 0,
      outgoing_traffic: 0,
      load_balancers: [],
      volumes: [],
      placement_group: null,
    };
  }

  serverType(type: ServerType): ApiObject {
    return {
      id: type.id,
      name: type.name,
      description: type.name.toUpperCase(),
      category: "cost_optimized",
      architecture: type.architecture,
      cores: type.cores,
      cpu_type: "shared",
      memory: type.memoryGb,
      disk: type.diskGb,
      storage_type: "local",
      deprecated: false,
      deprecation: null,
      locations: placesOf(type).map(({ id, name }) => ({
        id,
        name,
        deprecation: null,
        available: !this.#soldOut.includes(`${type.name}:${name}`),
        recommended: true,
      })),
      prices: pricesOf(type),
    };
  }

  datacenter(location: Location): ApiObject {
    const sold = this.#serverTypes.filter((type) => type.soldAt.includes(location.name));
    const available = sold.filter(({ name }) => !this.#soldOut.includes(`${name}:${location.name}`));
    return {
      id: location.id,
      name: datacenterNameOf(location),
      description: location.description,
      location,
      server_types: {
        supported: sold.map(({ id }) => id),
        available: available.map(({ id }) => id),
        available_for_migration: available.map(({ id }) => id),
      },
    };
  }

  pricing(): ApiObject {
    const free = price("0");
    return {
      currency: "EUR",
      vat_rate: `${String(vatPercent)}.00`,
      server_types: this.#serverTypes.map((type) => ({
        id: type.id,
        name: type.name,
        prices: pricesOf(type),
      })),
      primary_ips: [
        { type: "ipv4", prices: locations.map(({ name }) => timePrice(name, ipv4Price)) },
        {
          type: "ipv6",
          prices: locations.map(({ name }) => timePrice(name, { eurPerHour: "0", eurPerMonth: "0" })),
        },
      ],
      image: { price_per_gb_month: price("0.0110") },
      volume: { price_per_gb_month: price("0.0440") },
      server_backup: { percentage: "20.00" },
      floating_ip: { price_monthly: free },
      floating_ips: [],
      load_balancer_types: [],
    };
  }
}

function placesOf(type: ServerType): readonly Location[] {
  return locations.filter(({ name }) => type.soldAt.includes(name));
}

function pricesOf(type: ServerType): readonly ApiObject[] {
  const traffic = { included_traffic: 20 * tebibyte, price_per_tb_traffic: price("1.0000") };
  return placesOf(type).map(({ name }) => Object.assign(timePrice(name, type), traffic));
}

function timePrice(
  location: string,
  { eurPerHour, eurPerMonth }: { readonly eurPerHour: string; readonly eurPerMonth: string },
): ApiObject {
  return { location, price_hourly: price(eurPerHour), price_monthly: price(eurPerMonth) };
}

/** Decimal strings, of as many places as the API gives; all after the tenth are zero. */
function price(net: string): { readonly net: string; readonly gross: string } {
  const amount = Number(net);
  return { net: amount.toFixed(10), gross: `${(amount * (1 + vatPercent / 100)).toFixed(10)}000000` };
}

export function describeImage(image: Image): ApiObject {
  const { id, name, description, architecture, osFlavor, osVersion } = image;
  return {
    id,
    name,
    description,
    architecture,
    os_flavor: osFlavor,
    os_version: osVersion,
    type: name === null ? "snapshot" : "system",
    status: "available",
    created: "2024-04-25T13:14:00+00:00",
    created_from: null,
    bound_to: null,
    deleted: null,
    deprecated: null,
    disk_size: 5,
    image_size: null,
    labels: {},
    protection: { delete: false },
    rapid_deploy: true,
  };
}

export function describeAction(action: Action): ApiObject {
  const { id, command, status, progress, error } = action;
  return {
    id,
    command,
    status,
    progress,
    started: timestamp(action.startedAtMs),
    finished: action.finishedAtMs === undefined ? null : timestamp(action.finishedAtMs),
    error: error ?? null,
    resources: [{ id: action.serverId, type: "server" }],
  };
}

export function describeSshKey(key: SshKey): ApiObject {
  const { id, name, fingerprint, labels, publicKey, createdAtMs } = key;
  return { id, name, fingerprint, labels, public_key: publicKey, created: timestamp(createdAtMs) };
}

/** Without fractions, as the API writes them. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "+00:00");
}
