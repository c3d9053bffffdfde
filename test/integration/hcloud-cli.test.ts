// Hetzner's own command, run against the test API: what serves it serves any client.

import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { findProgram } from "../../scripts/tools/debian-packages.ts";
import { type MachinesInMemory, machinesInMemory } from "../rig/hcloud/machines-in-memory.ts";
import { type HcloudServer, openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";

const command = (await findProgram("hcloud")) ?? "hcloud";
const token = "t".repeat(64);

let api: HcloudServer;
let machines: MachinesInMemory;

beforeAll(async () => {
  machines = machinesInMemory();
  api = await openHcloudServer({ token, machines });
});

afterAll(() => api.close());

async function hcloud(...args: readonly string[]) {
  const env = { HCLOUD_TOKEN: token, HCLOUD_ENDPOINT: api.endpoint, HOME: "/nonexistent" };
  const { exitCode, stdout, stderr } = await execa(command, args, { env, extendEnv: false, reject: false });
  return { exitCode, stdout, stderr };
}

const serverList = z.array(
  z.looseObject({ name: z.string(), status: z.string(), labels: z.record(z.string(), z.string()) }),
);

async function listServers(...args: readonly string[]) {
  const { stdout } = await hcloud("server", "list", "--output", "json", ...args);
  return serverList
    .parse(JSON.parse(stdout) ?? [])
    .map(({ name, status, labels }) => ({ name, status, labels }));
}

describe("the official command", () => {
  test("creates, lists by label, describes and deletes", async () => {
    const create = ["server", "create", "--image", "ubuntu-24.04", "--location", "nbg1"];
    const labels = ["--label", "lamina-pool=a", "--label", "lamina-lease=one"];
    const made = await hcloud(...create, "--name", "lamina-one", "--type", "cx23", ...labels);
    expect(made.exitCode).toBe(0);
    expect(made.stdout).toMatch(/^Server \d+ created\nIPv4: 127\.0\.0\.1\n/m);
    const elsewhere = ["--label", "lamina-pool=b"];
    const other = await hcloud(...create, "--name", "lamina-two", "--type", "cx33", ...elsewhere);
    expect(other.exitCode).toBe(0);
    expect(
      machines.orders.map(({ name, serverType, memoryBytes }) => [name, serverType, memoryBytes]),
    ).toEqual([
      ["lamina-one", "cx23", 4 * 2 ** 30],
      ["lamina-two", "cx33", 8 * 2 ** 30],
    ]);

    const one = {
      name: "lamina-one",
      status: "running",
      labels: { "lamina-pool": "a", "lamina-lease": "one" },
    };
    const two = { name: "lamina-two", status: "running", labels: { "lamina-pool": "b" } };
    expect(await listServers()).toEqual([one, two]);
    expect(await listServers("--selector", "lamina-pool=a")).toEqual([one]);
    expect(await listServers("--selector", "lamina-pool in (a,b),!lamina-lease")).toEqual([two]);
    expect(await listServers("--selector", "lamina-pool notin (a,b)")).toEqual([]);

    const described = await hcloud("server", "describe", "lamina-one");
    expect(described.exitCode).toBe(0);
    for (const part of [
      /^Name:\s+lamina-one$/m,
      /^Server Type:\s+cx23 /m,
      /^Datacenter:\n.*\n\s+Name:\s+nbg1-dc3$/m,
      /^ {2}lamina-pool: a$/m,
    ])
      expect(described.stdout).toMatch(part);

    expect(await hcloud("server", "delete", "lamina-one")).toEqual({
      exitCode: 0,
      stdout: "Server lamina-one deleted",
      stderr: "",
    });
    expect(await listServers()).toEqual([two]);
    expect([...machines.running]).toEqual(["lamina-two"]);
    expect((await hcloud("server", "delete", "lamina-two")).exitCode).toBe(0);
    expect(api.servers()).toEqual([]);
  });

  test("says what was refused, with the API's code", async () => {
    const create = (name: string, type: string, ...more: readonly string[]) =>
      hcloud("server", "create", "--image", "ubuntu-24.04", "--name", name, "--type", type, ...more);
    expect((await create("twice", "cx23")).exitCode).toBe(0);
    const refusals = [
      await create("twice", "cx23"),
      await create("not_a_host", "cx23"),
      await create("nowhere", "cx53", "--location", "fsn1"),
      await create("labelled", "cx23", "--label", "lamina-expires=2026-11-22T20:00:00Z"),
      await hcloud("server", "delete", "nobody"),
    ];
    expect(refusals.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
      [1, "hcloud: server name is already used (uniqueness_error)"],
      [1, "hcloud: invalid input in field 'name' (invalid_input)"],
      [1, "hcloud: invalid input in field 'location' (invalid_input)"],
      [1, "hcloud: invalid input in field 'labels' (invalid_input)"],
      [1, "hcloud: Server not found: nobody"],
    ]);
  });

  test("tells a create whose action failed, and a place without capacity", async () => {
    const create = ["server", "create", "--image", "ubuntu-24.04", "--name", "unlucky", "--type", "cx23"];
    api.faults.add("POST /servers", {
      kind: "error",
      status: 412,
      code: "resource_unavailable",
      message: "error during placement",
    });
    expect((await hcloud(...create)).stderr).toBe("hcloud: error during placement (resource_unavailable)");
    api.faults.add("POST /servers", {
      kind: "action-error",
      code: "unknown_error",
      message: "unknown error occurred",
    });
    const failed = await hcloud(...create);
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain("unknown error occurred (unknown_error)");
    expect(api.servers().find(({ name }) => name === "unlucky")?.status).toBe("off");
    expect(api.faults.struck).toHaveLength(2);
  });

  test("is turned away with another token", async () => {
    const env = { HCLOUD_TOKEN: "f".repeat(64), HCLOUD_ENDPOINT: api.endpoint, HOME: "/nonexistent" };
    const { stderr } = await execa(command, ["server", "list"], { env, extendEnv: false, reject: false });
    expect(stderr).toBe("hcloud: unable to authenticate (unauthorized)");
  });
});
