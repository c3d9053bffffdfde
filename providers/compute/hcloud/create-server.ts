// Makes a server of a lease, or takes the one that is there: the name is the key, unique in its project, so that a request
// whose answer was lost makes no second one.

import { err, ok, type Result } from "../../../engine/core/result.ts";
import { sleep } from "../../../engine/core/sleep.ts";
import type { ComputeFailure } from "../../../engine/ports/compute.ts";
import { actionDeadlineMs, firstPollMs, maxPollMs } from "./action-poller.ts";
import { type Action, createAnswer, type Server, serverAnswer } from "./answers.ts";
import { type ApiFailure, computeFailure, retryClassOf } from "./api-failure.ts";
import { type Api, deleteServer, isNotFound, notOurs } from "./delete-server.ts";
import { findNamed } from "./find-servers.ts";
import { bearsMarks, type Marks } from "./marks.ts";
import { withPatience, withRetries } from "./retries.ts";

/** The body of POST /servers. */
export type ServerOrder = Readonly<Record<string, unknown>>;

/** In these a server is on its way to run. */
const rising: ReadonlySet<string> = new Set([
  "initializing",
  "starting",
  "rebuilding",
  "migrating",
  "unknown",
]);

/**
 * How long the answer is waited for when nobody wants the server any more: whoever hangs up while it is made would look for it
 * before it is there, and leave it behind.
 */
const answerPatienceMs = 10_000;

type Created = Promise<Result<Server, ComputeFailure>>;

/** What a POST gave. A server that was found has no actions that we know. */
interface Asked {
  readonly server: Server;
  readonly actions: readonly Action[] | undefined;
}

/** Resolves when the server was started; one that came up broken is deleted. */
export async function createServer(api: Api, marks: Marks, order: ServerOrder, signal: AbortSignal): Created {
  const asked = await ask(api, marks, order, signal);
  if (!asked.ok) return await seek(api, marks, asked.error, signal);
  const { server, actions } = asked.value;
  return actions === undefined
    ? await adopt(api, server, marks, signal)
    : await awaitActions(api, server, actions, signal);
}

/** Before it is asked again, the server may be there: what became of the request before is not known. */
function ask(
  { client }: Api,
  marks: Marks,
  order: ServerOrder,
  signal: AbortSignal,
): Promise<Result<Asked, ApiFailure>> {
  const attempt = async (retry: number): Promise<Result<Asked, ApiFailure>> => {
    const found = retry === 0 ? ok(undefined) : await findNamed(client, marks, signal);
    if (!found.ok) return found;
    if (found.value !== undefined) return ok({ server: found.value, actions: undefined });
    const made = await withPatience(
      (late) => client.send({ method: "POST", path: "/servers", body: order }, createAnswer, late),
      answerPatienceMs,
      client.waits,
      signal,
    );
    if (!made.ok) return made;
    const { server, action, next_actions: next } = made.value;
    return ok({ server, actions: [action, ...next] });
  };
  return withRetries(attempt, client.waits, signal);
}

/** Whatever went wrong, the server may be there, made by this call or one before: then it is taken. */
async function seek(api: Api, marks: Marks, failure: ApiFailure, signal: AbortSignal): Created {
  if (failure.kind === "canceled") return err({ kind: "canceled" });
  const find = () => findNamed(api.client, marks, signal);
  // What was tried often enough is not tried as often again.
  const found =
    retryClassOf(failure) === "never" ? await withRetries(find, api.client.waits, signal) : await find();
  if (found.ok && found.value !== undefined) return await adopt(api, found.value, marks, signal);
  if (!found.ok && found.error.kind === "canceled") return err({ kind: "canceled" });
  return err(computeFailure(failure));
}

async function awaitActions(
  api: Api,
  server: Server,
  actions: readonly Action[],
  signal: AbortSignal,
): Created {
  const ends = await Promise.all(actions.map((action) => api.poller.wait(action, signal)));
  for (const ended of ends) {
    if (!ended.ok) return err(computeFailure(ended.error));
    const { status, command, error } = ended.value;
    if (status === "error")
      return await discard(
        api,
        server,
        `${command}: ${error?.message ?? "no reason given"} (${error?.code ?? "no code"})`,
        signal,
      );
  }
  // As it was told with the 201, it was not yet started.
  return ok({ ...server, status: "running" });
}

/** Resolves when a server that others may have asked for runs, if it is ours. */
async function adopt(api: Api, found: Server, marks: Marks, signal: AbortSignal): Created {
  if (!bearsMarks(found, marks)) return err({ kind: "refused", message: notOurs(found) });
  const { client } = api;
  const path = `/servers/${String(found.id)}`;
  let server = found;
  let pollMs = firstPollMs;
  for (
    const dueMs = client.waits.clock.nowMs() + actionDeadlineMs;
    server.locked || rising.has(server.status);
  ) {
    if (client.waits.clock.nowMs() >= dueMs)
      return err({
        kind: "unavailable",
        message: `Hetzner Cloud: ${server.name} was still ${server.status} after ${String(actionDeadlineMs / 60_000)} minutes`,
      });
    if (!(await sleep(client.waits.clock, pollMs, signal))) return err({ kind: "canceled" });
    pollMs = Math.min(maxPollMs, pollMs * 2);
    const answer = await client.call({ method: "GET", path }, serverAnswer, signal);
    if (!answer.ok) {
      if (!isNotFound(answer.error)) return err(computeFailure(answer.error));
      return err({ kind: "broken", message: `Hetzner Cloud: ${server.name} is gone` });
    }
    server = answer.value.server;
  }
  return server.status === "running"
    ? ok(server)
    : await discard(api, server, `it is ${server.status}`, signal);
}

/** Deletes what came up broken, so that it costs no more. */
export async function discard(
  api: Api,
  server: Server,
  why: string,
  signal: AbortSignal,
): Promise<Result<never, ComputeFailure>> {
  const message = `Hetzner Cloud: ${server.name} came up broken: ${why}`;
  const gone = await deleteServer(api, server.id, signal);
  if (gone.ok) return err({ kind: "broken", message });
  if (gone.error.kind === "canceled") return err({ kind: "canceled" });
  return err({ kind: "unavailable", message: `${message}; ${gone.error.message}` });
}
