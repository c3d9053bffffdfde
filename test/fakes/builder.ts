// A builder driven by the test: a solve runs until the test ends it, and nothing happens of its own accord. Keeps the
// laws of the port; proofs find every tool in version 1.2.3 unless told otherwise.

import { type Digest, sha256 } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type {
  Builder,
  CacheExport,
  Proof,
  ProofRequest,
  SolveFailure,
  SolveProgress,
  SolveRequest,
  SolveResult,
  ToolFinding,
} from "../../engine/ports/builder.ts";
import { type Platform, platform } from "../../schemas/platform.ts";
import { type FakeImageStore, imageOf } from "./images.ts";

/** A solve that runs. */
export interface FakeSolve {
  /** The layer's name: that of the image without the workspace. */
  readonly name: string;
  readonly request: SolveRequest;
  /** Whether it was asked to stop; it goes on until the test ends it. */
  readonly isAborted: () => boolean;
  readonly report: (progress: SolveProgress) => void;
  /** Ends it well; without a digest the image is one that belongs to the layer's name. */
  readonly succeed: (result?: Partial<SolveResult>) => void;
  readonly fail: (failure: SolveFailure) => void;
}

export class FakeBuilder implements Builder {
  readonly description = "a builder in a test";
  readonly platforms: readonly Platform[] = [platform.parse("linux/amd64")];
  /** All solves ever asked for, in order. */
  readonly requests: SolveRequest[] = [];
  readonly proofs: ProofRequest[] = [];
  /** What proofs find of a tool, by its name. */
  readonly findings = new Map<string, ToolFinding>();
  readonly missingArtifacts: string[] = [];
  /** What becomes of proofs instead of findings. */
  proofFailure: SolveFailure | undefined;
  /** All caches that were to be written, in order. */
  readonly exports: { readonly request: SolveRequest; readonly to: CacheExport }[] = [];
  /** What becomes of those. */
  exportOutcome: (to: CacheExport, signal: AbortSignal) => Promise<Result<Digest, SolveFailure>> = ({
    address,
  }) => Promise.resolve(ok(sha256(address)));
  /** How many solves ran at once at most. */
  peak = 0;
  closed = 0;
  readonly #store: FakeImageStore;
  readonly #running = new Map<string, FakeSolve>();
  readonly #awaited = new Map<string, (solve: FakeSolve) => void>();

  constructor(store: FakeImageStore) {
    this.#store = store;
  }

  /** Names of the layers whose solves run, in order of their start. */
  get running(): readonly string[] {
    return Array.from(this.#running.keys());
  }

  /** The running solve of a layer, now or as soon as it starts. */
  solving(name: string): Promise<FakeSolve> {
    const running = this.#running.get(name);
    if (running !== undefined) return Promise.resolve(running);
    return new Promise((resolve) => this.#awaited.set(name, resolve));
  }

  solve(
    request: SolveRequest,
    report: (progress: SolveProgress) => void,
    signal: AbortSignal,
  ): Promise<Result<SolveResult, SolveFailure>> {
    const name = request.imageName.replace(/^[^/]*\//, "");
    if (this.#running.has(name)) throw new Error(`${name} is solved twice at once`);
    this.requests.push(request);
    return new Promise((resolve) => {
      const end = (result: Result<SolveResult, SolveFailure>): void => {
        this.#running.delete(name);
        resolve(result);
      };
      const solve: FakeSolve = {
        name,
        request,
        report,
        isAborted: () => signal.aborted,
        fail: (failure) => end(err(failure)),
        succeed: (result) => {
          const whole = {
            imageDigest: imageOf(name),
            sizeBytes: 1000,
            stepsRun: 1,
            stepsCached: 0,
            ...result,
          };
          this.#store.add(whole.imageDigest);
          end(ok(whole));
        },
      };
      this.#running.set(name, solve);
      this.peak = Math.max(this.peak, this.#running.size);
      this.#awaited.get(name)?.(solve);
      this.#awaited.delete(name);
    });
  }

  exportCache(
    request: SolveRequest,
    to: CacheExport,
    signal: AbortSignal,
  ): Promise<Result<Digest, SolveFailure>> {
    this.exports.push({ request, to });
    if (signal.aborted) return Promise.resolve(err({ kind: "canceled" }));
    return this.exportOutcome(to, signal);
  }

  prove(request: ProofRequest, signal: AbortSignal): Promise<Result<Proof, SolveFailure>> {
    this.proofs.push(request);
    if (signal.aborted) return Promise.resolve(err({ kind: "canceled" }));
    if (this.proofFailure !== undefined) return Promise.resolve(err(this.proofFailure));
    const tools = request.tools.map(
      ({ name }): ToolFinding => this.findings.get(name) ?? { kind: "ran", name, output: `${name} 1.2.3\n` },
    );
    return Promise.resolve(ok({ tools, missingArtifacts: this.missingArtifacts }));
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}
