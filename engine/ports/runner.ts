// Port: a leased machine that is ready to build.
//
// Laws, held by test/ports/runner.ts on every body:
// 1. Nothing rejects: what can go wrong is data.
// 2. `builder` obeys the laws of Builder; when the machine is lost its solves fail with "daemon-lost".
// 3. Measuring never makes a solve fail: figures that cannot be had are undefined.
// 4. `lost` settles once, when the machine or its daemon is gone and `close` was not called.
// 5. After `close` nothing of it is left here. The machine itself stays: it is the lease's.

import type { Result } from "../core/result.ts";
import type { Builder } from "./builder.ts";
import type { Machine } from "./compute.ts";

/** What a solve used of its machine. */
export interface Measurement {
  /** Cores in use, the 95th percentile of samples over time. */
  readonly cpuP95: number | undefined;
  /** Bytes that nothing could have been spared of (no page cache), the same way, and at most. */
  readonly memoryP95Bytes: number | undefined;
  readonly memoryPeakBytes: number | undefined;
  /** Processes that the kernel killed for want of memory meanwhile, on that machine or in the builder's part of it. */
  readonly oomKills: number | undefined;
  /** What the kernel said of them, for people; the last ones. */
  readonly oomReports: readonly string[];
  /** Where the memory's figures come from: BuildKit's own records, the builder's cgroup, or the whole machine. */
  readonly source: "buildkit" | "cgroup" | "machine";
}

export interface Measuring {
  /** Ends the measuring; safe to call twice. Undefined where nothing could be measured. */
  finish(): Promise<Measurement | undefined>;
}

export interface Runner {
  readonly builder: Builder;
  measure(): Promise<Measuring>;
  readonly lost: Promise<{ readonly message: string }>;
  close(): Promise<void>;
}

export interface RunnerAccess {
  /** OpenSSH's PEM; nothing where the machine is this one. */
  readonly privateKey: string;
  /** How long it may take until the machine builds. */
  readonly deadlineMs: number;
  /** Called at most once, before `open` settles: it has booted and lets us in, and its BuildKit is awaited. */
  readonly onConnected?: (() => void) | undefined;
}

export interface RunnerOpener {
  /** Resolves when the machine's BuildKit answers. */
  open(machine: Machine, access: RunnerAccess, signal: AbortSignal): Promise<Result<Runner, RunnerFailure>>;
}

export type RunnerFailure =
  /** It is up and is not what it should be: another host key, no way in. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "not-ready"; readonly message: string }
  | { readonly kind: "canceled" };
