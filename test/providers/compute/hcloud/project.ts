// A project at a server that speaks Hetzner Cloud's API, and the body under test on it, whose waits take no time.

import type { Result } from "../../../../engine/core/result.ts";
import type {
  Compute,
  ComputeFailure,
  CreateRequest,
  Machine,
  MachineOffer,
} from "../../../../engine/ports/compute.ts";
import { type HcloudConfig, openHcloud } from "../../../../providers/compute/hcloud/hcloud.ts";
import { makeKeyPair } from "../../../../providers/transport/keys.ts";
import { platform } from "../../../../schemas/platform.ts";
import { HurriedClock } from "../../../fakes/hurried-clock.ts";
import { newLeaseId } from "../../../ports/compute.ts";
import { type MachinesInMemory, machinesInMemory } from "../../../rig/hcloud/machines-in-memory.ts";
import {
  type HcloudServer,
  type HcloudServerSettings,
  openHcloudServer,
} from "../../../rig/hcloud/open-hcloud-server.ts";

export const token = "S3cretToken0fTheProject";
export const arm64 = platform.parse("linux/arm64");
export const amd64 = platform.parse("linux/amd64");
export const unheard = new AbortController().signal;
export const pool = "tests";

export interface Project {
  readonly compute: Compute;
  readonly server: HcloudServer;
  readonly machines: MachinesInMemory;
  readonly clock: HurriedClock;
  /** "GET /servers?name=lamina-…" becomes "GET /servers?name"; of queries the names, each once. */
  asked(): readonly string[];
  create(request: CreateRequest): Promise<Result<Machine, ComputeFailure>>;
  list(): ReturnType<Compute["list"]>;
  close(): Promise<void>;
}

export interface ProjectSettings extends Partial<HcloudServerSettings> {
  readonly config?: HcloudConfig | undefined;
  readonly requestTimeoutMs?: number | undefined;
}

export async function openProject({
  config = { image: "debian-12" },
  requestTimeoutMs,
  ...settings
}: ProjectSettings = {}): Promise<Project> {
  const clock = new HurriedClock();
  const machines = machinesInMemory();
  const server = await openHcloudServer({ token, machines, clock, ...settings });
  const env = new Map([
    ["HCLOUD_TOKEN", token],
    ["HCLOUD_ENDPOINT", server.endpoint],
  ]);
  const opened = openHcloud(config, {
    env: (name) => env.get(name),
    clock,
    random: () => 0,
    requestTimeoutMs,
  });
  if (!opened.ok) throw new Error(opened.error.message);
  const compute = opened.value;
  return {
    compute,
    server,
    machines,
    clock,
    asked: () => server.requests.map(({ method, path }) => `${method} ${shortened(path)}`),
    create: (request) => compute.create(request, unheard),
    list: () => compute.list(pool, unheard),
    close: async () => {
      await compute.close();
      await server.close();
    },
  };
}

function shortened(path: string): string {
  const { pathname, searchParams } = new URL(path, "http://127.0.0.1");
  const names = [...new Set(searchParams.keys())].filter((name) => name !== "page" && name !== "per_page");
  return `${pathname.replace(/\d+/g, "{id}")}${names.length === 0 ? "" : `?${names.join("&")}`}`;
}

const cax21: MachineOffer = {
  type: "cax21",
  location: "fsn1",
  cpu: 4,
  memoryGb: 8,
  eurPerHour: 0.0176,
  billing: "started-hour",
};

export function newRequest(changes: Partial<CreateRequest> = {}): CreateRequest {
  return {
    leaseId: newLeaseId(),
    pool,
    offer: cax21,
    platform: arm64,
    expiresAtMs: 1_700_007_200_000,
    authorizedKey: makeKeyPair().publicKey,
    hostKey: makeKeyPair(),
    ...changes,
  };
}

/** A failure with what differs from run to run replaced. */
export function told(result: Result<unknown, ComputeFailure>): unknown {
  if (result.ok) return result;
  return JSON.parse(
    JSON.stringify(result.error)
      .replaceAll(/correlation id [0-9a-f]+/g, "correlation id C")
      .replaceAll(/lamina-[a-z0-9]{16}/g, "lamina-L")
      .replaceAll(/(server|action) \d+/g, "$1 N")
      .replaceAll(/\/servers\/\d+/g, "/servers/N"),
  );
}
