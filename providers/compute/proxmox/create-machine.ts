// A machine of a lease, made step by step; each step finds out first whether it is done already, as after a crash.
//
//   clone ──▶ configure ──▶ start ──▶ wait for the guest ──▶ there
//     └───────────┴───────────┴──────────────┴──▶ failed: destroyed again

import { z } from "zod";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type { ComputeFailure, CreateRequest, Machine } from "../../../engine/ports/compute.ts";
import { type ApiFailure, computeFailure } from "./api-failure.ts";
import type { ProxmoxClient } from "./client.ts";
import { destroyMachine } from "./destroy-machine.ts";
import { explainMissing, findByLease, listResources, machineConfig } from "./find-machines.ts";
import { type GuestFailure, readGuest } from "./guest.ts";
import { describeMarks, leasedMachine, type Marks, machineName, tagsOf } from "./marks.ts";
import { readNode } from "./read-node.ts";
import type { ProxmoxSettings } from "./settings.ts";
import type { Turns } from "./turns.ts";

export interface Maker {
  readonly client: ProxmoxClient;
  readonly settings: ProxmoxSettings;
  /** Who logs in. */
  readonly user: string;
  /** Of clones. */
  readonly turns: Turns;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** As in the template. */
const buildkitSocket = "/run/buildkit/buildkitd.sock";
const nothing = z.unknown();

interface Place {
  readonly vmid: number;
  readonly node: string;
}

export async function createMachine(
  maker: Maker,
  request: CreateRequest,
  signal: AbortSignal,
): Promise<Result<Machine, ComputeFailure>> {
  const { client, settings } = maker;
  const found = await findByLease(client, request.leaseId, signal);
  if (!found.ok) return err(computeFailure(found.error));
  const refusal: ComputeFailure = {
    kind: "refused",
    message: `the machine ${machineName(request.leaseId)} is not of the pool ${request.pool}`,
  };
  if (found.value.kind === "foreign") return err(refusal);
  if (found.value.kind === "marked") {
    const { machine } = found.value;
    if (machine.pool !== request.pool) return err(refusal);
    return finish(maker, request, machine, machine, signal);
  }
  const { clock } = client;
  const marks: Marks = {
    leaseId: request.leaseId,
    pool: request.pool,
    // As the marks will tell it: whole seconds.
    createdAtMs: Math.floor(clock.nowMs() / 1000) * 1000,
    expiresAtMs: Math.ceil(request.expiresAtMs / 1000) * 1000,
  };
  const room = await checkRoom(maker, request, signal);
  if (!room.ok) return room;
  const vmid = await maker.turns.take(() => clone(maker, marks, signal), signal);
  if (vmid === undefined) return err({ kind: "canceled" });
  if (!vmid.ok) return vmid;
  return finish(maker, request, marks, { vmid: vmid.value, node: settings.node }, signal);
}

/** Whether the node has the memory: where it has not, a start fails, or others' machines are killed. */
async function checkRoom(
  { client, settings: { node } }: Maker,
  { offer }: CreateRequest,
  signal: AbortSignal,
): Promise<Result<void, ComputeFailure>> {
  const status = await readNode(client, node, signal);
  if (!status.ok) return err(computeFailure(status.error));
  const { freeGb } = status.value;
  if (offer.memoryGb <= freeGb) return ok(undefined);
  return err({ kind: "no-capacity", message: `the node ${node} has ${freeGb.toFixed(1)} GB of memory free` });
}

/** Clones the template to a number that nobody has. */
async function clone(
  { client, settings, random }: Maker,
  marks: Marks,
  signal: AbortSignal,
): Promise<Result<number, ComputeFailure>> {
  const { node, template, storage, resource_pool: pool } = settings;
  const parameters = {
    name: machineName(marks.leaseId),
    description: describeMarks(marks),
    pool,
    ...(storage === undefined ? {} : { storage, full: "1" }),
  };
  const taken = new Set<number>();
  for (;;) {
    const listed = await listResources(client, signal);
    if (!listed.ok) return err(computeFailure(listed.error));
    for (const one of listed.value) taken.add(one.vmid);
    const vmid = pickNumber(settings, taken, random);
    if (vmid === undefined)
      return err({
        kind: "limit-reached",
        message: `all numbers from ${settings.vmid_from} to ${settings.vmid_to} are taken`,
      });
    const cloned = await client.retry(async () => {
      const path = `/nodes/${node}/qemu/${template}/clone`;
      const request = { method: "POST", path, parameters: { ...parameters, newid: String(vmid) } } as const;
      const attempt = await client.runOnce(request, signal);
      if (attempt.ok || attempt.error.kind === "canceled") return attempt;
      // An answer that was lost, or a try that left something: what is there now counts.
      const left = await lookAt(client, { vmid, node }, marks, signal);
      if (!left.ok) return left;
      switch (left.value) {
        case "ours":
          if (attempt.error.kind === "unanswered" || attempt.error.kind === "taken") return ok(undefined);
          await destroyMachine(client, { vmid, node }, signal);
          return attempt;
        case "nothing":
        case "another's":
          return attempt;
      }
    }, signal);
    if (cloned.ok) return ok(vmid);
    if (cloned.error.kind !== "taken") return err(computeFailure(cloned.error));
    // Between the list and the clone somebody took it.
    taken.add(vmid);
  }
}

function pickNumber(
  { vmid_from: from, vmid_to: to }: ProxmoxSettings,
  taken: ReadonlySet<number>,
  random: () => number,
): number | undefined {
  const free = Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
    (one) => !taken.has(one),
  );
  return free[Math.floor(random() * free.length)];
}

async function lookAt(
  client: ProxmoxClient,
  { vmid, node }: Place,
  marks: Marks,
  signal: AbortSignal,
): Promise<Result<"ours" | "another's" | "nothing", ApiFailure>> {
  const path = `/nodes/${node}/qemu/${vmid}/config`;
  const config = await client.call({ method: "GET", path }, machineConfig, signal);
  if (!config.ok) {
    const failure = await explainMissing(client, vmid, config.error, signal);
    return failure.kind === "missing" ? ok("nothing") : err(failure);
  }
  return ok(config.value.name === machineName(marks.leaseId) ? "ours" : "another's");
}

/** From a clone to a machine that is reached; all steps can be done twice. */
async function finish(
  maker: Maker,
  request: CreateRequest,
  marks: Marks,
  place: Place,
  signal: AbortSignal,
): Promise<Result<Machine, ComputeFailure>> {
  const { client, settings, user } = maker;
  const path = `/nodes/${place.node}/qemu/${place.vmid}`;
  const configured = await configure(maker, request, marks, path, signal);
  if (!configured.ok) return discard(maker, place, computeFailure(configured.error), signal);
  const started = await start(client, path, signal);
  if (!started.ok) {
    const failure = computeFailure(started.error);
    // A start that fails for no other cause is the machine's own.
    const isBroken = started.error.kind === "failed" && failure.kind === "unavailable";
    return discard(
      maker,
      place,
      isBroken ? { kind: "broken", message: started.error.message } : failure,
      signal,
    );
  }
  const timeoutMs = settings.boot_timeout_s * 1000;
  const guest = await readGuest(client, { ...place, timeoutMs }, signal);
  if (!guest.ok)
    return discard(maker, place, guestFailure(guest.error, place, settings.boot_timeout_s), signal);
  const { offer } = request;
  return ok({
    ...leasedMachine({ ...marks, ...place, status: "running", cpu: offer.cpu, memoryGb: offer.memoryGb }),
    endpoint: {
      kind: "ssh",
      host: guest.value.address,
      port: 22,
      user,
      hostKey: guest.value.hostKey,
      buildkitSocket,
    },
  });
}

function configure(
  { client, settings, user }: Maker,
  { offer, authorizedKey }: CreateRequest,
  marks: Marks,
  path: string,
  signal: AbortSignal,
): Promise<Result<unknown, ApiFailure>> {
  const parameters = {
    cores: String(offer.cpu),
    sockets: "1",
    memory: String(Math.ceil(offer.memoryGb * 1024)),
    // All of it at once: what is taken back under load looks like a want of memory.
    balloon: "0",
    agent: "1",
    onboot: "0",
    tags: tagsOf(marks).join(";"),
    ciuser: user,
    // The API wants it encoded within the form's own encoding.
    sshkeys: encodeURIComponent(`${authorizedKey}\n`),
    ipconfig0: "ip=dhcp",
    ...(settings.bridge === undefined ? {} : { net0: `virtio,bridge=${settings.bridge}` }),
  };
  return client.call({ method: "PUT", path: `${path}/config`, parameters }, nothing, signal);
}

async function start(
  client: ProxmoxClient,
  path: string,
  signal: AbortSignal,
): Promise<Result<void, ApiFailure>> {
  const shape = z.looseObject({ status: z.string() });
  return client.retry(async () => {
    const status = await client.send({ method: "GET", path: `${path}/status/current` }, shape, signal);
    if (!status.ok) return status;
    if (status.value.status === "running") return ok(undefined);
    return client.runOnce({ method: "POST", path: `${path}/status/start` }, signal);
  }, signal);
}

function guestFailure(failure: GuestFailure, { vmid }: Place, timeoutSeconds: number): ComputeFailure {
  if (failure.kind === "stopped")
    return { kind: "broken", message: `the machine ${vmid} stopped as it booted` };
  if (failure.kind === "late")
    return {
      kind: "broken",
      message: `the guest agent of the machine ${vmid} told neither address nor host key within ${timeoutSeconds} s`,
    };
  return computeFailure(failure);
}

/** What cannot be used is destroyed; what then is left, `list` shows. */
async function discard(
  { client }: Maker,
  place: Place,
  failure: ComputeFailure,
  signal: AbortSignal,
): Promise<Result<Machine, ComputeFailure>> {
  if (failure.kind === "canceled") return err(failure);
  const destroyed = await destroyMachine(client, place, signal);
  if (destroyed.ok || failure.kind !== "broken") return err(failure);
  return err({ ...failure, kind: "unavailable" });
}
