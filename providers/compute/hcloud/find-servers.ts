// Servers of the project, by their pool, their lease or their name.

import { z } from "zod";
import { ok, type Result } from "../../../engine/core/result.ts";
import { type Server, server } from "./answers.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { HcloudClient } from "./client.ts";
import { leaseSelector, type Marks, poolSelector, serverName } from "./marks.ts";

type Found<T> = Promise<Result<T, ApiFailure>>;

const namedServers = z.looseObject({ servers: z.array(server) });

export function listPool(client: HcloudClient, pool: string, signal: AbortSignal): Found<readonly Server[]> {
  return client.list("/servers", "servers", server, [["label_selector", poolSelector(pool)]], signal);
}

/** By the lease's label, whatever its pool. */
export function listLease(
  client: HcloudClient,
  { leaseId }: Marks,
  signal: AbortSignal,
): Found<readonly Server[]> {
  return client.list("/servers", "servers", server, [["label_selector", leaseSelector(leaseId)]], signal);
}

/** The one of the lease's name, whatever its labels. Asked once. */
export async function findNamed(
  client: HcloudClient,
  marks: Marks,
  signal: AbortSignal,
): Found<Server | undefined> {
  const query = [["name", serverName(marks)]] as const;
  const answer = await client.send({ method: "GET", path: "/servers", query }, namedServers, signal);
  return answer.ok ? ok(answer.value.servers.find(({ name }) => name === serverName(marks))) : answer;
}
