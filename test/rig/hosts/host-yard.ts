// Real machines for tests, made in half a second: each has a network, processes, folders and a memory limit of its own, and
// runs sshd and buildkitd. A yard holds those of one process on a bridge. However that process ends, all of it goes with it.

import type { KeyPair } from "../../../engine/ports/compute.ts";

export interface HostYardSettings {
  /** BuildKit's programs, absolute: of `inject("rig")`, or as ensureBuildkit got them. */
  readonly buildkit: { readonly buildctl: string; readonly buildkitd: string };
  /**
   * A plain-http registry on this machine's loopback, "127.0.0.1:40123". Hosts reach it at the yard's `registry`; what
   * they pull by its own name comes from there too, what they push does not.
   */
  readonly registry?: string | undefined;
}

export interface HostYard {
  /** "10.77.7.1:41234": where hosts, and this machine, reach the registry of the settings. */
  readonly registry: string | undefined;
  /** Resolves when the host has its address; it may still be booting. Throws with the reason where there can be no host. */
  createHost(order: HostOrder): Promise<Host>;
  /** Those that were made and not destroyed, also when they are off; in order of their making. */
  listHosts(): readonly Host[];
  /** Destroys all hosts. Resolves when nothing of them and of the yard is left. Safe to call twice. */
  close(): Promise<void>;
}

export interface HostOrder {
  /** What it calls itself: `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`, as a host name; unique among the yard's. */
  readonly name: string;
  /** Of all that runs on it, daemons and page cache included; there is no swap besides. At least 128 MiB. */
  readonly memoryBytes: number;
  /** "ssh-ed25519 AAAA…", each may log in as root. Nothing else lets anybody in. */
  readonly authorizedKeys: readonly string[];
  /** What it proves itself with. */
  readonly hostKey: KeyPair;
  /** How long it has an address and refuses connections before its daemons start; 0 by default. */
  readonly bootDelayMs?: number | undefined;
}

/** off: the machine stands there without power. */
export type HostState = "booting" | "running" | "off";

export interface Host {
  readonly name: string;
  /** "10.77.7.2" */
  readonly address: string;
  readonly port: 22;
  readonly user: "root";
  /** Absolute path on the host: sshd forwards to it. */
  readonly buildkitSocket: string;
  readonly memoryBytes: number;
  /** Of the host's first process, as this machine counts: `nsenter --target PID --all` enters the host. */
  readonly pid: number;
  /** The host's memory cgroup on this machine, absolute. */
  readonly memoryCgroup: string;
  readonly state: HostState;
  /** Resolves when sshd and buildkitd answer; rejects, with the end of their logs, where they will not. */
  readonly booted: Promise<void>;
  /** Resolves when the host is off, whoever turned it off. */
  readonly off: Promise<void>;
  /**
   * As if it lost its power: the network is gone first, so nobody hears of an end, then every process is killed. What lay
   * on it is lost. Resolves when it is off.
   */
  kill(): Promise<void>;
  /** SIGKILL to buildkitd alone: steps that run go on, sshd too. Nothing starts it again. Resolves when it is gone. */
  killBuildkitd(): Promise<void>;
  /** Resolves when no process, network, cgroup or file of it is left. Safe at any time, and to call twice. */
  destroy(): Promise<void>;
}

/** Throws with the reason where this machine cannot have hosts: they need root and Linux's namespaces and cgroups. */
export async function openHostYard(settings: HostYardSettings): Promise<HostYard> {
  throw new Error(`no hosts yet with ${settings.buildkit.buildkitd}`);
}
