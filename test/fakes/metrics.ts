// Metrics in memory, which several stores may share.

import { err, ok, type Result } from "../../engine/core/result.ts";
import type { BuildMetrics, LayerP95, MetricsFailure, MetricsStore } from "../../engine/ports/metrics.ts";
import { percentilesOf } from "../../providers/metrics/percentiles.ts";

/** What was recorded stands in `recorded`, oldest first. */
export class FakeMetrics implements MetricsStore {
  readonly recorded: BuildMetrics[];
  #failure: MetricsFailure | undefined;

  constructor(builds: BuildMetrics[] = []) {
    this.recorded = builds;
  }

  /** From now on all fails with that. */
  fail(failure: MetricsFailure | undefined): void {
    this.#failure = failure;
  }

  record(metrics: BuildMetrics): Promise<Result<void, MetricsFailure>> {
    const key = identify(metrics);
    if (this.#failure === undefined && !this.recorded.some((build) => identify(build) === key))
      this.recorded.push(metrics);
    return this.#answer(undefined);
  }

  p95(workspace: string): Promise<Result<readonly LayerP95[], MetricsFailure>> {
    return this.#answer(percentilesOf(this.#lastFirst(workspace)));
  }

  builds(workspace: string, limit: number): Promise<Result<readonly BuildMetrics[], MetricsFailure>> {
    return this.#answer(this.#lastFirst(workspace).slice(0, limit));
  }

  close(): Promise<void> {
    this.#failure = { kind: "unreachable", message: "closed" };
    return Promise.resolve();
  }

  #answer<T>(value: T): Promise<Result<T, MetricsFailure>> {
    return Promise.resolve(this.#failure === undefined ? ok(value) : err(this.#failure));
  }

  #lastFirst(workspace: string): readonly BuildMetrics[] {
    return this.recorded
      .filter((build) => build.workspace === workspace)
      .toReversed()
      .sort((a, b) => b.atMs - a.atMs);
  }
}

function identify({ workspace, layer, platform, runId, atMs }: BuildMetrics): string {
  return JSON.stringify([workspace, layer, platform, runId, atMs]);
}
