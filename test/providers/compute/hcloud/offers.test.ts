// What is offered of what Hetzner Cloud sells: which, in which order, at which price; and for how long what could not be had
// is left out.

import { afterEach, expect, test } from "vitest";
import type { MachineOffer } from "../../../../engine/ports/compute.ts";
import { coolDownMs } from "../../../../providers/compute/hcloud/circuits.ts";
import { platform } from "../../../../schemas/platform.ts";
import { fieldFaults } from "../../../rig/hcloud/faults.ts";
import {
  amd64,
  arm64,
  newRequest,
  openProject,
  type Project,
  type ProjectSettings,
  told,
  unheard,
} from "./project.ts";

const open: Project[] = [];
afterEach(async () => {
  for (const project of open.splice(0)) await project.close();
});

async function start(settings: ProjectSettings = {}): Promise<Project> {
  const project = await openProject(settings);
  open.push(project);
  return project;
}

const small = { cpu: 4, memoryGb: 8 };

async function offered(project: Project, size = small, on = arm64): Promise<readonly MachineOffer[]> {
  const offers = await project.compute.offers(size, on, unheard);
  if (!offers.ok) throw new Error(JSON.stringify(offers.error));
  return offers.value;
}

/** "cax21:fsn1 0.0176" */
async function described(project: Project, size = small, on = arm64): Promise<readonly string[]> {
  const offers = await offered(project, size, on);
  return offers.map(({ type, location, eurPerHour }) => `${type}:${location} ${String(eurPerHour)}`);
}

test("an offer is what the API tells of it, its address paid for as well", async () => {
  const [first] = await offered(await start());
  expect(first).toEqual({
    type: "cax21",
    location: "fsn1",
    cpu: 4,
    memoryGb: 8,
    eurPerHour: 0.0176,
    billing: "started-hour",
  });
});

test("what holds the size comes in order of its price, then of the locations", async () => {
  expect(await described(await start())).toEqual([
    "cax21:fsn1 0.0176",
    "cax21:nbg1 0.0176",
    "cax21:hel1 0.0176",
    "cax31:fsn1 0.0344",
    "cax31:nbg1 0.0344",
    "cax31:hel1 0.0344",
    "cax41:fsn1 0.0665",
    "cax41:nbg1 0.0665",
    "cax41:hel1 0.0665",
  ]);
});

test("a platform has the types of its architecture, and another none", async () => {
  const project = await start();
  expect(await described(project, { cpu: 16, memoryGb: 32 }, amd64)).toEqual([
    "cx53:nbg1 0.0481",
    "cx53:hel1 0.0481",
  ]);
  expect(await described(project, small, platform.parse("linux/s390x"))).toEqual([]);
});

test("prices are those of now, and asked for again after a minute", async () => {
  const project = await start({ prices: { cax41: "0.0700000000" } });
  const large = { cpu: 16, memoryGb: 32 };
  expect(await described(project, large)).toContain("cax41:fsn1 0.0708");
  await offered(project);
  expect(project.asked()).toEqual(["GET /server_types", "GET /pricing"]);
  await pass(project, 60_000);
  await offered(project);
  expect(project.asked()).toHaveLength(4);
});

test("settings choose the places; without an IPv4 address none is paid for", async () => {
  const settings = { locations: ["hel1"], ipv4: false };
  const project = await start({ config: { image: "debian-12", settings } });
  expect(await described(project)).toEqual(["cax21:hel1 0.0168", "cax31:hel1 0.0336", "cax41:hel1 0.0657"]);
  expect(project.asked()).toEqual(["GET /server_types"]);
});

test("candidates that are named keep their order; those that do not hold the size are left out", async () => {
  const candidates = ["cax41:hel1", "cax11:fsn1", "cx53:nbg1", "cax21:nbg1"];
  const project = await start({ config: { image: "debian-12", candidates } });
  expect(await described(project)).toEqual(["cax41:hel1 0.0665", "cax21:nbg1 0.0176"]);
});

test.each([
  [
    "cax12:fsn1",
    {
      message: "runners.candidates.1 names no server type of Hetzner Cloud: cax12",
      help: 'did you mean "cax11:fsn1"?',
    },
  ],
  [
    "enormous:fsn1",
    {
      message: "runners.candidates.1 names no server type of Hetzner Cloud: enormous",
      help: "types are cax11, cax21, cax31, cax41, cx23, cx33, cx43, cx53",
    },
  ],
  [
    "cax21:ash",
    {
      message: "runners.candidates.1 names a place where Hetzner Cloud sells no cax21: ash",
      help: "cax21 is sold at fsn1, nbg1, hel1",
    },
  ],
])("the candidate %s is refused, whatever is asked for", async (candidate, failure) => {
  const project = await start({ config: { image: "debian-12", candidates: ["cax41:fsn1", candidate] } });
  expect(told(await project.compute.offers(small, arm64, unheard))).toEqual({ kind: "refused", ...failure });
});

test("what is told as sold out is left out; where nothing remains, that is told", async () => {
  const soldOut = ["cax21:fsn1", "cax21:hel1", "cax41:fsn1", "cax41:nbg1", "cax41:hel1"];
  const project = await start({ soldOut });
  expect((await described(project)).slice(0, 2)).toEqual(["cax21:nbg1 0.0176", "cax31:fsn1 0.0344"]);
  expect(told(await project.compute.offers({ cpu: 16, memoryGb: 32 }, arm64, unheard))).toEqual({
    kind: "no-capacity",
    message: "Hetzner Cloud: none of cax41:fsn1, cax41:nbg1, cax41:hel1 can be had now",
  });
});

test("what could not be had is left out for a while, whatever the API tells", async () => {
  const project = await start();
  project.server.faults.add("POST /servers", fieldFaults.unavailable);
  expect(told(await project.create(newRequest()))).toMatchObject({ kind: "no-capacity" });
  expect((await described(project))[0]).toBe("cax21:nbg1 0.0176");
  await pass(project, coolDownMs);
  expect((await described(project))[0]).toBe("cax21:fsn1 0.0176");
});

test("a limit of the account says nothing of the place", async () => {
  const project = await start();
  project.server.faults.add("POST /servers", fieldFaults.limitReached);
  expect(told(await project.create(newRequest()))).toMatchObject({ kind: "limit-reached" });
  expect((await described(project))[0]).toBe("cax21:fsn1 0.0176");
});

function pass(project: Project, ms: number): Promise<void> {
  return new Promise((resolve) => {
    project.clock.after(ms, resolve);
  });
}
