// What a node has.

import { z } from "zod";
import { ok, type Result } from "../../../engine/core/result.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { ProxmoxClient } from "./client.ts";

export interface NodeStatus {
  readonly cpus: number;
  readonly memoryGb: number;
  readonly freeGb: number;
}

const gibibyte = 2 ** 30;

const nodeStatus = z.looseObject({
  cpuinfo: z.looseObject({ cpus: z.number() }),
  memory: z.looseObject({ total: z.number(), free: z.number() }),
});

export async function readNode(
  client: ProxmoxClient,
  node: string,
  signal: AbortSignal,
): Promise<Result<NodeStatus, ApiFailure>> {
  const status = await client.call({ method: "GET", path: `/nodes/${node}/status` }, nodeStatus, signal);
  if (!status.ok) return status;
  const { cpuinfo, memory } = status.value;
  return ok({ cpus: cpuinfo.cpus, memoryGb: memory.total / gibibyte, freeGb: memory.free / gibibyte });
}
