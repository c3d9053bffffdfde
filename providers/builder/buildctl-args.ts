// A request to solve, as the arguments of `buildctl build`. Pure: paths and names come in, an argv array goes out.

import { basename, dirname } from "node:path/posix";
import { unreachable } from "../../engine/core/unreachable.ts";
import type {
  CacheAddress,
  CacheExport,
  NamedContext,
  SolveRequest,
  StepLimits,
} from "../../engine/ports/builder.ts";
import type { HandedSecret } from "../secrets/read-secrets.ts";

/**
 * Seconds since the epoch that images and the files their steps wrote are dated with, so that the same content gives
 * the same digest: 1980-01-01, the earliest date that ZIP archives (and with them Java and Python packages) can hold.
 */
export const sourceDateEpoch = 315_532_800;

/**
 * Rewriting timestamps compresses every new layer once more, also when all steps were cached. With gzip, BuildKit's own
 * choice, 240 MB took 27 s, and 14 s cached; with zstd 4.6 s and 4.0 s, at the same size. Layers of external bases stay
 * as they are. Docker Engine reads zstd since 23.0, containerd since 1.5.
 */
const compression = "zstd";

/** Where a solve puts its image and its metadata; absolute paths. */
export interface SolveOutput {
  readonly layoutDirectory: string;
  readonly metadataFile: string;
}

/** A directory with an OCI layout that the daemon may read, under the name that contexts call it by. */
export interface LayoutMount {
  readonly id: string;
  readonly directory: string;
}

/** The images that a Dockerfile names, as arguments. */
export interface HandedOver {
  /** Values of --opt, from `contextFor`. */
  readonly contexts: readonly string[];
  /** Every layout that those speak of. */
  readonly layouts: readonly LayoutMount[];
}

/** A request whose secrets stand where buildctl reads them. */
export interface ReadyRequest extends Omit<SolveRequest, "secrets"> {
  readonly secrets: readonly HandedSecret[];
}

/** The arguments for a request whose named contexts are handed over as `images`. */
export function solveArgs(request: ReadyRequest, images: HandedOver, output: SolveOutput): string[] {
  const image = csv([
    "type=oci",
    "tar=false",
    `dest=${output.layoutDirectory}`,
    `name=${request.imageName}`,
    "rewrite-timestamp=true",
    `compression=${compression}`,
  ]);
  return [...requestArgs(request, images), "--output", image, "--metadata-file", output.metadataFile];
}

/**
 * The arguments for writing the cache of a request, without an image. Its layers are compressed as those of the image, of which
 * BuildKit then has most: of 60 MB the export took 2.1 s, and 3.5 s with gzip. Errors are none of buildctl's: progress tells them.
 */
export function cacheExportArgs(
  request: ReadyRequest,
  images: HandedOver,
  to: CacheExport,
  metadataFile: string,
): string[] {
  const options = Object.entries(to.options).map(([name, value]) => `${name}=${value}`);
  const target = csv([
    ...cacheAt(to),
    "mode=max",
    ...options,
    "ignore-error=true",
    `compression=${compression}`,
  ]);
  return [...requestArgs(request, images), "--export-cache", target, "--metadata-file", metadataFile];
}

/** A cache in a registry, as fields of --import-cache and --export-cache. */
function cacheAt({ address, isPlainHttp }: CacheAddress): string[] {
  return ["type=registry", `ref=${address}`, ...(isPlainHttp ? ["registry.insecure=true"] : [])];
}

/** What a solve is asked for, but for what comes out. */
function requestArgs(request: ReadyRequest, images: HandedOver): string[] {
  return [
    ...frontendArgs(request.contextDirectory, request.dockerfilePath, request.noCache),
    ...option("platform", request.platform),
    ...(request.target === undefined ? [] : option("target", request.target)),
    ...Array.from(request.buildArgs).flatMap(([name, value]) => option(`build-arg:${name}`, value)),
    // Last, so that a build argument of that name does not undo it.
    ...option("build-arg:SOURCE_DATE_EPOCH", String(sourceDateEpoch)),
    ...(request.stepLimits === undefined ? [] : limitArgs(request.stepLimits)),
    ...imageArgs(images),
    ...request.secrets.flatMap((secret) => ["--secret", secretArg(secret)]),
    ...(request.ssh ? ["--ssh", "default"] : []),
    ...request.cacheFrom.flatMap((cache) => ["--import-cache", csv(cacheAt(cache))]),
  ];
}

/** The arguments that every solve of a Dockerfile has. */
export function frontendArgs(contextDirectory: string, dockerfilePath: string, noCache: boolean): string[] {
  return [
    "build",
    "--progress=rawjson",
    "--frontend",
    "dockerfile.v0",
    "--local",
    `context=${contextDirectory}`,
    "--local",
    `dockerfile=${dirname(dockerfilePath)}`,
    ...option("filename", basename(dockerfilePath)),
    ...(noCache ? ["--no-cache"] : []),
  ];
}

const cpuPeriodUs = 100_000;

/** For every RUN of the Dockerfile, by BuildKit since v0.31; a frontend that does not know them passes them over. They enter no cache key. */
function limitArgs({ memoryBytes, swap, cpu }: StepLimits): string[] {
  return [
    ...option("memory", String(memoryBytes)),
    ...(swap ? [] : option("memswap", String(memoryBytes))),
    ...(cpu === undefined
      ? []
      : [
          ...option("cpuperiod", String(cpuPeriodUs)),
          ...option("cpuquota", String(Math.round(cpu * cpuPeriodUs))),
        ]),
  ];
}

export function imageArgs(images: HandedOver): string[] {
  return [
    ...images.contexts.flatMap((context) => ["--opt", context]),
    ...images.layouts.flatMap((layout) => ["--oci-layout", `${layout.id}=${layout.directory}`]),
  ];
}

export function option(name: string, value: string): string[] {
  return ["--opt", `${name}=${value}`];
}

/** The value of --opt that hands an image over under the name that a Dockerfile calls it by. */
export function contextFor(
  context: NamedContext,
  layoutId: (directory: string | undefined) => string,
): string {
  const { source } = context;
  const key = `context:${contextKey(context.name)}`;
  switch (source.kind) {
    case "store":
      return `${key}=oci-layout://${layoutId(undefined)}@${source.digest}`;
    case "layout":
      return `${key}=oci-layout://${layoutId(source.directory)}@${source.digest}`;
    case "registry":
      return `${key}=docker-image://${source.ref.replace(/@sha256:[0-9a-f]{64}$/, "")}@${source.digest}`;
    default:
      return unreachable(source);
  }
}

/**
 * The spelling under which BuildKit's Dockerfile frontend looks a named context up: the familiar form of the
 * reference, without ":latest" (frontend/dockerui/config.go, NamedContext; distribution/reference, FamiliarString).
 */
export function contextKey(name: string): string {
  return name
    .replace(/^(?:index\.)?docker\.io\//, "")
    .replace(/^library\/(?=[^/]*$)/, "")
    .replace(/:latest$/, "");
}

/** A secret by where it lies; its value stays there. `type` keeps a variable from being taken for a path. */
function secretArg(secret: HandedSecret): string {
  return secret.from === "env"
    ? csv([`id=${secret.id}`, "type=env", `env=${secret.variable}`])
    : csv([`id=${secret.id}`, "type=file", `src=${secret.path}`]);
}

/** One line of comma-separated values as buildctl reads it (RFC 4180). */
export function csv(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}
