// Takes servers away. Only DELETE ends what a server costs: one that is off is paid for as well.

import { err, ok, type Result } from "../../../engine/core/result.ts";
import type { ComputeFailure } from "../../../engine/ports/compute.ts";
import type { ActionPoller } from "./action-poller.ts";
import { deleteAnswer, type Server } from "./answers.ts";
import { type ApiFailure, computeFailure } from "./api-failure.ts";
import type { HcloudClient } from "./client.ts";
import { findNamed, listLease } from "./find-servers.ts";
import { bearsMarks, type Marks } from "./marks.ts";
import { withRetries } from "./retries.ts";

export interface Api {
  readonly client: HcloudClient;
  readonly poller: ActionPoller;
}

/** How often a DELETE whose action fails is asked again. */
const maxDeletes = 3;

/** Resolves when nothing with the marks is left; what has the lease's name or label and not both marks is not touched. */
export async function destroyLease(
  api: Api,
  marks: Marks,
  signal: AbortSignal,
): Promise<Result<void, ComputeFailure>> {
  const found = await findLease(api.client, marks, signal);
  if (!found.ok) return err(computeFailure(found.error));
  const foreign = found.value.find((server) => !bearsMarks(server, marks));
  if (foreign !== undefined) return err({ kind: "refused", message: notOurs(foreign) });
  for (const { id } of found.value) {
    const gone = await deleteServer(api, id, signal);
    if (!gone.ok) return err(computeFailure(gone.error));
  }
  return ok(undefined);
}

async function findLease(
  client: HcloudClient,
  marks: Marks,
  signal: AbortSignal,
): Promise<Result<readonly Server[], ApiFailure>> {
  const labeled = await listLease(client, marks, signal);
  if (!labeled.ok || labeled.value.length > 0) return labeled;
  const named = await withRetries(() => findNamed(client, marks, signal), client.waits, signal);
  if (!named.ok) return named;
  return ok(named.value === undefined ? [] : [named.value]);
}

/** Resolves when the server is gone, which it may have been before. */
export async function deleteServer(
  { client, poller }: Api,
  id: number,
  signal: AbortSignal,
): Promise<Result<void, ApiFailure>> {
  const request = { method: "DELETE", path: `/servers/${String(id)}` } as const;
  let message = "";
  for (let tried = 0; tried < maxDeletes; tried += 1) {
    const answer = await client.call(request, deleteAnswer, signal);
    if (!answer.ok) return isNotFound(answer.error) ? ok(undefined) : answer;
    if (answer.value.action === undefined || answer.value.action === null) return ok(undefined);
    const ended = await poller.wait(answer.value.action, signal);
    if (!ended.ok) return ended;
    if (ended.value.status === "success") return ok(undefined);
    message = `Hetzner Cloud: server ${String(id)} could not be deleted: ${ended.value.error?.message ?? "no reason given"}`;
  }
  return err({ kind: "unanswered", message });
}

export function isNotFound(failure: ApiFailure): boolean {
  return failure.kind === "answered" && failure.status === 404;
}

export function notOurs({ id, name }: Server): string {
  return `Hetzner Cloud: server ${String(id)}, ${name}, has not the labels of this pool and lease: it is left as it is`;
}
