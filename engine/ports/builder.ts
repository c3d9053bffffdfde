// Port: something that solves a Dockerfile into an image with BuildKit.
//
// Laws, held by test/ports/builder.ts on every body:
// 1. `solve` never rejects: what can go wrong is a SolveFailure. It calls back with progress only before it settles.
// 2. After `signal` aborts it settles with {kind: "canceled"}, and by then no process of the solve is left.
// 3. A successful solve with output "store" leaves the image whole in the store: `images.holds(digest)` is true.
// 4. The same request on the same bases gives the same digest, on any machine (timestamps are rewritten).
// 5. Secrets appear in no argv, failure or progress text.

import type { Platform } from "../../schemas/platform.ts";
import type { Digest, ImageDigest } from "../core/digest.ts";
import type { Result } from "../core/result.ts";
import type { SecretSource } from "../core/secret-source.ts";

/** Where an image comes from that a Dockerfile names in FROM, COPY --from or RUN --mount=from. */
export type ImageSource =
  /** Built here before, or by another run: in the store of layers. */
  | { readonly kind: "store"; readonly digest: ImageDigest }
  /** An OCI image layout on disk that stands in for an external image. `directory` is absolute. */
  | { readonly kind: "layout"; readonly directory: string; readonly digest: ImageDigest }
  /** `ref` is a full reference without a digest, such as "docker.io/library/debian:trixie-slim". */
  | { readonly kind: "registry"; readonly ref: string; readonly digest: ImageDigest };

export interface NamedContext {
  /** As the Dockerfile spells it: "lamina/rust", "debian:trixie-slim". */
  readonly name: string;
  readonly source: ImageSource;
}

/**
 * What each step that runs may use; several that run at once may use as much each. Neither the image nor what is found in caches
 * depends on it.
 */
export interface StepLimits {
  readonly memoryBytes: number;
  /** As much of it as there is may be taken besides; else none. */
  readonly swap: boolean;
  /** Cores; absent: all. */
  readonly cpu?: number | undefined;
}

export interface SolveRequest {
  /** Absolute path of the context. */
  readonly contextDirectory: string;
  /** Absolute path of the Dockerfile. */
  readonly dockerfilePath: string;
  readonly target: string | undefined;
  readonly platform: Platform;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly namedContexts: readonly NamedContext[];
  readonly secrets: readonly SecretSource[];
  readonly ssh: boolean;
  /** Build caches that are read, as far as they help. */
  readonly cacheFrom: readonly CacheAddress[];
  /** Name written into the image's metadata, such as "lamina/rust". */
  readonly imageName: string;
  readonly noCache: boolean;
  /** Only a builder that runs its steps on this machine need see to it. */
  readonly stepLimits?: StepLimits | undefined;
}

/** A vertex of the solve, merged over all its reports. */
export interface SolveStep {
  /** Stable within one solve only. */
  readonly id: string;
  /** The instruction as written, such as "[cooker 3/4] RUN cargo chef cook". */
  readonly name: string;
  readonly state: "started" | "completed" | "cached" | "failed";
}

export type SolveProgress =
  | { readonly kind: "step"; readonly step: SolveStep }
  | {
      readonly kind: "log";
      readonly stepId: string;
      readonly stream: "stdout" | "stderr";
      /** Whole lines with their ends; the last one of a step may lack it. */
      readonly text: string;
    }
  /** A cache that is read; `message` says what is wrong with one that is "unread". */
  | {
      readonly kind: "cache";
      readonly address: string;
      readonly state: "reading" | "read" | "unread";
      readonly message: string;
    }
  | { readonly kind: "warning"; readonly text: string };

/** Of a build cache. */
export interface CacheAddress {
  /** A reference: "registry.example/cache/ci/lamina/rust:linux-arm64". */
  readonly address: string;
  /** Whether its registry, though not on the builder's machine, speaks no TLS. */
  readonly isPlainHttp: boolean;
}

/** Where a build cache is written. */
export interface CacheExport extends CacheAddress {
  /** Of BuildKit's export to registries, beside type, ref and mode. */
  readonly options: Readonly<Record<string, string>>;
}

export interface SolveResult {
  readonly imageDigest: ImageDigest;
  /** Compressed bytes of manifest, configuration and layers. */
  readonly sizeBytes: number;
  /** Instructions run and found in the cache; loads and exports are not counted. */
  readonly stepsRun: number;
  readonly stepsCached: number;
}

export type SolveFailure =
  | {
      readonly kind: "step-failed";
      readonly step: string;
      readonly exitCode: number | undefined;
      readonly message: string;
      readonly logTail: readonly string[];
    }
  | { readonly kind: "dockerfile-refused"; readonly message: string }
  | { readonly kind: "source-missing"; readonly message: string }
  | { readonly kind: "secret-missing"; readonly id: string }
  | { readonly kind: "daemon-lost"; readonly message: string }
  | { readonly kind: "canceled" }
  | { readonly kind: "other"; readonly message: string };

/** A promise of a layer, to be run in its image. */
export interface ToolCheck {
  readonly name: string;
  /** Executed as it is, without a shell. */
  readonly command: readonly string[];
}

export interface ProofRequest {
  readonly image: ImageSource;
  readonly platform: Platform;
  readonly tools: readonly ToolCheck[];
  /** Absolute paths in the image. */
  readonly artifactPaths: readonly string[];
}

export type ToolFinding =
  /** `output` is stdout and stderr of the check, at most 4 KiB. */
  | { readonly kind: "ran"; readonly name: string; readonly output: string }
  | { readonly kind: "missing"; readonly name: string }
  | {
      readonly kind: "failed";
      readonly name: string;
      readonly exitCode: number | undefined;
      readonly output: string;
    };

export interface Proof {
  /** One for each asked tool, in the order asked. */
  readonly tools: readonly ToolFinding[];
  readonly missingArtifacts: readonly string[];
}

export interface Builder {
  /** For people: "buildkitd v0.34.2 at unix:///run/buildkit/buildkitd.sock". */
  readonly description: string;
  /** What the daemon can build, its own platform first. */
  readonly platforms: readonly Platform[];
  solve(
    request: SolveRequest,
    report: (progress: SolveProgress) => void,
    signal: AbortSignal,
  ): Promise<Result<SolveResult, SolveFailure>>;
  /**
   * Writes the cache of all steps of a request, those of stages that are not in the image among them, and gives the digest of its
   * manifest. To be called after the same request was solved here, whose steps then are cached; no image is made.
   */
  exportCache(
    request: SolveRequest,
    to: CacheExport,
    signal: AbortSignal,
  ): Promise<Result<Digest, SolveFailure>>;
  /** Runs each check in the image, afresh, and looks for each path. Findings are data; only a broken solve is a failure. */
  prove(request: ProofRequest, signal: AbortSignal): Promise<Result<Proof, SolveFailure>>;
  /** Ends what opening the builder started (a daemon, a bridge). Hears no signal; safe to call twice. */
  close(): Promise<void>;
}
