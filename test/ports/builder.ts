// The laws of Builder (engine/ports/builder.ts), to be run on every body.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import type {
  Builder,
  ImageSource,
  SolveFailure,
  SolveProgress,
  SolveResult,
} from "../../engine/ports/builder.ts";
import type { ImageStore } from "../../engine/ports/images.ts";

/**
 * What a solve does: end well; fail in a step that says "about to fail" and exits with 7; go on until it is canceled,
 * in a step that starts at once; end well after a step that writes its secret out.
 */
export type SolveKind = "sound" | "failing" | "endless" | "telling";

export interface BuilderRig {
  readonly builder: Builder;
  readonly images: ImageStore;
  /** Calls `builder.solve` with a request of that kind, never answered from a cache, and does what the body needs for it. */
  solve(
    kind: SolveKind,
    report: (progress: SolveProgress) => void,
    signal: AbortSignal,
  ): Promise<Result<SolveResult, SolveFailure>>;
  /** The value of the secret that "telling" writes out. */
  readonly secret: string;
  /** Command lines of the processes that run now and belong to the "endless" solve, or bear the secret. */
  processes(): readonly string[];
  /**
   * An image with /promise, which holds "kept", with `cat` and `sh`, and without a no-such-tool. A body that runs
   * nothing is to find what the suite expects.
   */
  image(): Promise<ImageSource>;
  close(): Promise<void>;
}

const never = new AbortController().signal;

export function describeBuilder(body: string, open: () => Promise<BuilderRig>): void {
  describe(`Builder: ${body}`, () => {
    let rig: BuilderRig;
    beforeAll(async () => {
      rig = await open();
    });
    afterAll(() => rig.close());

    test("says what it is, and names its own platform first", () => {
      expect(rig.builder.description).not.toBe("");
      expect(rig.builder.platforms[0]).toMatch(/^[a-z0-9]+\/[a-z0-9]+/);
    });

    test("a solve that ends well leaves its image whole in the store, the same each time", async () => {
      const first = value(await rig.solve("sound", () => {}, never));
      expect(rig.images.holds(first.imageDigest)).toBe(true);
      expect(first.sizeBytes).toBeGreaterThan(0);
      expect(first.stepsRun).toBeGreaterThan(0);
      const second = value(await rig.solve("sound", () => {}, never));
      expect(second.imageDigest).toBe(first.imageDigest);
    });

    test("tells of its steps, and falls silent when it settles", async () => {
      const seen: SolveProgress[] = [];
      let isSettled = false;
      let late = 0;
      const report = (progress: SolveProgress): void => {
        seen.push(progress);
        if (isSettled) late += 1;
      };
      await rig.solve("failing", report, never);
      isSettled = true;
      // The next solve's time is time enough for a straggler.
      await rig.solve("sound", () => {}, never);
      expect(late).toBe(0);
      const states = seen.flatMap((one) => (one.kind === "step" ? [one.step.state] : []));
      expect(states).toContain("started");
      expect(states).toContain("failed");
    });

    test("a step that fails is a failure with its exit code and the end of its log", async () => {
      const result = await rig.solve("failing", () => {}, never);
      expect(result).toMatchObject({ ok: false, error: { kind: "step-failed", exitCode: 7 } });
      expect(!result.ok && result.error.kind === "step-failed" && result.error.logTail).toContain(
        "about to fail",
      );
    });

    test("a solve that is canceled says so, and by then nothing of it runs", async () => {
      const canceller = new AbortController();
      const result = await rig.solve(
        "endless",
        (progress) => {
          if (progress.kind === "log" || (progress.kind === "step" && progress.step.state === "started"))
            if (rig.processes().length > 0) canceller.abort();
        },
        canceller.signal,
      );
      expect(result).toEqual({ ok: false, error: { kind: "canceled" } });
      expect(rig.processes()).toEqual([]);
    });

    test("a solve that is canceled before it begins says so as well", async () => {
      expect(await rig.solve("endless", () => {}, AbortSignal.abort())).toEqual({
        ok: false,
        error: { kind: "canceled" },
      });
    });

    test("a secret appears nowhere, not even when a step writes it out", async () => {
      const seen: SolveProgress[] = [];
      const argv: string[] = [];
      const result = await rig.solve(
        "telling",
        (progress) => {
          seen.push(progress);
          argv.push(...rig.processes().filter((line) => line.includes(rig.secret)));
        },
        never,
      );
      expect(result.ok).toBe(true);
      expect(JSON.stringify([seen, result])).not.toContain(rig.secret);
      expect(argv).toEqual([]);
    });

    test("a proof has a finding for each tool in the order asked, and the paths that are missing", async () => {
      const proof = await rig.builder.prove(
        {
          image: await rig.image(),
          platform: platformOf(rig.builder),
          tools: [
            { name: "reads", command: ["cat", "/promise"] },
            { name: "lacks", command: ["no-such-tool", "--version"] },
            { name: "fails", command: ["sh", "-c", "echo broken >&2; exit 3"] },
          ],
          artifactPaths: ["/promise", "/not/there"],
        },
        never,
      );
      expect(proof).toEqual({
        ok: true,
        value: {
          tools: [
            { kind: "ran", name: "reads", output: "kept\n" },
            { kind: "missing", name: "lacks" },
            { kind: "failed", name: "fails", exitCode: 3, output: "broken\n" },
          ],
          missingArtifacts: ["/not/there"],
        },
      });
    });

    test("a proof that is canceled says so", async () => {
      const request = {
        image: await rig.image(),
        platform: platformOf(rig.builder),
        tools: [{ name: "reads", command: ["cat", "/promise"] }],
        artifactPaths: [],
      };
      expect(await rig.builder.prove(request, AbortSignal.abort())).toEqual({
        ok: false,
        error: { kind: "canceled" },
      });
    });

    test("can be closed twice", async () => {
      await rig.builder.close();
      await expect(rig.builder.close()).resolves.toBeUndefined();
    });
  });
}

/** The builder's own platform. */
export function platformOf(builder: Builder): Builder["platforms"][number] {
  const [own] = builder.platforms;
  if (own === undefined) throw new Error("a builder without a platform");
  return own;
}

function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(`failed: ${JSON.stringify(result.error)}`);
  return result.value;
}
