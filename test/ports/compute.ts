// The laws of Compute (engine/ports/compute.ts), to be run on every body.

import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import { findMachine } from "../../engine/plan/find-machine.ts";
import type {
  Compute,
  ComputeFailure,
  CreateRequest,
  Machine,
  MachineOffer,
  MachineSize,
  Survey,
  SurveyFailure,
} from "../../engine/ports/compute.ts";
import { makeKeyPair } from "../../providers/transport/keys.ts";
import { isLeaseId, type LeaseId } from "../../schemas/lease-id.ts";
import type { Platform } from "../../schemas/platform.ts";

/**
 * What a provider does wrong, from when it is arranged until the rig is closed:
 * - lost-answer: the next machine asked for is made, and the answer never arrives; all is well afterwards;
 * - stalled: no request is answered;
 * - slow: machines are made, and stay in the making: no create ends;
 * - no-capacity: what is offered cannot be had;
 * - limit-reached: the account has as many machines as it may;
 * - refused: the credentials are not accepted;
 * - down: requests are answered with the provider's own failure, or not at all;
 * - broken: machines are made and then turn out broken.
 */
export type ComputeFault =
  | "lost-answer"
  | "stalled"
  | "slow"
  | "no-capacity"
  | "limit-reached"
  | "refused"
  | "down"
  | "broken";

export interface ArrangedFault {
  /** Resolves when a call that it affects is with the provider. */
  readonly reached: Promise<void>;
}

/** A provider without machines, and the body under test on it. Waits of the body's own take no time. */
export interface ComputeRig {
  readonly compute: Compute;
  /** Something that the body has an offer for. */
  readonly size: MachineSize;
  readonly platform: Platform;
  /** What the body shows the provider to be let in; some word that stands nowhere, where there is nothing. */
  readonly credential: string;
  /** The provider's ids of all machines that cost anything now, whosever they are. */
  machineIds(): Promise<readonly string[]>;
  /** Makes, by other hands, a machine with the name that the lease's would have; without marks where `pool` is undefined. */
  plant(machine: { readonly leaseId: LeaseId; readonly pool: string | undefined }): Promise<string>;
  arrange(fault: ComputeFault): ArrangedFault;
  close(): Promise<void>;
}

export interface ComputeTraits {
  /** Faults that cannot come to pass with this body. */
  readonly never?: readonly ComputeFault[] | undefined;
  /** Nothing can be planted: whoever reaches the provider at all reaches it through the body. */
  readonly isExclusive?: boolean | undefined;
}

const unheard = new AbortController().signal;
const pool = "laws";

export function describeCompute(
  body: string,
  open: () => Promise<ComputeRig>,
  { never = [], isExclusive = false }: ComputeTraits = {},
): void {
  const knows = (fault: ComputeFault): boolean => !never.includes(fault);

  describe(`Compute: ${body}`, () => {
    let rig: ComputeRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.close());

    /** A request for a new lease, for the first offer. */
    const newRequest = async (changes: Partial<CreateRequest> = {}): Promise<CreateRequest> => ({
      leaseId: newLeaseId(),
      pool,
      offer: firstOf(value(await rig.compute.offers(rig.size, rig.platform, unheard))),
      platform: rig.platform,
      expiresAtMs: 2_000_000_000_000,
      authorizedKey: loginKey.publicKey,
      hostKey,
      ...changes,
    });
    const create = async (request: CreateRequest): Promise<Machine> =>
      value(await rig.compute.create(request, unheard));
    const destroy = (request: { readonly leaseId: LeaseId; readonly pool: string }) =>
      rig.compute.destroy({ leaseId: request.leaseId, pool: request.pool }, unheard);
    const listed = async (from = pool): Promise<readonly LeaseId[]> =>
      value(await rig.compute.list(from, unheard)).map(({ leaseId }) => leaseId);

    test("has the name that directives know", () => {
      expect(rig.compute.name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    });

    test("each offer holds the size that was asked for", async () => {
      const offers = value(await rig.compute.offers(rig.size, rig.platform, unheard));
      expect(offers.length).toBeGreaterThan(0);
      for (const offer of offers) {
        expect(offer.cpu).toBeGreaterThanOrEqual(rig.size.cpu);
        expect(offer.memoryGb).toBeGreaterThanOrEqual(rig.size.memoryGb);
        expect(offer.eurPerHour).toBeGreaterThanOrEqual(0);
        expect(offer.eurPerHour === 0).toBe(offer.billing === "free");
        expect(offer.type).not.toBe("");
      }
    });

    test("its survey tells what its offers tell", async () => {
      const offers = value(await rig.compute.offers(rig.size, rig.platform, unheard));
      const { kinds, excluded } = surveyed(await rig.compute.survey(unheard));
      expect(excluded).toEqual([]);
      const { cpu, memoryGb } = rig.size;
      const fit = kinds.filter(
        (kind) =>
          kind.isAvailable &&
          kind.platforms.includes(rig.platform) &&
          kind.cpu >= cpu &&
          kind.memoryGb >= memoryGb,
      );
      expect(
        fit.map(({ type, location, eurPerHour, billing, sizing, ...had }) => ({
          location,
          eurPerHour,
          billing,
          ...(sizing === "fixed" ? { type, cpu: had.cpu, memoryGb: had.memoryGb } : {}),
        })),
      ).toEqual(
        offers.map(({ location, eurPerHour, billing, ...offer }, index) => ({
          location,
          eurPerHour,
          billing,
          ...(fit[index]?.sizing === "fixed" ? offer : {}),
        })),
      );
      for (const offer of offers)
        expect(findMachine(kinds, { cpu: offer.cpu, memoryGb: offer.memoryGb }, rig.platform)).toBeDefined();
    });

    test("its survey leases nothing", async () => {
      surveyed(await rig.compute.survey(unheard));
      expect(await rig.machineIds()).toEqual([]);
      expect(await listed()).toEqual([]);
    });

    test("for a size that nothing has there is no offer", async () => {
      const size = { cpu: 100_000, memoryGb: 1_000_000 };
      expect(await rig.compute.offers(size, rig.platform, unheard)).toEqual({ ok: true, value: [] });
    });

    test("a machine is what was asked for, is listed in its pool alone, and is gone after it was destroyed", async () => {
      const request = await newRequest();
      expect(await listed()).toEqual([]);
      const machine = await create(request);
      expect(machine).toMatchObject({
        leaseId: request.leaseId,
        type: request.offer.type,
        location: request.offer.location,
        expiresAtMs: request.expiresAtMs,
        eurPerHour: request.offer.eurPerHour,
      });
      expect(value(await rig.compute.list(pool, unheard))).toEqual([
        {
          machineId: machine.machineId,
          leaseId: machine.leaseId,
          createdAtMs: machine.createdAtMs,
          expiresAtMs: machine.expiresAtMs,
          type: machine.type,
          location: machine.location,
          eurPerHour: machine.eurPerHour,
          state: expect.any(String),
        },
      ]);
      expect(await listed("another")).toEqual([]);
      expect(await rig.machineIds()).toEqual([machine.machineId]);
      expect(await destroy(request)).toEqual({ ok: true, value: undefined });
      expect(await rig.machineIds()).toEqual([]);
      expect(await listed()).toEqual([]);
    });

    test("several machines at once are kept apart", async () => {
      const requests = [await newRequest(), await newRequest(), await newRequest()];
      const machines = await Promise.all(requests.map(create));
      expect(new Set(machines.map(({ machineId }) => machineId)).size).toBe(3);
      expect(Array.from(await listed()).sort()).toEqual(requests.map(({ leaseId }) => leaseId).sort());
      const [first, ...rest] = requests;
      if (first === undefined) throw new Error("three were requested");
      expect(await destroy(first)).toEqual({ ok: true, value: undefined });
      expect(Array.from(await listed()).sort()).toEqual(rest.map(({ leaseId }) => leaseId).sort());
    });

    test("asked again for a lease, gives the machine that is there", async () => {
      const request = await newRequest();
      const first = await create(request);
      const second = await create(request);
      expect(second.machineId).toBe(first.machineId);
      expect(second.endpoint).toEqual(first.endpoint);
      expect(await rig.machineIds()).toEqual([first.machineId]);
    });

    test("asked twice at once for a lease, makes one machine", async () => {
      const request = await newRequest();
      const [first, second] = await Promise.all([create(request), create(request)]);
      expect(second.machineId).toBe(first.machineId);
      expect(await rig.machineIds()).toEqual([first.machineId]);
    });

    test("what is not there is destroyed already", async () => {
      const request = await newRequest();
      expect(await destroy(request)).toEqual({ ok: true, value: undefined });
      await create(request);
      expect(await destroy(request)).toEqual({ ok: true, value: undefined });
      expect(await destroy(request)).toEqual({ ok: true, value: undefined });
    });

    test("destroyed twice at once, both succeed", async () => {
      const request = await newRequest();
      await create(request);
      expect(await Promise.all([destroy(request), destroy(request)])).toEqual([
        { ok: true, value: undefined },
        { ok: true, value: undefined },
      ]);
      expect(await rig.machineIds()).toEqual([]);
    });

    test("a machine of another pool is not touched", async () => {
      const request = await newRequest();
      const { machineId } = await create(request);
      expect(await rig.compute.destroy({ leaseId: request.leaseId, pool: "another" }, unheard)).toMatchObject(
        { ok: false, error: { kind: "refused" } },
      );
      expect(await rig.compute.create({ ...request, pool: "another" }, unheard)).toMatchObject({
        ok: false,
        error: { kind: "refused" },
      });
      expect(await rig.machineIds()).toEqual([machineId]);
    });

    test.each(isExclusive ? [] : [["another"], [undefined]])(
      "a machine of the lease's name that belongs to pool %s is neither taken nor touched",
      async (owner) => {
        const request = await newRequest();
        const planted = await rig.plant({ leaseId: request.leaseId, pool: owner });
        const refused = { ok: false, error: { kind: "refused" } };
        expect(await rig.compute.create(request, unheard)).toMatchObject(refused);
        expect(await destroy(request)).toMatchObject(refused);
        expect(await listed()).toEqual([]);
        expect(await rig.machineIds()).toEqual([planted]);
      },
    );

    test("what is canceled before it begins says so", async () => {
      const request = await newRequest();
      const gone = AbortSignal.abort();
      const canceled = { ok: false, error: { kind: "canceled" } };
      expect(await rig.compute.survey(gone)).toEqual(canceled);
      expect(await rig.compute.offers(rig.size, rig.platform, gone)).toEqual(canceled);
      expect(await rig.compute.create(request, gone)).toEqual(canceled);
      expect(await rig.compute.destroy(request, gone)).toEqual(canceled);
      expect(await rig.compute.list(pool, gone)).toEqual(canceled);
      expect(await rig.machineIds()).toEqual([]);
    });

    test.each(knows("stalled") ? (["survey", "create", "destroy", "list"] as const) : [])(
      "%s is canceled while the provider does not answer",
      async (call) => {
        const request = await newRequest();
        const canceller = new AbortController();
        const { reached } = rig.arrange("stalled");
        const { signal } = canceller;
        const settled = {
          survey: () => rig.compute.survey(signal),
          create: () => rig.compute.create(request, signal),
          destroy: () => rig.compute.destroy(request, signal),
          list: () => rig.compute.list(pool, signal),
        }[call]();
        await reached;
        canceller.abort();
        expect(await settled).toEqual({ ok: false, error: { kind: "canceled" } });
      },
    );

    test.each((["slow"] as const).filter(knows))(
      "%s: a machine in the making is listed; canceled, its create says so and its lease can be destroyed",
      async (fault) => {
        const request = await newRequest();
        const canceller = new AbortController();
        const { reached } = rig.arrange(fault);
        const creating = rig.compute.create(request, canceller.signal);
        await reached;
        expect(await listed()).toEqual([request.leaseId]);
        canceller.abort();
        expect(await creating).toEqual({ ok: false, error: { kind: "canceled" } });
        expect(await listed()).toEqual([request.leaseId]);
        expect(await destroy(request)).toEqual({ ok: true, value: undefined });
        expect(await rig.machineIds()).toEqual([]);
      },
    );

    test.each((["lost-answer"] as const).filter(knows))(
      "%s: the machine is not made twice",
      async (fault) => {
        const request = await newRequest();
        rig.arrange(fault);
        const first = await rig.compute.create(request, unheard);
        const { machineId } = first.ok ? first.value : await create(request);
        expect(await rig.machineIds()).toEqual([machineId]);
      },
    );

    const failures = [
      ["no-capacity", "no-capacity"],
      ["limit-reached", "limit-reached"],
      ["refused", "refused"],
      ["down", "unavailable"],
      ["broken", "broken"],
    ] as const;
    test.each(failures.filter(([fault]) => knows(fault)))(
      "%s: create fails with %j, and nothing is left",
      async (fault, kind) => {
        const request = await newRequest();
        rig.arrange(fault);
        const result = await rig.compute.create(request, unheard);
        expect(result).toMatchObject({ ok: false, error: { kind } });
        expect(await rig.machineIds()).toEqual([]);
      },
    );

    test.each((["refused", "down"] as const).filter(knows))(
      "%s: nothing rejects, and no failure bears a credential",
      async (fault) => {
        const request = await newRequest();
        rig.arrange(fault);
        const failed = [
          await rig.compute.survey(unheard),
          await rig.compute.create(request, unheard),
          await destroy(request),
          await rig.compute.list(pool, unheard),
        ];
        const told = JSON.stringify(failed);
        expect(failed.map(({ ok }) => ok)).toEqual([false, false, false, false]);
        expect(told).not.toContain(bodyOf(hostKey.privateKey));
        expect(told).not.toContain(rig.credential);
      },
    );

    const surveyFailures = [
      ["refused", "refused"],
      ["down", "unavailable"],
    ] as const;
    test.each(surveyFailures.filter(([fault]) => knows(fault)))(
      "%s: the survey fails with %j",
      async (fault, kind) => {
        rig.arrange(fault);
        expect(await rig.compute.survey(unheard)).toMatchObject({
          ok: false,
          error: { kind, message: expect.stringMatching(/./) },
        });
      },
    );

    test("can be closed twice, and leaves its machines as they are", async () => {
      const { machineId } = await create(await newRequest());
      await rig.compute.close();
      await expect(rig.compute.close()).resolves.toBeUndefined();
      expect(await rig.machineIds()).toEqual([machineId]);
    });
  });
}

const hostKey = makeKeyPair();
const loginKey = makeKeyPair();

export function newLeaseId(): LeaseId {
  const text = randomBytes(8).toString("hex");
  if (!isLeaseId(text)) throw new Error(`${text} is no lease id`);
  return text;
}

/** What of a PEM is secret, the line in the middle: what is before it stands in the public key too. */
function bodyOf(pem: string): string {
  return pem.split("\n").at(4) ?? pem;
}

function firstOf(offers: readonly MachineOffer[]): MachineOffer {
  const [first] = offers;
  if (first === undefined) throw new Error("no offer for the rig's size");
  return first;
}

function surveyed(result: Result<Survey, SurveyFailure>): Survey {
  if (!result.ok) throw new Error(`failed: ${JSON.stringify(result.error)}`);
  return result.value;
}

function value<T>(result: Result<T, ComputeFailure>): T {
  if (!result.ok) throw new Error(`failed: ${JSON.stringify(result.error)}`);
  return result.value;
}
