// What a machine tells of itself through its guest agent, over the API that is authenticated: where it is reached, and the key
// that it proves itself with. Nobody hands that key over, as its cloud-init cannot be given one.

import { z } from "zod";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { ProxmoxClient } from "./client.ts";

export interface Guest {
  readonly address: string;
  /** "ssh-ed25519 AAAA…" */
  readonly hostKey: string;
}

export type GuestFailure =
  | ApiFailure
  /** It went down. */
  | { readonly kind: "stopped" }
  | { readonly kind: "late" };

const interfaces = z.looseObject({
  result: z.array(
    z.looseObject({
      name: z.string(),
      "ip-addresses": z
        .array(z.looseObject({ "ip-address": z.string(), "ip-address-type": z.string() }))
        .default([]),
    }),
  ),
});
const fileContent = z.looseObject({ content: z.string() });
const current = z.looseObject({ status: z.string(), qmpstatus: z.string().optional() });

/** Written when cloud-init has done all of this boot's work, new host keys included; gone with the next boot. */
const bootResult = "/run/cloud-init/result.json";
const hostKeyFile = "/etc/ssh/ssh_host_ed25519_key.pub";
const pollMs = 2000;

/** Waits until the guest has booted. "late" after `timeoutMs`. */
export async function readGuest(
  client: ProxmoxClient,
  { node, vmid, timeoutMs }: { readonly node: string; readonly vmid: number; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<Result<Guest, GuestFailure>> {
  const untilMs = client.clock.nowMs() + timeoutMs;
  const path = `/nodes/${node}/qemu/${vmid}`;
  for (;;) {
    const told = await ask(client, path, signal);
    if (!told.ok) return told;
    if (told.value !== undefined) return ok(told.value);
    const status = await client.call({ method: "GET", path: `${path}/status/current` }, current, signal);
    if (!status.ok) return status.error.kind === "missing" ? err({ kind: "stopped" }) : status;
    if (status.value.status !== "running") return err({ kind: "stopped" });
    if (client.clock.nowMs() >= untilMs) return err({ kind: "late" });
    if (!(await client.sleep(pollMs, signal))) return err({ kind: "canceled" });
  }
}

/** Undefined while it boots. */
async function ask(
  client: ProxmoxClient,
  path: string,
  signal: AbortSignal,
): Promise<Result<Guest | undefined, ApiFailure>> {
  const request = { method: "GET", path: `${path}/agent/network-get-interfaces` } as const;
  const listed = await client.call(request, interfaces, signal);
  if (!listed.ok) return isBooting(listed.error) ? ok(undefined) : listed;
  const address = addressOf(listed.value);
  if (address === undefined) return ok(undefined);
  const booted = await readGuestFile(client, path, bootResult, signal);
  if (!booted.ok || booted.value === undefined) return booted.ok ? ok(undefined) : booted;
  const key = await readGuestFile(client, path, hostKeyFile, signal);
  if (!key.ok) return key;
  const hostKey = /^ssh-ed25519 [A-Za-z0-9+/]+={0,3}/.exec(key.value ?? "")?.[0];
  return ok(hostKey === undefined ? undefined : { address, hostKey });
}

async function readGuestFile(
  client: ProxmoxClient,
  path: string,
  file: string,
  signal: AbortSignal,
): Promise<Result<string | undefined, ApiFailure>> {
  const request = { method: "GET", path: `${path}/agent/file-read`, parameters: { file } } as const;
  const read = await client.call(request, fileContent, signal);
  if (read.ok) return ok(read.value.content);
  return isBooting(read.error) ? ok(undefined) : read;
}

/** The agent is not there yet, or the file is not: it says so with a 500 and words of its own. */
function isBooting(failure: ApiFailure): boolean {
  return failure.kind === "no-agent" || (failure.kind === "failed" && failure.status === 500);
}

/** The first address that others can reach; one of IPv4 before one of IPv6. */
function addressOf({ result }: z.output<typeof interfaces>): string | undefined {
  const all = result
    .filter(({ name }) => name !== "lo" && !/^(docker|br-|veth|cni|buildkit)/.test(name))
    .flatMap((one) => one["ip-addresses"]);
  const usable = (type: string, local: RegExp): string | undefined =>
    all.find((one) => one["ip-address-type"] === type && !local.test(one["ip-address"]))?.["ip-address"];
  return usable("ipv4", /^(127|169\.254)\./) ?? usable("ipv6", /^(::1$|fe[89ab])/i);
}
