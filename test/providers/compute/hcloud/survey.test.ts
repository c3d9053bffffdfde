// What is asked of Hetzner Cloud before anything is leased: what it has, and what of the directives it does not know.

import { afterEach, expect, test } from "vitest";
import type { HcloudConfig } from "../../../../providers/compute/hcloud/hcloud.ts";
import { snapshot } from "../../../rig/hcloud/offering.ts";
import { arm64, openProject, type Project, type ProjectSettings, token, unheard } from "./project.ts";

const open: Project[] = [];
afterEach(async () => {
  for (const project of open.splice(0)) await project.close();
});

async function start(settings: ProjectSettings = {}): Promise<Project> {
  const project = await openProject(settings);
  open.push(project);
  return project;
}

const archive = { url: "https://example.org/buildkit.tar.gz", sha256: "0".repeat(64) };

async function faultsOf(config: HcloudConfig, more: ProjectSettings = {}) {
  const project = await start({ ...more, config: { image: "debian-12", ...config } });
  const surveyed = await project.compute.survey(unheard);
  if (surveyed.ok || surveyed.error.kind !== "misconfigured") throw new Error(JSON.stringify(surveyed));
  return surveyed.error.faults.map(({ path, message, help }) => [path.join("."), message, help]);
}

test("everything is asked once, and what it tells of prices serves the first offers", async () => {
  const project = await start({ soldOut: ["cax21:fsn1"] });
  const surveyed = await project.compute.survey(unheard);
  if (!surveyed.ok) throw new Error(JSON.stringify(surveyed.error));
  const { kinds } = surveyed.value;
  expect(kinds).toHaveLength(23);
  expect(kinds.find(({ type, location }) => `${type}:${location}` === "cax21:fsn1")).toEqual({
    type: "cax21",
    location: "fsn1",
    cpu: 4,
    memoryGb: 8,
    eurPerHour: 0.0176,
    billing: "started-hour",
    platforms: ["linux/arm64", "linux/arm64/v8"],
    sizing: "fixed",
    isAvailable: false,
  });
  const asked = ["GET /images?name&include_deprecated", "GET /pricing", "GET /server_types"];
  expect(project.asked().toSorted()).toEqual(asked);
  await project.compute.offers({ cpu: 2, memoryGb: 4 }, arm64, unheard);
  expect(project.asked()).toHaveLength(3);
});

test("what the API has not is told at its place, all of it at once", async () => {
  const settings = {
    locations: ["fsn1", "nbg2"],
    ssh_keys: ["min"],
    firewalls: [7],
    networks: [12, 13],
    placement_group: 9,
  };
  const config = { image: "debain-12", candidates: ["cax99:fsn1", "cax21:fsn1", "cx53:fsn2"], settings };
  const belongings = {
    networks: [{ id: 12, name: "inner" }],
    placementGroups: [{ id: 8, name: "apart" }],
  };
  expect(await faultsOf(config, { belongings })).toEqual([
    ["candidates.0", "names no server type of Hetzner Cloud: cax99", "types are cax11, cax21, cax31, cax41"],
    ["candidates.2", "names a place where Hetzner Cloud sells no cx53: fsn2", "cx53 is sold at nbg1, hel1"],
    ["settings.locations.1", "names no location of Hetzner Cloud: nbg2", 'did you mean "nbg1"?'],
    ["image", "names no image of Hetzner Cloud or of the project: debain-12", 'did you mean "debian-12"?'],
    ["settings.ssh_keys.0", "names no SSH key of the project: min", "the project has no SSH key"],
    ["settings.firewalls.0", "names no firewall of the project: 7", "the project has no firewall"],
    ["settings.networks.1", "names no network of the project: 13", "the project has 12 (inner)"],
    ["settings.placement_group", "names no placement group of the project: 9", "the project has 8 (apart)"],
  ]);
});

test("a key of the project is known by its name", async () => {
  const project = await start({ config: { image: "debian-12", settings: { ssh_keys: ["mime"] } } });
  const { publicKey } = (await import("../../../../providers/transport/keys.ts")).makeKeyPair();
  await fetch(`${project.server.endpoint}/ssh_keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ name: "mine", public_key: publicKey }),
  });
  expect(await project.compute.survey(unheard)).toEqual({
    ok: false,
    error: {
      kind: "misconfigured",
      faults: [
        {
          path: ["settings", "ssh_keys", 0],
          message: "names no SSH key of the project: mime",
          help: 'did you mean "mine"?',
        },
      ],
    },
  });
});

test("a snapshot goes by its number, and is told by its description", async () => {
  const snapshots = [snapshot(4711, "my-buildkit", "x86")];
  expect(await faultsOf({ image: "my-buildkit" }, { snapshots })).toEqual([
    [
      "image",
      "names no image of Hetzner Cloud or of the project: my-buildkit",
      'a snapshot goes by its number: "4711"',
    ],
  ]);
  expect(await faultsOf({ image: "4712" }, { snapshots })).toEqual([
    [
      "image",
      "names no image of Hetzner Cloud or of the project: 4712",
      "images are ubuntu-24.04, debian-12, 4711 (my-buildkit)",
    ],
  ]);
  const project = await start({ config: { image: "4711" }, snapshots });
  const surveyed = await project.compute.survey(unheard);
  if (!surveyed.ok) throw new Error(JSON.stringify(surveyed.error));
  const { kinds, excluded } = surveyed.value;
  expect(new Set(kinds.flatMap(({ platforms }) => platforms))).toEqual(new Set(["linux/amd64"]));
  expect(excluded[0]).toEqual({
    platform: arm64,
    fault: {
      path: ["image"],
      message: "names an image that linux/arm64 cannot boot: 4711",
      help: "it is for linux/amd64: build for that, or name another image",
    },
  });
});

test("a platform without an archive of BuildKit is left out, and why is told", async () => {
  const project = await start({ config: { settings: { buildkit: { "linux/arm64": archive } } } });
  const surveyed = await project.compute.survey(unheard);
  if (!surveyed.ok) throw new Error(JSON.stringify(surveyed.error));
  const { kinds, excluded } = surveyed.value;
  expect(new Set(kinds.flatMap(({ platforms }) => platforms))).toEqual(new Set([arm64]));
  expect(excluded.find(({ platform }) => platform === "linux/amd64")?.fault).toEqual({
    path: ["settings", "buildkit"],
    message: "names no archive of BuildKit for linux/amd64",
    help: 'name it under runners.settings.buildkit."linux/amd64"',
  });
});

const elsewhere = /^HCLOUD_ENDPOINT is http:\/\/127\.0\.0\.1:\d+\/v1: /;

test("a token that is not accepted is refused at once", async () => {
  const project = await start();
  project.server.faults.decide = () => ({
    kind: "error",
    status: 401,
    code: "unauthorized",
    message: "unable to authenticate",
  });
  expect(await project.compute.survey(unheard)).toEqual({
    ok: false,
    error: {
      kind: "refused",
      message: expect.stringMatching(
        /^Hetzner Cloud, GET \/server_types: unable to authenticate \(401 unauthorized, correlation id \w+\)$/,
      ),
      help: "HCLOUD_TOKEN must hold a token of the project, made for reading and writing",
    },
  });
});

test("what cannot be reached is not asked again, and what may be in the way is named", async () => {
  const project = await start();
  project.server.faults.decide = () => ({ kind: "reset" });
  expect(await project.compute.survey(unheard)).toEqual({
    ok: false,
    error: {
      kind: "unavailable",
      message: expect.stringMatching(/^Hetzner Cloud, GET \/server_types: /),
      help: expect.stringMatching(
        /: unset, it is Hetzner's own; HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured$/,
      ),
    },
  });
  expect(project.clock.delays).toEqual([]);
  expect(project.asked().filter((asked) => asked === "GET /server_types")).toHaveLength(1);
});

test("where no API of Hetzner's is, that is told", async () => {
  const project = await start();
  project.server.faults.decide = () => ({ kind: "error", status: 404, code: "", message: "no such page" });
  expect(await project.compute.survey(unheard)).toMatchObject({
    ok: false,
    error: { kind: "refused", help: expect.stringMatching(elsewhere) },
  });
});
