// Client and server of a pool together are a body of Compute, over whatever provider the server has.

import { describe, expect, test } from "vitest";
import type { Compute } from "../../../engine/ports/compute.ts";
import { openVmPool } from "../../../providers/compute/vm-pool.ts";
import { platform } from "../../../schemas/platform.ts";
import { hastyClock } from "../../fakes/hasty-clock.ts";
import {
  type ArrangedFault,
  type ComputeFault,
  type ComputeRig,
  describeCompute,
} from "../../ports/compute.ts";
import { type Front, openFront, openPoolRig, type PoolRig, poolTokens } from "../pool/pool-rig.ts";

describeCompute("a pool, its client and its server", openRig);

async function openRig(): Promise<ComputeRig> {
  const pool = await openPoolRig();
  const front = await openFront(pool.url);
  return {
    compute: clientOf(front.url),
    size: { cpu: 2, memoryGb: 4 },
    platform: platform.parse("linux/amd64"),
    credential: poolTokens.ci,
    machineIds: () => Promise.resolve(pool.compute.living.map(({ machineId }) => machineId)),
    plant: ({ leaseId, pool: owner }) =>
      Promise.resolve(pool.compute.plant(owner ?? "", { leaseId }).machineId),
    arrange: (fault) => arrange(pool, front, fault),
    close: async () => {
      await front.close();
      await pool.close();
    },
  };
}

function arrange({ compute }: PoolRig, front: Front, fault: ComputeFault): ArrangedFault {
  const reached = front.reached();
  switch (fault) {
    case "lost-answer":
      front.fault = "next-post-lost";
      break;
    case "stalled":
      front.fault = "silent";
      break;
    case "refused":
      front.fault = "wrong-token";
      break;
    case "down":
      front.fault = "gateway";
      break;
    case "slow":
      compute.holdsBoots = true;
      return { reached: compute.making().then(() => undefined) };
    case "no-capacity":
      for (const { type } of compute.sale) compute.capacity.set(type, 0);
      break;
    case "limit-reached":
      compute.limit = 0;
      break;
    case "broken":
      compute.failsAlways.set("create", { kind: "broken", message: "it came up broken" });
      break;
  }
  return { reached };
}

function clientOf(url: string, token: string = poolTokens.ci): Compute {
  const env: Readonly<Record<string, string>> = { LAMINA_POOL_TOKEN: token };
  const opened = openVmPool({ settings: { url } }, { env: (name) => env[name], clock: hastyClock });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

function opened(settings: unknown, env: Readonly<Record<string, string>> = {}) {
  const result = openVmPool({ settings }, { env: (name) => env[name], clock: hastyClock });
  return result.ok ? result.value.name : result.error;
}

describe("what a pool's client needs", () => {
  test("an address and a token", () => {
    const token = { LAMINA_POOL_TOKEN: poolTokens.ci };
    expect(opened({ url: "https://pool.example" }, token)).toBe("vm_pool");
    expect(opened({}, { ...token, LAMINA_POOL_URL: "http://127.0.0.1:8077" })).toBe("vm_pool");
    expect(opened({}, token)).toEqual({
      kind: "configuration",
      message: "nothing says where the pool is",
      help: "set runners.settings.url, or LAMINA_POOL_URL",
    });
    expect(opened({ url: "https://pool.example" })).toEqual({
      kind: "environment",
      message: "LAMINA_POOL_TOKEN is not set",
      help: "the pool's operator hands tokens out",
    });
    expect(opened({ url: "https://pool.example" }, { LAMINA_POOL_TOKEN: "two words" })).toEqual({
      kind: "environment",
      message: "LAMINA_POOL_TOKEN holds no token",
      help: "the pool's operator hands tokens out",
    });
    expect(opened({ url: "https://user:password@pool.example" }, token)).toEqual({
      kind: "configuration",
      message: "runners.settings.url must be a URL without a password, such as https://pool.example:8077",
      help: "the one setting of vm_pool is `url`",
    });
    expect(opened({}, { ...token, LAMINA_POOL_URL: "pool" })).toEqual({
      kind: "environment",
      message: "LAMINA_POOL_URL holds no URL without a password",
      help: "such as https://pool.example:8077",
    });
    expect(opened({ adress: "https://pool.example" }, token)).toEqual({
      kind: "configuration",
      message: "runners.settings.adress is not a field of settings of vm_pool: fields are url",
      help: "the one setting of vm_pool is `url`",
    });
  });
});
