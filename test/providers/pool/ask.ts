// Requests to a pool in tests, as any client sends them.

import { makeKeyPair } from "../../../providers/transport/keys.ts";
import { newLeaseId } from "../../ports/compute.ts";
import { poolTokens } from "./pool-rig.ts";

export interface PoolAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Asking {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends "POST /api/v1/vm-pool" and the like; as "ci" by default. */
export async function ask(
  url: string,
  request: string,
  { token = poolTokens.ci, body, headers = {} }: Asking = {},
): Promise<PoolAnswer> {
  const [method = "GET", path = "/"] = request.split(" ");
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

export const hostKeys = makeKeyPair();

/** A body for POST /api/v1/vm-pool: a small machine for an hour. */
export function leaseBody(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    lease_id: newLeaseId(),
    pool: "shop",
    size: { cpu: 2, memory_gb: 4 },
    platform: "linux/amd64",
    authorized_key: hostKeys.publicKey,
    host_key: { private_key: hostKeys.privateKey, public_key: hostKeys.publicKey },
    ttl_seconds: 3600,
    ...changes,
  };
}
