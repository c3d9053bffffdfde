// Actions of the test API: what a request started and goes on after its answer. One runs until its work is settled.
//
//   running ──▶ success
//          └──▶ error

import type { Clock } from "../../../engine/core/host.ts";

export interface ActionError {
  readonly code: string;
  readonly message: string;
}

export interface Action {
  readonly id: number;
  /** "create_server" */
  readonly command: string;
  readonly serverId: number;
  readonly status: "running" | "success" | "error";
  readonly progress: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | undefined;
  readonly error: ActionError | undefined;
}

export class Actions {
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #byId = new Map<number, Action>();

  constructor(clock: Pick<Clock, "nowMs">) {
    this.#clock = clock;
  }

  get(id: number): Action | undefined {
    return this.#byId.get(id);
  }

  ofServer(serverId: number): readonly Action[] {
    return [...this.#byId.values()].filter((action) => action.serverId === serverId);
  }

  /** Runs until `work` resolves, to undefined or to what went wrong; `work` that rejects ends it as a failure of the server. */
  start(command: string, serverId: number, work: () => Promise<ActionError | undefined>): Action {
    const action: Action = {
      id: 1_000_001 + this.#byId.size,
      command,
      serverId,
      status: "running",
      progress: 0,
      startedAtMs: this.#clock.nowMs(),
      finishedAtMs: undefined,
      error: undefined,
    };
    this.#byId.set(action.id, action);
    void this.#run(action, work);
    return action;
  }

  async #run(action: Action, work: () => Promise<ActionError | undefined>): Promise<void> {
    const error = await work().catch((cause: unknown) => ({ code: "server_error", message: String(cause) }));
    this.#byId.set(action.id, {
      ...action,
      status: error === undefined ? "success" : "error",
      progress: 100,
      finishedAtMs: this.#clock.nowMs(),
      error,
    });
  }
}
