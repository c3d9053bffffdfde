// The state behind the test API: servers with the machines behind them, and SSH keys. A server's life:
//
//   initializing ──▶ running ──▶ deleting ──▶ (gone)
//        └──▶ off (its action failed) ──▲
//
// Between the drawn states an action holds the server locked: a second one is refused.

import type { Clock } from "../../../engine/core/host.ts";
import { type Action, type ActionError, Actions } from "./actions.ts";
import { ApiError, invalidInput, notFound, notUnique } from "./api-error.ts";
import type { Labels } from "./labels.ts";
import type { MachineMaker, MadeMachine } from "./machine-maker.ts";
import type { Image, Location, ServerType } from "./offering.ts";
import { fingerprintOf } from "./ssh-public-key.ts";

/** A server as tests see it. */
export interface ServerState {
  readonly id: number;
  readonly name: string;
  readonly status: "initializing" | "running" | "off" | "deleting";
  readonly type: ServerType;
  readonly location: Location;
  readonly image: Image;
  readonly labels: Labels;
  readonly ipv4: string;
  /** Whether the API tells the address. */
  readonly hasIpv4: boolean;
  readonly createdAtMs: number;
  /** An action runs. */
  readonly locked: boolean;
}

interface Server {
  state: ServerState;
  readonly machine: MadeMachine | undefined;
}

export interface SshKey {
  readonly id: number;
  readonly name: string;
  readonly publicKey: string;
  /** "b7:2f:…" */
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly createdAtMs: number;
}

export interface ServerOrder {
  readonly name: string;
  readonly type: ServerType;
  readonly location: Location;
  readonly image: Image;
  readonly labels: Labels;
  readonly userData: string;
  readonly hasIpv4: boolean;
}

/** What goes wrong with one create, by script. */
export interface CreateTrouble {
  /** The action ends so, and nothing boots. */
  readonly actionError?: ActionError;
  /** Booting takes at least so long. */
  readonly bootAfter?: Promise<unknown>;
  readonly otherHostKey?: boolean;
}

// Of a server without a machine: loopback, and nobody listens there.
const nobodysAddress = "127.255.255.254";

export class Project {
  readonly actions: Actions;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #machines: MachineMaker;
  readonly #servers = new Map<number, Server>();
  readonly #keys = new Map<number, SshKey>();
  /** Of servers that are being ordered: taken before there is a machine. */
  readonly #names = new Set<string>();
  readonly #orders = new Set<Promise<MadeMachine>>();
  #closed = false;
  #lastId = 4200;

  constructor(clock: Pick<Clock, "nowMs">, machines: MachineMaker) {
    this.#clock = clock;
    this.#machines = machines;
    this.actions = new Actions(clock);
  }

  /** In order of their ids. */
  get servers(): readonly ServerState[] {
    return [...this.#servers.values()].map(({ state }) => state);
  }

  server(id: number): ServerState {
    return this.#find(id).state;
  }

  #find(id: number): Server {
    const server = this.#servers.get(id);
    if (server === undefined) throw notFound("server", id);
    return server;
  }

  /** Resolves as soon as the machine has an address; the returned actions then run: create_server, start_server. */
  async createServer(
    order: ServerOrder,
    trouble: CreateTrouble,
  ): Promise<{ readonly server: ServerState; readonly create: Action; readonly start: Action }> {
    this.#checkName(order.name);
    this.#names.add(order.name);
    try {
      const machine = trouble.actionError === undefined ? await this.#make(order, trouble) : undefined;
      const id = ++this.#lastId;
      const { name, type, location, image, labels, hasIpv4 } = order;
      const state: ServerState = {
        id,
        name,
        status: "initializing",
        type,
        location,
        image,
        labels,
        ipv4: machine?.ipv4 ?? nobodysAddress,
        hasIpv4,
        createdAtMs: this.#clock.nowMs(),
        locked: true,
      };
      this.#servers.set(id, { state, machine });
      const booting = this.#boot(id, machine, trouble);
      const create = this.actions.start("create_server", id, () => booting);
      const start = this.actions.start("start_server", id, () => booting);
      return { server: state, create, start };
    } finally {
      this.#names.delete(order.name);
    }
  }

  async #make(order: ServerOrder, trouble: CreateTrouble): Promise<MadeMachine> {
    const ordered = this.#machines.make({
      name: order.name,
      serverType: order.type.name,
      memoryBytes: order.type.memoryGb * 2 ** 30,
      architecture: order.type.architecture,
      userData: order.userData,
      labels: order.labels,
      otherHostKey: trouble.otherHostKey === true,
    });
    this.#orders.add(ordered);
    try {
      const machine = await ordered;
      if (!this.#closed) return machine;
    } finally {
      this.#orders.delete(ordered);
    }
    throw new ApiError(503, "unavailable", "the server is closed");
  }

  async #boot(
    id: number,
    machine: MadeMachine | undefined,
    { actionError, bootAfter }: CreateTrouble,
  ): Promise<ActionError | undefined> {
    // Listened to at once: it may reject while something else is waited for.
    const running = machine?.running.then(() => undefined, failedToBoot);
    await Promise.allSettled([bootAfter]);
    const error = actionError ?? (await running);
    this.#change(id, { status: error === undefined ? "running" : "off", locked: false });
    return error;
  }

  updateServer(id: number, changes: { readonly name?: string; readonly labels?: Labels }): ServerState {
    const { state } = this.#find(id);
    if (changes.name !== undefined && changes.name !== state.name) this.#checkName(changes.name);
    this.#change(id, changes);
    return this.server(id);
  }

  /** With `fails` the server stays. */
  deleteServer(id: number, fails: ActionError | undefined): Action {
    const { state, machine } = this.#find(id);
    if (state.locked) throw new ApiError(423, "locked", "server is locked", {});
    this.#change(id, { status: "deleting", locked: true });
    return this.actions.start("delete_server", id, async () => {
      if (fails === undefined) {
        await machine?.destroy();
        this.#servers.delete(id);
      } else this.#change(id, { status: state.status, locked: false });
      return fails;
    });
  }

  #change(id: number, changes: Partial<ServerState>): void {
    const server = this.#find(id);
    server.state = { ...server.state, ...changes };
  }

  #checkName(name: string): void {
    if (this.#names.has(name) || this.servers.some((server) => server.name === name))
      throw notUnique("server", "name");
  }

  get sshKeys(): readonly SshKey[] {
    return [...this.#keys.values()];
  }

  sshKey(id: number): SshKey {
    const key = this.#keys.get(id);
    if (key === undefined) throw notFound("ssh_key", id);
    return key;
  }

  createSshKey(name: string, publicKey: string, labels: Labels): SshKey {
    const fingerprint = fingerprintOf(publicKey);
    if (fingerprint === undefined) throw invalidInput({ public_key: ["invalid public key"] });
    if (this.sshKeys.some((key) => key.name === name)) throw notUnique("SSH key", "name");
    if (this.sshKeys.some((key) => key.fingerprint === fingerprint))
      throw notUnique("SSH key", "fingerprint");
    const key = {
      id: ++this.#lastId,
      name,
      publicKey,
      fingerprint,
      labels,
      createdAtMs: this.#clock.nowMs(),
    };
    this.#keys.set(key.id, key);
    return key;
  }

  updateSshKey(id: number, changes: { readonly name?: string; readonly labels?: Labels }): SshKey {
    const key = this.sshKey(id);
    if (this.sshKeys.some((other) => other !== key && other.name === changes.name))
      throw notUnique("SSH key", "name");
    const changed = { ...key, ...changes };
    this.#keys.set(id, changed);
    return changed;
  }

  deleteSshKey(id: number): void {
    this.#keys.delete(this.sshKey(id).id);
  }

  /** Takes away the machines that are left, also those that boot or are only ordered yet. */
  async close(): Promise<void> {
    this.#closed = true;
    const ordered = (await Promise.allSettled(this.#orders)).flatMap((made) =>
      made.status === "fulfilled" ? [made.value] : [],
    );
    const machines = new Set([...this.#servers.values()].flatMap(({ machine }) => machine ?? []));
    await Promise.all([...machines.union(new Set(ordered))].map((machine) => machine.destroy()));
    this.#servers.clear();
  }
}

function failedToBoot(cause: unknown): ActionError {
  return { code: "action_failed", message: cause instanceof Error ? cause.message : String(cause) };
}
