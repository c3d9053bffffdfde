// What the provider's API gets wrong, through the whole of `lamina build`: each fault is survived, or refused with a message of
// its own; and the machines that were asked for, made and given back on the way are counted.

import { expect, inject, type TestContext, test, vi } from "vitest";
import type { Event, EventOf } from "../../engine/events/event.ts";
import { type Fault, fieldFaults } from "../rig/hcloud/faults.ts";
import { endedWith, type LeasedProject, type LeasedSettings, openLeasedProject } from "./leased-project.ts";

// They wait most of their time.
vi.setConfig({ maxConcurrency: 10 });

const rig = inject("rig");
const build = ["build", "--reporter", "json"];

async function open({ onTestFinished }: TestContext, settings: LeasedSettings = {}): Promise<LeasedProject> {
  const leased = await openLeasedProject(rig, () => ({ base: {} }), settings);
  onTestFinished(() => leased.close());
  return leased;
}

function of<T extends Event["type"]>(events: readonly Event[], type: T): readonly EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

interface Counts {
  /** POST /servers, also those that are not answered. */
  readonly asked: number;
  /** Hosts that were really made. */
  readonly made: number;
  /** Leases that came to have a machine. */
  readonly leased: number;
  /** DELETE /servers/{id}, but for those that were told to wait for another action. */
  readonly deletes: number;
}

function count({ api, hosts }: LeasedProject, events: readonly Event[]): Counts {
  const requests = api.requests
    .filter(({ status }) => status !== 423)
    .map(({ method, path }) => `${method} ${path}`);
  return {
    asked: requests.filter((request) => request === "POST /servers").length,
    made: hosts.length,
    leased: of(events, "runner.leased").length,
    deletes: requests.filter((request) => /^DELETE \/servers\/\d+$/.test(request)).length,
  };
}

interface Row {
  readonly fault: string;
  readonly strike: (leased: LeasedProject) => void;
  readonly settings?: LeasedSettings;
  /** Asked, made, leased, deletes. */
  readonly counts: readonly [number, number, number, number];
  /** Offers that were declined on the way: kinds and places. */
  readonly declined?: readonly string[];
}

const onCreate =
  (fault: Fault, times = 1) =>
  ({ api }: LeasedProject) =>
    api.faults.add("POST /servers", fault, times);
const onDelete =
  (fault: Fault, times = 1) =>
  ({ api }: LeasedProject) =>
    api.faults.add("DELETE /servers/{id}", fault, times);

const survived: readonly Row[] = [
  { fault: "429 with its headers", strike: onCreate(fieldFaults.rateLimited), counts: [2, 1, 1, 1] },
  {
    fault: "500",
    strike: onCreate(fieldFaults.serverError),
    counts: [2, 1, 1, 1],
    declined: ["unavailable cx23"],
  },
  { fault: "502 of a gateway", strike: onCreate({ kind: "gateway", status: 502 }), counts: [2, 1, 1, 1] },
  {
    fault: "503 of a gateway",
    strike: onCreate({ kind: "gateway", status: 503 }),
    counts: [2, 1, 1, 1],
    declined: ["unavailable cx23"],
  },
  { fault: "504 of a gateway", strike: onCreate({ kind: "gateway", status: 504 }), counts: [2, 1, 1, 1] },
  {
    fault: "504 of a gateway after the request took effect",
    strike: onCreate({ kind: "gateway", status: 504, after: true }),
    counts: [1, 1, 1, 1],
  },
  { fault: "a connection that is reset", strike: onCreate({ kind: "reset" }), counts: [2, 1, 1, 1] },
  {
    fault: "a connection that is reset after the request took effect",
    strike: onCreate({ kind: "reset", after: true }),
    counts: [1, 1, 1, 1],
  },
  { fault: "no answer", strike: onCreate({ kind: "silence" }), counts: [2, 1, 1, 1] },
  {
    fault: "no answer after the request took effect",
    strike: onCreate({ kind: "silence", after: true }),
    counts: [1, 1, 1, 1],
  },
  {
    fault: "resource_unavailable: the next candidate",
    strike: onCreate(fieldFaults.unavailable),
    counts: [2, 1, 1, 1],
    declined: ["no-capacity cx23"],
  },
  {
    fault: "placement_error: the next candidate",
    strike: onCreate(fieldFaults.placement),
    counts: [2, 1, 1, 1],
    declined: ["no-capacity cx23"],
  },
  {
    fault: "resource_limit_exceeded: asked for again later",
    strike: onCreate(fieldFaults.limitReached),
    counts: [2, 1, 1, 1],
    declined: ["limit-reached cx23"],
  },
  {
    fault: "an action that fails after the 201",
    strike: onCreate({ kind: "action-error", code: "action_failed", message: "no such hypervisor" }),
    counts: [2, 1, 1, 2],
    declined: ["broken cx23"],
  },
  {
    fault: "a name that is taken, by the very machine: it is adopted",
    strike: onCreate({ ...fieldFaults.duplicateName, after: true }),
    counts: [1, 1, 1, 1],
  },
  {
    fault: "an action that goes on and on",
    strike: ({ api }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      api.faults.add("POST /servers", { kind: "slow-boot", until: promise });
      let polls = 0;
      api.faults.decide = (kind) => {
        if (kind === "GET /actions") polls += 1;
        if (polls === 3) resolve();
        return undefined;
      };
    },
    counts: [1, 1, 1, 1],
  },
  {
    fault: "a boot that takes longer than its action",
    strike: () => {},
    settings: { bootDelayMs: 3000 },
    counts: [1, 1, 1, 1],
  },
  {
    fault: "another host key, once",
    strike: onCreate({ kind: "other-host-key" }),
    counts: [2, 2, 2, 2],
  },
  {
    fault: "502 as prices are asked for",
    strike: ({ api }) => api.faults.add("GET /server_types", { kind: "gateway", status: 502 }),
    counts: [1, 1, 1, 1],
  },
  {
    fault: "a reset as actions are asked for",
    strike: ({ api }) => api.faults.add("GET /actions", { kind: "reset" }),
    counts: [1, 1, 1, 1],
  },
  { fault: "500 for a delete", strike: onDelete(fieldFaults.serverError), counts: [1, 1, 1, 2] },
  { fault: "locked for a delete", strike: onDelete(fieldFaults.locked), counts: [1, 1, 1, 1] },
  {
    fault: "a reset after a delete took effect",
    strike: onDelete({ kind: "reset", after: true }),
    counts: [1, 1, 1, 2],
  },
  {
    fault: "a delete whose action fails",
    strike: onDelete({ kind: "action-error", code: "action_failed", message: "try again" }),
    counts: [1, 1, 1, 2],
  },
];

test.concurrent.for(survived.map((row) => [row.fault, row] as const))(
  "survived: %s",
  async ([, { strike, settings, counts, declined = [] }], context) => {
    const leased = await open(context, settings);
    strike(leased);
    const { events } = await leased.lamina(build).then(endedWith(0));
    expect(leased.locked()).toEqual(["base"]);
    expect(Object.values(count(leased, events))).toEqual(counts);
    expect(of(events, "runner.declined").map(({ kind, machine }) => `${kind} ${machine}`)).toEqual(declined);
    expect(leased.leftOvers()).toEqual([]);
  },
);

interface RefusedRow extends Row {
  readonly message: RegExp;
  readonly help: RegExp;
}

const many = 100;

const refused: readonly RefusedRow[] = [
  {
    fault: "an action that fails after each 201",
    strike: onCreate({ kind: "action-error", code: "action_failed", message: "no such hypervisor" }, many),
    counts: [3, 0, 0, 3],
    declined: ["broken cx23", "broken cx33", "broken cx43"],
    message:
      /^hcloud gave no machine of 2 cpu and 4 GB: Hetzner Cloud: lamina-\w+ came up broken: create_server: no such hypervisor \(action_failed\)$/,
    help: /^see that the image boots/,
  },
  {
    fault: "another host key, each time",
    strike: onCreate({ kind: "other-host-key" }, many),
    counts: [3, 3, 3, 3],
    message: /^hcloud gave no machine of 2 cpu and 4 GB: .*host key/,
    help: /^see that the image boots/,
  },
  {
    fault: "machines that never let anybody in",
    strike: () => {},
    settings: { bootDelayMs: 600_000, runners: "ready_timeout_s = 2," },
    counts: [3, 3, 3, 3],
    message: /^hcloud gave no machine of 2 cpu and 4 GB: it cannot be reached: /,
    help: /^see that the image boots/,
  },
  {
    fault: "an account that may not make servers",
    strike: onCreate(
      { kind: "error", status: 403, code: "forbidden", message: "insufficient permissions" },
      many,
    ),
    counts: [1, 0, 0, 0],
    declined: ["refused cx23"],
    message:
      /^hcloud gave no machine of 2 cpu and 4 GB: Hetzner Cloud, POST \/servers: insufficient permissions \(403 forbidden, correlation id [0-9a-f]+\)$/,
    help: /^HCLOUD_TOKEN must hold a token of the project, made for reading and writing$/,
  },
];

test.concurrent.for(refused.map((row) => [row.fault, row] as const))(
  "refused: %s",
  async ([, { strike, settings, counts, declined = [], message, help }], context) => {
    const leased = await open(context, settings);
    strike(leased);
    const { events } = await leased.lamina(build).then(endedWith(1));
    expect(leased.locked()).toEqual([]);
    expect(Object.values(count(leased, events))).toEqual(counts);
    expect(of(events, "runner.declined").map(({ kind, machine }) => `${kind} ${machine}`)).toEqual(declined);
    const [failure, ...others] = of(events, "layer.failed");
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ layer: "base", kind: "no-machine" });
    expect(failure?.message).toMatch(message);
    expect(failure?.help).toMatch(help);
    expect(leased.leftOvers()).toEqual([]);
  },
);

test.concurrent("refused: a name that is taken by a machine of others, which stays as it is", async (context) => {
  const leased = await open(context);
  const { api } = leased;
  api.faults.add("POST /servers", { ...fieldFaults.duplicateName, after: true });
  // Before anybody looks who has the name, the machine gets other labels.
  api.faults.decide = (kind) => {
    const [server] = api.servers();
    if (kind !== "GET /servers" || server === undefined) return undefined;
    api.faults.decide = undefined;
    return { kind: "slow", until: leased.relabel(server.id, { owner: "somebody" }) };
  };
  const { events } = await leased.lamina(build).then(endedWith(1));
  expect(Object.values(count(leased, events))).toEqual([1, 1, 0, 0]);
  expect(of(events, "layer.failed")).toMatchObject([
    {
      kind: "no-machine",
      message: expect.stringMatching(
        /^hcloud gave no machine of 2 cpu and 4 GB: Hetzner Cloud: server \d+, lamina-\w+, has not the labels of this pool and lease: it is left as it is$/,
      ),
    },
  ]);
  expect(leased.journal()).toEqual([]);
  expect(api.servers()).toMatchObject([{ status: "running", labels: { owner: "somebody" } }]);
  await api.close();
});

test.concurrent("refused: no token at all, before anything is asked", async (context) => {
  const leased = await open(context, { token: "" });
  const { stderr } = await leased.lamina(build).then(endedWith(3));
  expect(stderr).toContain("HCLOUD_TOKEN");
  expect(leased.api.requests).toEqual([]);
});

interface UnbegunRow {
  readonly fault: string;
  readonly strike?: (leased: LeasedProject) => void;
  readonly settings?: LeasedSettings;
  readonly exitCode: number;
  readonly stderr: RegExp;
}

/** What the provider tells when it is asked, before anything else is done. */
const unbegun: readonly UnbegunRow[] = [
  {
    fault: "a token that the API does not know",
    settings: { token: "another-token" },
    exitCode: 3,
    stderr:
      /^error: hcloud refuses to be asked: Hetzner Cloud, GET \/server_types: unable to authenticate \(401 unauthorized, correlation id [0-9a-f]+\)\nhelp: HCLOUD_TOKEN must hold a token of the project, made for reading and writing\n$/,
  },
  {
    fault: "an API that does not answer",
    strike: ({ api }) => {
      api.faults.decide = () => ({ kind: "reset" });
    },
    exitCode: 3,
    stderr:
      /^(hcloud does not answer, and is asked again in [1248] s: Hetzner Cloud, GET \/server_types: .*\n){1,4}error: hcloud does not answer: Hetzner Cloud, GET \/server_types: .*\nhelp: HCLOUD_ENDPOINT is http:\/\/127\.0\.0\.1:\d+\/v1: unset, it is Hetzner's own; HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured\n$/,
  },
  {
    fault: "a candidate that the API does not know",
    settings: { runners: 'candidates = ["cx23:nbg1", "cx99:nbg1"],' },
    exitCode: 2,
    stderr:
      /^error\[E0307\]: `runners\.candidates\[1\]` names no server type of Hetzner Cloud: cx99\n --> catalog\/build_directives\.ncl:3:\d+\n(.*\n)*  = help: types are cx23, cx33, cx43, cx53\n/,
  },
  {
    fault: "a location and a key that the API does not know",
    settings: { runners: 'settings = { locations = ["nbg2"], ssh_keys = ["mine"] },' },
    exitCode: 2,
    stderr:
      /^error\[E0307\]: `runners\.settings\.locations\[0\]` names no location of Hetzner Cloud: nbg2\n(.*\n)*  = help: did you mean "nbg1"\?\n\nerror\[E0307\]: `runners\.settings\.ssh_keys\[0\]` names no SSH key of the project: mine\n(.*\n)*2 errors\n/,
  },
  {
    fault: "a layer that no machine holds",
    settings: { directives: "runner_override = { cpu = 64, memory_gb = 16 }," },
    exitCode: 2,
    stderr:
      /^error\[E0307\]: `runner_override\.cpu` gives base 64 cpu and 16 GB, more than any machine of hcloud for linux\/amd64 has\n(.*\n)*  = help: the biggest of runners\.candidates, cx53 in nbg1, has 16 cpu and 32 GB\n/,
  },
];

test.concurrent.for(unbegun.map((row) => [row.fault, row] as const))(
  "nothing is begun: %s",
  async ([, { strike = () => {}, settings, exitCode, stderr }], context) => {
    const leased = await open(context, settings);
    strike(leased);
    const ended = await leased.lamina(build).then(endedWith(exitCode));
    expect(ended.stderr.replace(/^local: .*\n/, "")).toMatch(stderr);
    expect(ended.stderr).not.toContain(settings?.token ?? "a-token-of-tests");
    expect(ended.events).toEqual([]);
    expect(leased.api.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(leased.leftOvers()).toEqual([]);
  },
);
