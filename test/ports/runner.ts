// The laws of RunnerOpener and Runner (engine/ports/runner.ts), to be run on every body. That nothing of a connection is left here is
// Transport's to hold; that a builder behaves is Builder's.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import type { Builder, SolveFailure, SolveResult } from "../../engine/ports/builder.ts";
import type { Machine } from "../../engine/ports/compute.ts";
import type { ImageStore } from "../../engine/ports/images.ts";
import type { Runner, RunnerOpener } from "../../engine/ports/runner.ts";

export interface RunnerRig {
  readonly opener: RunnerOpener;
  /** Lets in to every machine of the rig. */
  readonly privateKey: string;
  readonly images: ImageStore;
  /** One that builds, and what takes it away as if it lost its power. */
  machine(): Promise<{ readonly machine: Machine; readonly lose: () => Promise<void> }>;
  /** One that never answers. */
  silent(): Promise<Machine>;
  /** One that proves itself with another key than its own. */
  impostor(): Promise<Machine>;
  /** Solves on the builder: well, or until it is ended. `onStart` is called when it runs. */
  solve(
    builder: Builder,
    kind: "sound" | "endless",
    onStart: () => void,
    signal: AbortSignal,
  ): Promise<Result<SolveResult, SolveFailure>>;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const nothing = (): void => {};

export function describeRunner(body: string, open: () => Promise<RunnerRig>): void {
  describe(`Runner: ${body}`, () => {
    let rig: RunnerRig;
    let made: Awaited<ReturnType<RunnerRig["machine"]>>;
    beforeAll(async () => {
      rig = await open();
      made = await rig.machine();
    });
    afterAll(() => rig.close());

    const openIt = async (machine: Machine): Promise<Runner> => {
      const access = { privateKey: rig.privateKey, deadlineMs: 60_000 };
      const opened = await rig.opener.open(machine, access, never);
      if (!opened.ok) throw new Error(`not opened: ${JSON.stringify(opened.error)}`);
      return opened.value;
    };

    test("builds on its machine, and what it built lies here", async () => {
      const runner = await openIt(made.machine);
      const solved = await rig.solve(runner.builder, "sound", nothing, never);
      expect(solved.ok && rig.images.holds(solved.value.imageDigest)).toBe(true);
      await runner.close();
    });

    test("leaves the machine as it is: it can be opened again, also twice at once", async () => {
      const [one, other] = await Promise.all([openIt(made.machine), openIt(made.machine)]);
      await one.close();
      expect((await rig.solve(other.builder, "sound", nothing, never)).ok).toBe(true);
      await other.close();
    });

    test("can be closed twice, and says nothing of a loss then", async () => {
      const runner = await openIt(made.machine);
      let losses = 0;
      void runner.lost.then(() => (losses += 1));
      await runner.close();
      await runner.close();
      // What it takes to open another is time enough for a straggler.
      await (await openIt(made.machine)).close();
      expect(losses).toBe(0);
    });

    test("measures a solve, and each measuring may be ended twice", async () => {
      const runner = await openIt(made.machine);
      const measuring = await runner.measure();
      expect((await rig.solve(runner.builder, "sound", nothing, never)).ok).toBe(true);
      const measured = await measuring.finish();
      expect(measured?.oomKills ?? 0).toBe(0);
      await measuring.finish();
      await runner.close();
    });

    test("a solve on a machine that goes away is lost with it, and the loss is told", async () => {
      const { machine, lose } = await rig.machine();
      const runner = await openIt(machine);
      const measuring = await runner.measure();
      const running = Promise.withResolvers<void>();
      const solving = rig.solve(runner.builder, "endless", () => running.resolve(), never);
      await running.promise;
      await lose();
      expect(await solving).toMatchObject({ ok: false, error: { kind: "daemon-lost" } });
      expect((await runner.lost).message).not.toBe("");
      // Of what is gone, nothing need be known; but it ends.
      await measuring.finish();
      await (await runner.measure()).finish();
      expect(await rig.solve(runner.builder, "sound", nothing, never)).toMatchObject({
        ok: false,
        error: { kind: "daemon-lost" },
      });
      await runner.close();
    });

    test("one that does not answer in time is not ready", async () => {
      const access = { privateKey: rig.privateKey, deadlineMs: 1000 };
      const opened = await rig.opener.open(await rig.silent(), access, never);
      expect(opened).toMatchObject({ ok: false, error: { kind: "not-ready" } });
    });

    test("one that proves itself with another key is refused", async () => {
      const access = { privateKey: rig.privateKey, deadlineMs: 60_000 };
      const opened = await rig.opener.open(await rig.impostor(), access, never);
      expect(opened).toMatchObject({ ok: false, error: { kind: "refused" } });
    });

    test("an opening that is canceled says so", async () => {
      const access = { privateKey: rig.privateKey, deadlineMs: 60_000 };
      const canceled = { ok: false, error: { kind: "canceled" } };
      expect(await rig.opener.open(made.machine, access, AbortSignal.abort())).toEqual(canceled);
      const stop = new AbortController();
      const opening = rig.opener.open(await rig.silent(), access, stop.signal);
      stop.abort();
      expect(await opening).toEqual(canceled);
    });
  });
}
