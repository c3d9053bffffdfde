// What is asked of Hetzner Cloud when all goes well: the server's order, pages, batches, pace; and what is refused beforehand.

import { afterEach, expect, test } from "vitest";
import { openHcloud } from "../../../../providers/compute/hcloud/hcloud.ts";
import { HurriedClock } from "../../../fakes/hurried-clock.ts";
import { amd64, newRequest, openProject, type Project, type ProjectSettings, pool, told } from "./project.ts";

const open: Project[] = [];
afterEach(async () => {
  for (const project of open.splice(0)) await project.close();
});

async function start(settings: ProjectSettings = {}): Promise<Project> {
  const project = await openProject(settings);
  open.push(project);
  return project;
}

test("a machine has the lease's name and labels, an address, and what it boots by", async () => {
  const project = await start();
  const request = newRequest();
  const created = await project.create(request);
  expect(created).toEqual({
    ok: true,
    value: {
      machineId: "4201",
      leaseId: request.leaseId,
      createdAtMs: 1_700_000_000_000,
      eurPerHour: 0.0176,
      expiresAtMs: request.expiresAtMs,
      type: "cax21",
      location: "fsn1",
      state: "running",
      endpoint: {
        kind: "ssh",
        host: "127.0.0.1",
        port: 22,
        user: "root",
        hostKey: request.hostKey.publicKey,
        buildkitSocket: "/run/buildkit/buildkitd.sock",
      },
    },
  });
  expect(project.machines.orders).toMatchObject([
    {
      name: `lamina-${request.leaseId}`,
      serverType: "cax21",
      labels: {
        "lamina-pool": pool,
        "lamina-lease": request.leaseId,
        "lamina-expires": "1700007200",
        "lamina-eur-per-hour": "0.0176",
      },
      userData: expect.stringMatching(/^#cloud-config\n/),
    },
  ]);
  expect(project.asked()).toEqual(["POST /servers", "GET /actions?id"]);
});

test("a list has all pages", async () => {
  const project = await start();
  const requests = Array.from({ length: 60 }, () => newRequest());
  const created = await Promise.all(requests.map((request) => project.create(request)));
  expect(created.filter(({ ok }) => !ok)).toEqual([]);
  const listed = await project.list();
  expect(listed.ok && new Set(listed.value.map(({ leaseId }) => leaseId))).toEqual(
    new Set(requests.map(({ leaseId }) => leaseId)),
  );
});

test("all creates wait by one poller, 25 actions in a request, ever more seldom", async () => {
  const project = await start();
  const booting = Promise.withResolvers<undefined>();
  let asks = 0;
  project.server.faults.decide = (on) => {
    if (on === "GET /actions") asks += 1;
    // By then all are waited for: 20 creates have 40 actions, two requests for each time that they are asked for.
    if (asks === 120) booting.resolve(undefined);
    return on === "POST /servers" ? { kind: "slow-boot", until: booting.promise } : undefined;
  };
  const requests = Array.from({ length: 20 }, () => newRequest());
  const created = await Promise.all(requests.map((request) => project.create(request)));
  expect(created.filter(({ ok }) => !ok)).toEqual([]);
  const polls = project.server.requests.filter(({ path }) => path.startsWith("/actions"));
  const ids = polls.map(({ path }) => path.split("id=").length - 1);
  expect(new Set(ids.slice(100, 110))).toEqual(new Set([25, 15]));
  expect(Math.max(...ids)).toBe(25);
  expect(project.clock.delays.slice(-4)).toEqual([5000, 5000, 5000, 5000]);
});

test("where few requests are left, they go as fast as the limit fills up: none is refused", async () => {
  const project = await start({ requestLimit: 70 });
  for (let n = 0; n < 200; n += 1) await project.list();
  expect(project.server.requests.map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 200));
  expect(project.clock.delays.length).toBeGreaterThan(150);
});

test("a machine that stays in the making is given up, and list shows it", async () => {
  const project = await start();
  const { promise: never } = Promise.withResolvers<undefined>();
  project.server.faults.add("POST /servers", { kind: "slow-boot", until: never });
  const request = newRequest();
  expect(told(await project.create(request))).toEqual({
    kind: "unavailable",
    message: "Hetzner Cloud: action N did not end within 10 minutes",
  });
  expect(told(await project.create(request))).toEqual({
    kind: "unavailable",
    message: "Hetzner Cloud: lamina-L was still initializing after 10 minutes",
  });
  expect(await project.list()).toMatchObject({ ok: true, value: [{ leaseId: request.leaseId }] });
});

test("a server whose label of expiry is gone counts as a day old at most", async () => {
  const project = await start();
  const request = newRequest();
  await project.create(request);
  const answer = await fetch(`${project.server.endpoint}/servers/4201`, {
    method: "PUT",
    headers: { authorization: "Bearer S3cretToken0fTheProject" },
    body: JSON.stringify({ labels: { "lamina-pool": pool, "lamina-lease": request.leaseId } }),
  });
  expect(answer.status).toBe(200);
  expect(await project.list()).toMatchObject({
    ok: true,
    value: [{ createdAtMs: 1_700_000_000_000, expiresAtMs: 1_700_086_400_000 }],
  });
});

test("BuildKit is fetched by the platform's archive; a platform without one is refused before anything is asked", async () => {
  const url = "https://mirror.test/buildkit-v0.26.2.linux-arm64.tar.gz";
  const sha256 = "0123456789abcdef".repeat(4);
  const settings = { buildkit: { "linux/arm64": { url, sha256 } } };
  const project = await start({ config: { settings, user: "builder" } });
  const created = await project.create(newRequest());
  expect(created).toMatchObject({ ok: true, value: { endpoint: { user: "builder" } } });
  expect(project.machines.orders[0]?.userData).toContain(url);
  const before = project.asked().length;
  expect(await project.create(newRequest({ platform: amd64 }))).toEqual({
    ok: false,
    error: {
      kind: "refused",
      message: "no archive of BuildKit is named for linux/amd64",
      help: 'name it under runners.settings.buildkit."linux/amd64"',
    },
  });
  expect(project.asked()).toHaveLength(before);
});

test("what cloud-init is to read may have 32 KiB", async () => {
  const project = await start();
  const authorizedKey = `ssh-ed25519 ${"A".repeat(33_000)}`;
  expect(await project.create(newRequest({ authorizedKey }))).toMatchObject({
    ok: false,
    error: {
      kind: "refused",
      message: expect.stringMatching(/^cloud-init's data has \d+ bytes; Hetzner Cloud takes 32768$/),
    },
  });
  expect(project.asked()).toEqual([]);
});

const noToken = "make a token for reading and writing in the project's console, under Security, API tokens";
test.each([
  [{}, {}, "environment", "HCLOUD_TOKEN is not set", noToken],
  [{ HCLOUD_TOKEN: "two\nlines" }, {}, "environment", "HCLOUD_TOKEN holds no token", noToken],
  [
    { HCLOUD_TOKEN: "t", HCLOUD_ENDPOINT: "api.test" },
    {},
    "environment",
    'HCLOUD_ENDPOINT is no URL: "api.test"',
    "leave it unset for https://api.hetzner.cloud/v1",
  ],
  [
    { HCLOUD_TOKEN: "t" },
    {},
    "configuration",
    "nothing says where machines of hcloud get BuildKit",
    "set runners.settings.buildkit to an archive, or runners.image to an image that has buildkitd",
  ],
  [
    { HCLOUD_TOKEN: "t" },
    { settings: { location: ["fsn1"], buildkit: { "linux/arm64": { url: "x", sha256: "y" } } } },
    "configuration",
    'runners.settings.buildkit.linux/arm64.url: must be the URL of a .tar.gz; runners.settings.buildkit.linux/arm64.sha256: must be 64 hexadecimal digits; runners.settings.location: is not a field of settings of hcloud: did you mean "locations"?',
    "settings of hcloud are documented in docs/runners.md",
  ],
] as const)("environment %j and configuration %j are refused", (variables, config, kind, message, help) => {
  const env = new Map(Object.entries(variables));
  const opened = openHcloud(config, { env: (name) => env.get(name), clock: new HurriedClock() });
  expect(opened).toEqual({ ok: false, error: { kind, message, help } });
});
