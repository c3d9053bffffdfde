// Waits for actions: what a request started and goes on after its answer. All that are waited for are asked for together,
// 25 in a request, every half second at first and then ever more seldom.

import type { Clock } from "../../../engine/core/host.ts";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import { sleep } from "../../../engine/core/sleep.ts";
import { type Action, actionsAnswer } from "./answers.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { HcloudClient } from "./client.ts";

export const firstPollMs = 500;
export const maxPollMs = 5000;
/** Longer than any create or delete was seen to take. */
export const actionDeadlineMs = 10 * 60_000;
const maxIdsInRequest = 25;

type Ended = Result<Action, ApiFailure>;

interface Waiting {
  readonly dueMs: number;
  /** One for each who waits. */
  readonly settlers: Set<(ended: Ended) => void>;
}

export class ActionPoller {
  readonly #client: HcloudClient;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #polling = new AbortController();
  #isPolling = false;
  #intervalMs = firstPollMs;

  constructor(client: HcloudClient) {
    this.#client = client;
    this.#clock = client.waits.clock;
  }

  /** Resolves to the action as it ended, in success or error. */
  wait(action: Action, signal: AbortSignal): Promise<Ended> {
    if (signal.aborted) return Promise.resolve(err({ kind: "canceled" }));
    if (action.status !== "running") return Promise.resolve(ok(action));
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(action.id) ?? {
        dueMs: this.#clock.nowMs() + actionDeadlineMs,
        settlers: new Set(),
      };
      const settle = (ended: Ended): void => {
        signal.removeEventListener("abort", onAbort);
        resolve(ended);
      };
      const onAbort = (): void => {
        waiting.settlers.delete(settle);
        if (waiting.settlers.size === 0) this.#forget(action.id);
        settle(err({ kind: "canceled" }));
      };
      signal.addEventListener("abort", onAbort, { once: true });
      waiting.settlers.add(settle);
      this.#waiting.set(action.id, waiting);
      this.#intervalMs = firstPollMs;
      if (!this.#isPolling) void this.#poll();
    });
  }

  /** Whoever waits is told that it was canceled. Safe to call twice. */
  close(): void {
    for (const id of this.#waiting.keys()) this.#settle(id, err({ kind: "canceled" }));
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    this.#polling = new AbortController();
    const { signal } = this.#polling;
    while (await sleep(this.#clock, this.#intervalMs, signal)) {
      this.#intervalMs = Math.min(maxPollMs, this.#intervalMs * 2);
      const ids = [...this.#waiting.keys()];
      for (let from = 0; from < ids.length; from += maxIdsInRequest)
        await this.#ask(ids.slice(from, from + maxIdsInRequest), signal);
    }
  }

  async #ask(ids: readonly number[], signal: AbortSignal): Promise<void> {
    const query = ids.map((id) => ["id", String(id)] as const);
    const answer = await this.#client.call({ method: "GET", path: "/actions", query }, actionsAnswer, signal);
    const nowMs = this.#clock.nowMs();
    for (const id of ids) {
      if (!answer.ok) {
        this.#settle(id, answer);
        continue;
      }
      const action = answer.value.actions.find((one) => one.id === id);
      if (action !== undefined && action.status !== "running") this.#settle(id, ok(action));
      else if (nowMs >= (this.#waiting.get(id)?.dueMs ?? Number.POSITIVE_INFINITY))
        this.#settle(id, err({ kind: "unanswered", message: unended(id) }));
    }
  }

  #settle(id: number, ended: Ended): void {
    const waiting = this.#waiting.get(id);
    this.#forget(id);
    for (const settle of waiting?.settlers ?? []) settle(ended);
  }

  #forget(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size > 0) return;
    this.#isPolling = false;
    this.#polling.abort();
  }
}

function unended(id: number): string {
  return `Hetzner Cloud: action ${String(id)} did not end within ${String(actionDeadlineMs / 60_000)} minutes`;
}
