// A build's metrics as they stand in databases and requests, and back.

import type { z } from "zod";
import type { BuildMetrics, LayerP95 } from "../../engine/ports/metrics.ts";
import type { PoolMetrics, PoolP95, poolMetrics } from "../../schemas/pool.ts";

/** `place` is no part of it: pools hear of builds on leased machines only. */
export function toWire(metrics: BuildMetrics): z.input<typeof poolMetrics> {
  return {
    workspace: metrics.workspace,
    layer: metrics.layer,
    platform: metrics.platform,
    run_id: metrics.runId,
    at_ms: Math.round(metrics.atMs),
    seconds: metrics.seconds,
    outcome: metrics.outcome,
    tier: metrics.tier,
    cpu: metrics.cpu,
    memory_gb: metrics.memoryGb,
    cpu_p95: metrics.cpuP95 ?? null,
    memory_p95_bytes: metrics.memoryP95Bytes ?? null,
    memory_peak_bytes: metrics.memoryPeakBytes ?? null,
  };
}

export function fromWire(metrics: PoolMetrics): BuildMetrics {
  return {
    workspace: metrics.workspace,
    layer: metrics.layer,
    platform: metrics.platform,
    runId: metrics.run_id,
    atMs: metrics.at_ms,
    seconds: metrics.seconds,
    outcome: metrics.outcome,
    place: "leased",
    tier: metrics.tier,
    cpu: metrics.cpu,
    memoryGb: metrics.memory_gb,
    cpuP95: metrics.cpu_p95 ?? undefined,
    memoryP95Bytes: metrics.memory_p95_bytes ?? undefined,
    memoryPeakBytes: metrics.memory_peak_bytes ?? undefined,
  };
}

export function percentileToWire({ layer, platform, cpu, memoryGb, builds }: LayerP95): PoolP95 {
  return { layer, platform, cpu, memory_gb: memoryGb, builds };
}

export function percentileFromWire({ layer, platform, cpu, memory_gb: memoryGb, builds }: PoolP95): LayerP95 {
  return { layer, platform, place: "leased", cpu, memoryGb, builds };
}
