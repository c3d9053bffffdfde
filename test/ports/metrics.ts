// The laws of MetricsStore (engine/ports/metrics.ts), to be run on every body.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import type { BuildMetrics, MetricsFailure, MetricsStore } from "../../engine/ports/metrics.ts";
import { layerName } from "../../schemas/layer-name.ts";
import { platform } from "../../schemas/platform.ts";

export interface MetricsRig {
  /** Another opener of the same store, which is empty at first. */
  open(): MetricsStore;
  close(): Promise<void>;
}

const gibibyte = 2 ** 30;
const amd64 = platform.parse("linux/amd64");

/** A build at a minute, with what is to be otherwise. */
export function build(minute: number, otherwise: Partial<BuildMetrics> = {}): BuildMetrics {
  return {
    workspace: "lamina",
    layer: layerName.parse("rust"),
    platform: platform.parse("linux/arm64"),
    runId: "run-1",
    atMs: 1_790_000_000_000 + minute * 60_000,
    seconds: 12.5,
    outcome: "built",
    place: "leased",
    tier: "cax21",
    cpu: 4,
    memoryGb: 8,
    cpuP95: 1.5,
    memoryP95Bytes: gibibyte,
    memoryPeakBytes: 2 * gibibyte,
    ...otherwise,
  };
}

export function describeMetrics(body: string, openRig: () => Promise<MetricsRig>): void {
  describe(`MetricsStore: ${body}`, () => {
    let rig: MetricsRig;
    let store: MetricsStore;
    beforeEach(async () => {
      rig = await openRig();
      store = rig.open();
    });
    afterEach(async () => {
      await store.close();
      await rig.close();
    });

    async function record(...builds: readonly BuildMetrics[]): Promise<void> {
      for (const each of builds) value(await store.record(each));
    }

    test("an empty store has nothing", async () => {
      expect(value(await store.builds("lamina", 10))).toEqual([]);
      expect(value(await store.p95("lamina"))).toEqual([]);
    });

    test("what was recorded is there as it was, the last one first", async () => {
      const bare = build(2, {
        outcome: "oom",
        runId: "run-2",
        cpuP95: undefined,
        memoryP95Bytes: undefined,
        memoryPeakBytes: undefined,
      });
      await record(build(1), build(3, { outcome: "failed", seconds: 0 }), bare);
      expect(value(await store.builds("lamina", 10))).toEqual([
        build(3, { outcome: "failed", seconds: 0 }),
        bare,
        build(1),
      ]);
      expect(value(await store.builds("lamina", 1))).toEqual([build(3, { outcome: "failed", seconds: 0 })]);
    });

    test("others who open the store see it, also after it was closed", async () => {
      const other = rig.open();
      expect(value(await other.builds("lamina", 10))).toEqual([]);
      await record(build(1));
      expect(value(await other.builds("lamina", 10))).toEqual([build(1)]);
      await store.close();
      const third = rig.open();
      expect(value(await third.p95("lamina"))).toHaveLength(1);
      await Promise.all([other.close(), third.close()]);
    });

    test("many at once are all kept", async () => {
      const stores = [store, rig.open(), rig.open()];
      const recorded = await Promise.all(
        Array.from({ length: 20 }, (_, minute) => minute).flatMap((minute) =>
          stores.map((each, index) => each.record(build(minute, { runId: `run-${index}` }))),
        ),
      );
      expect(recorded.every((result) => result.ok)).toBe(true);
      expect(value(await store.builds("lamina", 100))).toHaveLength(60);
      await Promise.all(stores.map((each) => each.close()));
    });

    test("workspaces do not see each other", async () => {
      await record(build(1), build(2, { workspace: "lamina-2" }), build(3, { workspace: "l" }));
      expect(value(await store.builds("lamina", 10))).toEqual([build(1)]);
      expect(value(await store.p95("lamina-2"))).toHaveLength(1);
      expect(value(await store.p95("lam_na"))).toEqual([]);
    });

    test("a build that is told twice counts once", async () => {
      await record(build(1), build(1));
      expect(value(await store.builds("lamina", 10))).toHaveLength(1);
      await record(
        build(1, { runId: "run-2" }),
        build(1, { platform: amd64 }),
        build(1, { layer: layerName.parse("go") }),
        build(2),
      );
      expect(value(await store.builds("lamina", 10))).toHaveLength(5);
    });

    test("the percentile is taken of each layer and platform, over peaks of memory and over cores in use", async () => {
      const go = layerName.parse("go");
      await record(
        build(1, { cpuP95: 0.5, memoryPeakBytes: 3 * gibibyte }),
        build(2, { cpuP95: 3.25, memoryPeakBytes: undefined, memoryP95Bytes: gibibyte }),
        build(3, { platform: amd64, cpuP95: 2, memoryPeakBytes: 1.5 * gibibyte }),
        build(4, { layer: go, cpuP95: 1, memoryPeakBytes: gibibyte / 2 }),
      );
      expect(sorted(value(await store.p95("lamina")))).toEqual([
        { layer: "go", platform: "linux/arm64", place: "leased", cpu: 1, memoryGb: 0.5, builds: 1 },
        { layer: "rust", platform: "linux/amd64", place: "leased", cpu: 2, memoryGb: 1.5, builds: 1 },
        { layer: "rust", platform: "linux/arm64", place: "leased", cpu: 3.25, memoryGb: 3, builds: 2 },
      ]);
    });

    test("only builds count for it that came to their end and were measured", async () => {
      await record(
        build(1, { outcome: "failed" }),
        build(2, { outcome: "oom" }),
        build(3, { cpuP95: undefined }),
        build(4, { memoryP95Bytes: undefined, memoryPeakBytes: undefined }),
      );
      expect(value(await store.p95("lamina"))).toEqual([]);
      await record(build(0, { cpuP95: 1 }));
      expect(value(await store.p95("lamina"))).toMatchObject([{ cpu: 1, builds: 1 }]);
    });

    test("it is the nearest rank over the last twenty that were measured", async () => {
      // Older builds used far more; of the last twenty the most is left out.
      for (let minute = 0; minute < 5; minute++) await record(build(minute, { cpuP95: 90 }));
      for (let minute = 0; minute < 20; minute++) await record(build(100 - minute, { cpuP95: minute + 1 }));
      for (let minute = 0; minute < 20; minute++) await record(build(200 + minute, { cpuP95: undefined }));
      expect(value(await store.p95("lamina"))).toMatchObject([{ cpu: 19, builds: 20 }]);
    });

    test("a store that was closed says so, and can be closed again", async () => {
      await store.close();
      await store.close();
      const answers = [
        await store.record(build(1)),
        await store.p95("lamina"),
        await store.builds("lamina", 1),
      ];
      for (const answer of answers)
        expect(answer).toMatchObject({ ok: false, error: { kind: "unreachable" } });
    });
  });
}

function sorted<T extends { readonly layer: string; readonly platform: string }>(
  all: readonly T[],
): readonly T[] {
  return all.toSorted((a, b) => (`${a.layer}@${a.platform}` < `${b.layer}@${b.platform}` ? -1 : 1));
}

function value<T>(result: Result<T, MetricsFailure>): T {
  if (!result.ok) throw new Error(`failed: ${result.error.message}`);
  return result.value;
}
