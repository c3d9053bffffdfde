// Real machines for tests, made in half a second: each has a network, processes, folders and a memory limit of its own, and
// runs sshd and buildkitd. A yard holds those of one process on a bridge. However that process ends, all of it goes with it.

import { access } from "node:fs/promises";
import { findProgram } from "../../../scripts/tools/debian-packages.ts";
import { openDelayProxy } from "./delay-proxy.ts";
import { type Host, type HostOrder, type HostPlace, startHost } from "./host.ts";
import { openYardGround } from "./yard-ground.ts";

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
  /** "10.77.7.1": this machine, as hosts and what runs on them reach it. */
  readonly gateway: string;
  /** "10.77.7.1:41234": where hosts, and this machine, reach the registry of the settings. */
  readonly registry: string | undefined;
  /** Resolves when the host has its address; it may still be booting. Throws with the reason where there can be no host. */
  createHost(order: HostOrder): Promise<Host>;
  /** Those that were made and not destroyed, also when they are off; in order of their making. */
  listHosts(): readonly Host[];
  /** Destroys all hosts. Resolves when nothing of them and of the yard is left. Safe to call twice. */
  close(): Promise<void>;
}

/** Throws with the reason where this machine cannot have hosts: they need root and Linux's namespaces and cgroups. */
export async function openHostYard(settings: HostYardSettings): Promise<HostYard> {
  if (process.getuid?.() !== 0)
    throw new Error("hosts for tests are made of namespaces, bridges and cgroups: run the tests as root");
  const sshd = await findPrograms();
  const memoryCgroups = await findMemoryCgroups();
  const ground = await openYardGround();
  const registry =
    settings.registry === undefined ? undefined : await exposeRegistry(settings.registry, ground.gateway);
  const place: Omit<HostPlace, "hostNumber"> = {
    yardDirectory: ground.directory,
    bridge: ground.bridge,
    gateway: ground.gateway,
    buildkitd: settings.buildkit.buildkitd,
    sshd,
    memoryCgroups,
    registryConfig: registry?.config ?? "",
  };
  /** By the last number of their addresses, from when they are ordered. */
  const lots = new Map<number, Lot>();
  let lastNumber = 1;
  let closed: Promise<void> | undefined;
  const takeNumber = (): number => {
    // Onwards, so that an address does not soon stand for another host.
    for (let tries = 0; tries < 253; tries += 1) {
      lastNumber = lastNumber === 254 ? 2 : lastNumber + 1;
      if (!lots.has(lastNumber)) return lastNumber;
    }
    throw new Error("a yard has room for 253 hosts");
  };
  const close = async (): Promise<void> => {
    const hosts = await Promise.allSettled(Array.from(lots.values(), ({ started }) => started));
    await Promise.all(
      hosts.map(async (one) => (one.status === "fulfilled" ? await one.value.destroy() : undefined)),
    );
    await registry?.close();
    await ground.close();
  };
  return {
    gateway: ground.gateway,
    registry: registry?.address,
    async createHost(order) {
      if (closed !== undefined) throw new Error("the yard is closed");
      checkOrder(order);
      if (lots.values().some(({ name }) => name === order.name))
        throw new Error(`the yard has a host called ${order.name}`);
      const hostNumber = takeNumber();
      const started = startHost(order, { ...place, hostNumber }, () => {
        lots.delete(hostNumber);
      });
      const lot: Lot = { name: order.name, started, host: undefined };
      lots.set(hostNumber, lot);
      try {
        lot.host = await started;
        return lot.host;
      } catch (error) {
        lots.delete(hostNumber);
        throw error;
      }
    },
    listHosts: () => Array.from(lots.values(), ({ host }) => host).filter((host) => host !== undefined),
    async close() {
      closed ??= close();
      await closed;
    },
  };
}

interface Lot {
  readonly name: string;
  readonly started: Promise<Host>;
  host: Host | undefined;
}

function checkOrder({ name, memoryBytes }: HostOrder): void {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) throw new Error(`${name} is no name for a host`);
  if (!(memoryBytes >= 128 * 1024 * 1024))
    throw new Error(`sshd and buildkitd do not run in ${String(memoryBytes)} bytes`);
}

/** sshd's path: it insists on being called by a whole one. */
async function findPrograms(): Promise<string> {
  for (const name of ["ip", "unshare", "nsenter", "flock", "rsync", "runc"]) {
    if ((await findProgram(name)) === undefined) throw new Error(`hosts need ${name}: npm test installs it`);
  }
  const sshd = await findProgram("sshd");
  if (sshd === undefined) throw new Error("hosts need sshd: npm test installs it");
  return sshd;
}

/** Version 1 has a hierarchy for memory alone, version 2 one for all. */
async function findMemoryCgroups(): Promise<string> {
  return await access("/sys/fs/cgroup/memory").then(
    () => "/sys/fs/cgroup/memory",
    () => "/sys/fs/cgroup",
  );
}

/** Makes a registry of this machine's loopback reachable at the gateway, and tells hosts to pull from there. */
async function exposeRegistry(registry: string, gateway: string) {
  const { hostname, port } = new URL(`http://${registry}`);
  const proxy = await openDelayProxy({
    to: { host: hostname, port: Number(port) },
    delayMs: 0,
    listenAt: gateway,
  });
  const address = `${gateway}:${String(proxy.port)}`;
  const config = `[registry."${registry}"]
mirrors = ["${address}"]
[registry."${address}"]
http = true
`;
  return { address, config, close: async () => await proxy.close() };
}
