// Port: what builds used of their machines, kept for sizes to come.
//
// Laws, held by test/ports/metrics.ts on every body:
// 1. Nothing rejects. A store that cannot be reached or read makes no build fail: failures are for people to hear of.
// 2. What `record` took is there for `p95` and `builds` from then on, also for others who open the same store.
// 3. Workspaces do not see each other.
// 4. A build that is told twice, as after a lost answer, counts once: it is known by workspace, layer, platform, run and end.
// 5. A pool keeps builds on leased machines only: others it refuses.
// 6. After `close` all answer "unreachable"; closing twice is safe.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Result } from "../core/result.ts";

/** One build of one layer. */
export interface BuildMetrics {
  readonly workspace: string;
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly runId: string;
  /** When it ended; milliseconds since the epoch. */
  readonly atMs: number;
  readonly seconds: number;
  readonly outcome: "built" | "failed" | "oom";
  /** Machines differ in cores, and with them what builds use: what was seen in one place says less of the other. */
  readonly place: "leased" | "here";
  /** What it was given, and the tier's name; "none" where nothing but this whole machine was. */
  readonly tier: string;
  readonly cpu: number;
  readonly memoryGb: number;
  /** As measured; see `Measurement`. */
  readonly cpuP95: number | undefined;
  readonly memoryP95Bytes: number | undefined;
  readonly memoryPeakBytes: number | undefined;
}

/**
 * The 95th percentile (nearest rank) over the last twenty builds of a layer that came to their end and were measured: those on
 * leased machines, and only where there are none, those on this machine.
 */
export interface LayerP95 {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly place: BuildMetrics["place"];
  readonly cpu: number;
  /** Of the builds' peaks, where they are known: a size must hold the peak. GiB. */
  readonly memoryGb: number;
  /** Builds that it is taken over; at least 1. */
  readonly builds: number;
}

export interface MetricsStore {
  record(metrics: BuildMetrics): Promise<Result<void, MetricsFailure>>;
  p95(workspace: string): Promise<Result<readonly LayerP95[], MetricsFailure>>;
  /** The last ones first, at most `limit`. */
  builds(workspace: string, limit: number): Promise<Result<readonly BuildMetrics[], MetricsFailure>>;
  close(): Promise<void>;
}

export type MetricsFailure =
  | { readonly kind: "unreachable"; readonly message: string }
  | { readonly kind: "refused"; readonly message: string };
