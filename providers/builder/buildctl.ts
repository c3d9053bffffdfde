// The Builder that runs `buildctl` against a BuildKit daemon, whoever started that. Images go into an OCI layout on
// this machine, the store, from which later solves take them by digest.

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Digest } from "../../engine/core/digest.ts";
import { err, type Result } from "../../engine/core/result.ts";
import type {
  Builder,
  CacheExport,
  SolveFailure,
  SolveProgress,
  SolveRequest,
  SolveResult,
} from "../../engine/ports/builder.ts";
import type { Platform } from "../../schemas/platform.ts";
import { handOverSecrets, type ReadSecret, readSecrets } from "../secrets/read-secrets.ts";
import type { SecretVault } from "../secrets/vault.ts";
import { cacheExportArgs, type HandedOver, type ReadyRequest, solveArgs } from "./buildctl-args.ts";
import { enterImage, findExported, parseMetadata } from "./built-image.ts";
import { guardStore } from "./guard-store.ts";
import { handOverImages } from "./hand-over.ts";
import { prove } from "./prove.ts";
import { removeRecord } from "./remove-record.ts";
import { type Daemon, type EndedSolve, runBuildctl } from "./run-buildctl.ts";
import { findShadowedStage } from "./shadowed-stage.ts";
import { shareBlobs, withWorkDirectory } from "./work-directory.ts";

export interface BuildctlSettings {
  readonly daemon: Daemon;
  readonly description: string;
  readonly platforms: readonly Platform[];
  /** Whether the daemon's Dockerfile frontend knows `COPY --exclude`, with which a proof copies no contents. */
  readonly copyExcludes: boolean;
  /** Absolute path of the layout that takes the images; made when it is not there. */
  readonly storeDirectory: string;
  readonly vault: SecretVault;
  /** Ends what opening the builder started. */
  readonly close: () => Promise<void>;
}

/** A Builder over a daemon that answers. */
export function buildctlBuilder(settings: BuildctlSettings): Builder {
  const { storeDirectory, daemon, copyExcludes, vault } = settings;
  return {
    description: settings.description,
    platforms: settings.platforms,
    solve: (request, report, signal) =>
      guardStore(storeDirectory, () => solve(settings, request, report, signal)),
    exportCache: (request, to, signal) =>
      guardStore(storeDirectory, () => exportCache(settings, request, to, signal)),
    prove: (request, signal) =>
      guardStore(storeDirectory, () =>
        withWorkDirectory(storeDirectory, (directory) => {
          const subject = { name: "lamina/subject", source: request.image };
          const images = handOverImages([subject], storeDirectory, directory);
          const own = { directory, images, copyExcludes, redactor: vault.redactor };
          return prove(daemon, { request, subject: subject.name, ...own }, signal);
        }),
      ),
    close: settings.close,
  };
}

async function solve(
  settings: BuildctlSettings,
  request: SolveRequest,
  report: (progress: SolveProgress) => void,
  signal: AbortSignal,
): Promise<Result<SolveResult, SolveFailure>> {
  const { storeDirectory } = settings;
  return inWorkDirectory(settings, request, signal, async (directory, secrets) => {
    const output = {
      layoutDirectory: join(directory, "out"),
      metadataFile: join(directory, "metadata.json"),
    };
    shareBlobs(output.layoutDirectory, storeDirectory);
    const job = { directory, request, secrets };
    const makeArgs: MakeArgs = (ready, images) => solveArgs(ready, images, output);
    const { log, failure } = await runIn(settings, job, makeArgs, report, signal);
    if (failure !== undefined) return err(failure);
    const image = parseMetadata(readText(output.metadataFile));
    return enterImage(storeDirectory, request.imageName, image, log);
  });
}

async function exportCache(
  settings: BuildctlSettings,
  request: SolveRequest,
  to: CacheExport,
  signal: AbortSignal,
): Promise<Result<Digest, SolveFailure>> {
  return inWorkDirectory(settings, request, signal, async (directory, secrets) => {
    const metadataFile = join(directory, "metadata.json");
    const job = { directory, request, secrets };
    const makeArgs: MakeArgs = (ready, images) => cacheExportArgs(ready, images, to, metadataFile);
    const { log, failure } = await runIn(settings, job, makeArgs, () => {}, signal);
    return failure === undefined ? findExported(readText(metadataFile), log) : err(failure);
  });
}

/** Reads the secrets, and runs in a folder of its own. */
async function inWorkDirectory<T>(
  settings: BuildctlSettings,
  request: SolveRequest,
  signal: AbortSignal,
  work: (directory: string, secrets: readonly ReadSecret[]) => Promise<Result<T, SolveFailure>>,
): Promise<Result<T, SolveFailure>> {
  const { storeDirectory, vault } = settings;
  const secrets = await readSecrets(vault, request.secrets, signal);
  if (!secrets.ok) return secrets;
  const shadowed = findShadowedStage(request);
  if (shadowed !== undefined) return err(shadowed);
  mkdirSync(join(storeDirectory, "blobs", "sha256"), { recursive: true });
  return withWorkDirectory(storeDirectory, (directory) => work(directory, secrets.value));
}

type MakeArgs = (ready: ReadyRequest, images: HandedOver) => readonly string[];

interface Job {
  readonly directory: string;
  readonly request: SolveRequest;
  readonly secrets: readonly ReadSecret[];
}

async function runIn(
  { storeDirectory, daemon, vault }: BuildctlSettings,
  { directory, request, secrets }: Job,
  makeArgs: MakeArgs,
  report: (progress: SolveProgress) => void,
  signal: AbortSignal,
): Promise<EndedSolve> {
  const refFile = join(directory, "ref");
  const images = handOverImages(request.namedContexts, storeDirectory, directory);
  const handed = handOverSecrets(secrets);
  try {
    const ready = { ...request, secrets: handed.secrets };
    const args = [...makeArgs(ready, images), "--ref-file", refFile];
    return await runBuildctl(daemon, { args, env: handed.env, redactor: vault.redactor }, report, signal);
  } finally {
    handed.dispose();
    if (secrets.length > 0) await removeRecord(daemon, readText(refFile));
  }
}

/** "" when there is no such file. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
