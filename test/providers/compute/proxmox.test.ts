// Proxmox VE as a body of Compute, and what of it is its own: locks, numbers, whom it trusts.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Compute, CreateRequest } from "../../../engine/ports/compute.ts";
import { openProxmox, type ProxmoxRefusal } from "../../../providers/compute/proxmox/proxmox.ts";
import { makeKeyPair } from "../../../providers/transport/keys.ts";
import { platform } from "../../../schemas/platform.ts";
import { hastyClock } from "../../fakes/hasty-clock.ts";
import {
  type ArrangedFault,
  type ComputeFault,
  type ComputeRig,
  describeCompute,
  newLeaseId,
} from "../../ports/compute.ts";
import { makeCertificate } from "../../rig/proxmox/certificate.ts";
import { hostKeyOf, templateId } from "../../rig/proxmox/node.ts";
import { openProxmoxServer, type ProxmoxServer } from "../../rig/proxmox/server.ts";

const amd64 = platform.parse("linux/amd64");
const unheard = new AbortController().signal;

describeCompute("Proxmox VE", () => openRig(false));
describeCompute("Proxmox VE, with a token of one resource pool", () => openRig(true));

async function openRig(isConfined: boolean): Promise<ComputeRig> {
  const server = await openProxmoxServer();
  server.isConfined = isConfined;
  return {
    compute: opened(server),
    size: { cpu: 4, memoryGb: 8 },
    platform: amd64,
    credential: "01234567-89ab-cdef-0123-456789abcdef",
    machineIds: () => Promise.resolve(machinesOf(server)),
    plant: ({ leaseId, pool }) => {
      const tags = `lamina-pool-${pool};lamina-lease-${leaseId};lamina-created-1;lamina-expires-2`;
      server.node.put(9001, "qemu", {
        name: `lamina-${leaseId}`,
        ...(pool === undefined ? {} : { tags }),
      });
      return Promise.resolve("qemu/9001");
    },
    arrange: (fault) => arrange(server, fault),
    close: () => server.close(),
  };
}

function machinesOf({ node }: ProxmoxServer): readonly string[] {
  return Array.from(node.machines.values())
    .filter(({ type, isTemplate }) => type === "qemu" && !isTemplate)
    .map(({ vmid }) => `qemu/${vmid}`);
}

function arrange(server: ProxmoxServer, fault: ComputeFault): ArrangedFault {
  const reached = server.reached();
  const { node } = server;
  switch (fault) {
    case "lost-answer":
      server.fault = "next-clone-lost";
      break;
    case "stalled":
      server.fault = "silent";
      break;
    case "slow":
      node.guestsAnswer = false;
      return { reached: until(() => machinesOf(server).length > 0) };
    case "no-capacity":
      node.freeGb = 1;
      break;
    case "limit-reached":
      for (let vmid = 9000; vmid < 9020; vmid += 1) node.put(vmid, "lxc", { name: "other" });
      break;
    case "refused":
      server.fault = "token-revoked";
      break;
    case "down":
      server.fault = "unreachable-node";
      break;
    case "broken":
      node.machinesDie = true;
      break;
  }
  return { reached };
}

/** Looks again with every turn of the event loop. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds())
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
}

const settings = { node: "pve", template: templateId, vmid_from: 9000, vmid_to: 9019 };

function open(
  given: unknown,
  env: Readonly<Record<string, string>>,
  random: () => number = Math.random,
): { readonly compute: Compute } | ProxmoxRefusal {
  const world = { env: (name: string) => env[name], clock: hastyClock, random };
  const result = openProxmox({ settings: given }, world);
  return result.ok ? { compute: result.value } : result.error;
}

function opened(
  server: ProxmoxServer,
  more: Readonly<Record<string, unknown>> = {},
  random: () => number = Math.random,
): Compute {
  const env = { PROXMOX_VE_ENDPOINT: `${server.url}/`, PROXMOX_VE_API_TOKEN: server.token };
  const { fingerprint } = server.tls;
  const result = open({ ...settings, ...("authority" in more ? {} : { fingerprint }), ...more }, env, random);
  if (!("compute" in result)) throw new Error(result.message);
  return result.compute;
}

describe("what the directives name and the node has not", () => {
  let server: ProxmoxServer;
  beforeEach(async () => {
    server = await openProxmoxServer();
  });
  afterEach(() => server.close());

  test.each([
    [{ node: "pve1" }, ["settings", "node"], "names no node: pve1", 'did you mean "pve"?'],
    [
      { template: 101 },
      ["settings", "template"],
      "names no machine that the token may see: 101",
      "templates are 100 (template)",
    ],
    [
      { template: 9000 },
      ["settings", "template"],
      "names a machine that is no template: 9000",
      "templates are 100 (template)",
    ],
    [
      { storage: "local-zsf" },
      ["settings", "storage"],
      "names no storage of the node that the token may use: local-zsf",
      'did you mean "local-zfs"?',
    ],
    [
      { bridge: "inner" },
      ["settings", "bridge"],
      "names no bridge of the node that the token may use: inner",
      "there are vmbr0",
    ],
  ])("%j", async (given, path, message, help) => {
    server.node.put(9000, "qemu", { name: "another" });
    expect(await opened(server, given).survey(unheard)).toEqual({
      ok: false,
      error: { kind: "misconfigured", faults: [{ path, message, help }] },
    });
  });

  test("what the token may not see is not held against them", async () => {
    server.hidden = /\/(storage|network)$/;
    const surveyed = await opened(server, { storage: "elsewhere", bridge: "inner" }).survey(unheard);
    expect(surveyed).toMatchObject({
      ok: true,
      value: { kinds: [{ sizing: "up-to", cpu: 16, memoryGb: 64, location: "pve", billing: "free" }] },
    });
  });
});

describe("on a node of Proxmox VE", () => {
  let server: ProxmoxServer;
  let compute: Compute;
  beforeEach(async () => {
    server = await openProxmoxServer();
    compute = opened(server, { bridge: "vmbr1", storage: "local-lvm" });
  });
  afterEach(async () => {
    await compute.close();
    await server.close();
  });

  const newRequest = async (): Promise<CreateRequest> => {
    const offers = await compute.offers({ cpu: 4, memoryGb: 8 }, amd64, unheard);
    const [offer] = offers.ok ? offers.value : [];
    if (offer === undefined) throw new Error("no offer");
    return {
      leaseId: newLeaseId(),
      pool: "shop",
      offer,
      platform: amd64,
      expiresAtMs: 2_000_000_000_000,
      authorizedKey: makeKeyPair().publicKey,
      hostKey: makeKeyPair(),
    };
  };

  test("a machine has the size, the marks, our key and no more, and is reached by what its guest tells", async () => {
    const request = await newRequest();
    const created = await compute.create(request, unheard);
    if (!created.ok) throw new Error(JSON.stringify(created.error));
    const vmid = Number(created.value.machineId.replace("qemu/", ""));
    expect(created.value).toMatchObject({
      type: "4x8",
      location: "pve",
      state: "running",
      endpoint: {
        kind: "ssh",
        host: `10.77.1.${vmid % 256}`,
        port: 22,
        user: "root",
        hostKey: hostKeyOf(vmid),
        buildkitSocket: "/run/buildkit/buildkitd.sock",
      },
    });
    const config = Object.fromEntries(server.node.machine(vmid).config);
    expect(config).toMatchObject({
      name: `lamina-${request.leaseId}`,
      cores: "4",
      memory: "8192",
      net0: "virtio,bridge=vmbr1",
      sshkeys: encodeURIComponent(`${request.authorizedKey}\n`),
    });
    expect(config["tags"]?.split(";")).toEqual([
      "lamina-pool-shop",
      `lamina-lease-${request.leaseId}`,
      `lamina-created-${created.value.createdAtMs / 1000}`,
      "lamina-expires-2000000000",
    ]);
    expect(JSON.stringify(config)).not.toContain("PRIVATE KEY");
  });

  test("clones come one after the other, so that none is locked out by another of ours", async () => {
    const requests = await Promise.all([1, 2, 3, 4].map(newRequest));
    const made = await Promise.all(requests.map((request) => compute.create(request, unheard)));
    expect(made.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    expect(server.node.lockouts).toBe(0);
  });

  test.each(["request", "task"] as const)("waits for the locks of others, told by the %s", async (place) => {
    server.node.foreignLocks = [place, place, place];
    const created = await compute.create(await newRequest(), unheard);
    expect(created.ok).toBe(true);
    expect(machinesOf(server)).toHaveLength(1);
    expect(server.requests.filter((request) => request.endsWith("/clone"))).toHaveLength(4);
  });

  test("a number that somebody takes at the same moment is left to them", async () => {
    const lowest = opened(server, {}, () => 0);
    server.node.stolenNumbers = 2;
    expect(await lowest.create(await newRequest(), unheard)).toMatchObject({
      ok: true,
      value: { machineId: "qemu/9002" },
    });
    expect(machinesOf(server)).toEqual(["qemu/9000", "qemu/9001", "qemu/9002"]);
    expect(server.node.machine(9000).config.get("name")).toBe("another");
    await lowest.close();
  });

  test("an offer is for the node's own platform", async () => {
    const arm64 = platform.parse("linux/arm64");
    expect(await compute.offers({ cpu: 1, memoryGb: 1 }, arm64, unheard)).toEqual({ ok: true, value: [] });
  });

  test("what a crash left half made is finished, and listed before that", async () => {
    const request = await newRequest();
    const canceller = new AbortController();
    server.node.guestsAnswer = false;
    const creating = compute.create(request, canceller.signal);
    await until(() => server.requests.some((one) => one.endsWith("/agent/network-get-interfaces")));
    canceller.abort();
    expect(await creating).toEqual({ ok: false, error: { kind: "canceled" } });
    server.node.guestsAnswer = true;
    const next = opened(server);
    expect(await next.list("shop", unheard)).toMatchObject({ value: [{ leaseId: request.leaseId }] });
    expect(await next.create(request, unheard)).toMatchObject({ ok: true });
    expect(machinesOf(server)).toHaveLength(1);
    await next.close();
  });
});

async function poolOf(compute: Compute) {
  const listed = await compute.list("shop", unheard);
  await compute.close();
  return listed.ok ? listed.value : listed.error;
}

describe("whom it trusts", () => {
  let server: ProxmoxServer;
  beforeEach(async () => {
    server = await openProxmoxServer();
  });
  afterEach(() => server.close());

  test("the certificate of the fingerprint", async () => {
    expect(await poolOf(opened(server))).toEqual([]);
  });

  test("the authority of the certificate", async () => {
    expect(await poolOf(opened(server, { authority: server.tls.certificate }))).toEqual([]);
  });

  test("nobody else: nothing is sent to them", async () => {
    const strange = Array.from({ length: 32 }, () => "AB").join(":");
    const seen = server.tls.fingerprint.replaceAll(":", "").toLowerCase();
    const help =
      "runners.settings.fingerprint or .authority says whom to trust; Proxmox VE shows both under Certificates";
    expect(await poolOf(opened(server, { fingerprint: strange }))).toEqual({
      kind: "refused",
      message: `Proxmox VE, GET /cluster/resources: the server shows another certificate, of the fingerprint ${seen}`,
      help,
    });
    expect(await poolOf(opened(server, { fingerprint: undefined }))).toEqual({
      kind: "refused",
      message: "Proxmox VE, GET /cluster/resources: self-signed certificate",
      help,
    });
    expect(await poolOf(opened(server, { authority: makeCertificate().certificate }))).toMatchObject({
      kind: "refused",
      help,
    });
    expect(server.talked()).toBe(0);
  });
});

describe("what it needs", () => {
  const token = "lamina@pve!test=01234567-89ab-cdef-0123-456789abcdef";
  const url = "https://pve.example:8006";

  test.each<readonly [given: unknown, env: Readonly<Record<string, string>>, ProxmoxRefusal]>([
    [
      {},
      {},
      {
        kind: "configuration",
        message:
          "runners.settings.node is missing: it must be the name of a node; runners.settings.template must be a number of a machine, such as 9000",
        help: "settings of proxmox are documented in docs/pool.md",
      },
    ],
    [
      settings,
      { PROXMOX_VE_API_TOKEN: token },
      {
        kind: "configuration",
        message: "nothing says where Proxmox VE is",
        help: "set runners.settings.url, or PROXMOX_VE_ENDPOINT",
      },
    ],
    [
      settings,
      { PROXMOX_VE_API_TOKEN: token, PROXMOX_VE_ENDPOINT: "http://pve.example" },
      {
        kind: "environment",
        message: "PROXMOX_VE_ENDPOINT holds no https URL without a password",
        help: "such as https://pve.example:8006",
      },
    ],
    [
      { ...settings, url },
      {},
      {
        kind: "environment",
        message: "PROXMOX_VE_API_TOKEN is not set",
        help: "it is user@realm!id=secret, as `pveum user token add` tells",
      },
    ],
    [
      { ...settings, url },
      { PROXMOX_VE_API_TOKEN: "01234567" },
      {
        kind: "environment",
        message: "PROXMOX_VE_API_TOKEN holds no token of Proxmox VE",
        help: "it is user@realm!id=secret, as `pveum user token add` tells",
      },
    ],
    [
      { ...settings, url, vmid_from: 9100, vmid_to: 9000 },
      { PROXMOX_VE_API_TOKEN: token },
      {
        kind: "configuration",
        message: "runners.settings.vmid_to must not be below `vmid_from`",
        help: "settings of proxmox are documented in docs/pool.md",
      },
    ],
  ])("%j %j", (given, env, refusal) => {
    expect(open(given, env)).toEqual(refusal);
  });
});
