// Finds a BuildKit daemon to build with, in this order: $BUILDKIT_HOST; a buildkitd socket; Docker Engine through
// `docker buildx dial-stdio`; a buildkitd that lamina starts itself. What was tried, and why each did not do, comes
// out when none does.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { Builder } from "../../engine/ports/builder.ts";
import { SecretVault } from "../secrets/vault.ts";
import { askDaemon } from "./ask-daemon.ts";
import { type BuildctlSettings, buildctlBuilder } from "./buildctl.ts";
import { openDockerBridge } from "./docker-bridge.ts";
import { cacheDirectory, findTool, type ReadEnv } from "./find-tools.ts";
import { useOwnDaemon } from "./own-daemon.ts";
import { findMissingExporter } from "./probe-exporter.ts";
import type { Daemon } from "./run-buildctl.ts";
import { removeStaleWorkDirectories } from "./work-directory.ts";

export interface OpenBuilderOptions {
  /** Absolute path of the OCI layout that takes the images. */
  readonly storeDirectory: string;
  readonly env: ReadEnv;
  /** The secrets of what is built; one of its own where it is left out. */
  readonly vault?: SecretVault | undefined;
  /** Where a system's buildkitd listens; /run/buildkit/buildkitd.sock unless told otherwise. */
  readonly systemSocket?: string | undefined;
}

/** A way to a daemon that did not do. */
export interface Attempt {
  /** For example "Docker Engine". */
  readonly way: string;
  /** A phrase without a full stop. */
  readonly reason: string;
  /** How to make it do, as an imperative. */
  readonly help: string;
}

export interface NoBuilder {
  /** In the order tried; at least one. */
  readonly attempts: readonly Attempt[];
}

/** A Builder that tells whether its steps run on this machine, where they can be held to limits and seen, or why not, in a phrase. */
export interface FoundBuilder extends Builder {
  readonly stepsHere: Result<void, string>;
}

type Way = (context: Context) => Promise<Result<FoundBuilder, Attempt>>;

interface Context {
  readonly options: OpenBuilderOptions;
  readonly buildctl: string;
  readonly signal: AbortSignal;
}

/**
 * Opens the first that is there. $BUILDKIT_HOST is a user's own choice: when it is set nothing else is tried. The
 * Builder's `close` ends what was started for it.
 */
export async function openBuilder(
  options: OpenBuilderOptions,
  signal: AbortSignal,
): Promise<Result<FoundBuilder, NoBuilder>> {
  const { env } = options;
  const buildctl = findTool("buildctl", env);
  if (buildctl === undefined) return err({ attempts: [missingTool("buildctl", env)] });
  removeStaleWorkDirectories(options.storeDirectory, Date.now());
  const host = env("BUILDKIT_HOST") ?? "";
  const ways = host === "" ? [viaSocket, viaDocker, viaOwnDaemon] : [viaHost(host)];
  const attempts: Attempt[] = [];
  for (const way of ways) {
    const opened = await way({ options, buildctl, signal });
    if (opened.ok) return opened;
    attempts.push(opened.error);
  }
  return err({ attempts });
}

function viaHost(host: string): Way {
  return async (context) => {
    const opened = await openAt(context, host, {
      describe: (version) => `buildkitd ${version} at ${host} ($BUILDKIT_HOST)`,
      elsewhere: host.startsWith("unix:") ? undefined : `${host} ($BUILDKIT_HOST) may be another machine`,
    });
    if (opened.ok) return opened;
    const help = "start the daemon, or unset BUILDKIT_HOST to let lamina look for another";
    return err({ way: `$BUILDKIT_HOST (${host})`, reason: opened.error, help });
  };
}

async function viaSocket(context: Context): Promise<Result<FoundBuilder, Attempt>> {
  const { env, systemSocket = "/run/buildkit/buildkitd.sock" } = context.options;
  const runtime = env("XDG_RUNTIME_DIR") ?? "";
  const sockets = [systemSocket, ...(runtime === "" ? [] : [join(runtime, "buildkit", "buildkitd.sock")])];
  const reasons: string[] = [];
  for (const socket of sockets) {
    const address = `unix://${socket}`;
    if (!existsSync(socket)) {
      reasons.push(`there is no ${socket}`);
      continue;
    }
    const opened = await openAt(context, address, {
      describe: (version) => `buildkitd ${version} at ${address}`,
    });
    if (opened.ok) return opened;
    reasons.push(`${socket}: ${opened.error}`);
  }
  const help = "start buildkitd, or set BUILDKIT_HOST to where one listens";
  return err({ way: "a buildkitd socket", reason: reasons.join("; "), help });
}

async function viaDocker(context: Context): Promise<Result<FoundBuilder, Attempt>> {
  const way = "Docker Engine";
  const docker = findTool("docker", context.options.env);
  if (docker === undefined)
    return err({
      way,
      reason: "docker is not on PATH",
      help: "install Docker Engine with its buildx plug-in",
    });
  const bridge = await openDockerBridge(docker);
  const opened = await openAt(context, bridge.address, {
    describe: (version) => `BuildKit ${version} of Docker Engine`,
    close: bridge.close,
    elsewhere: "Docker Engine's BuildKit may be on another machine, or in a virtual one",
  });
  if (!opened.ok) {
    await bridge.close();
    const reason = complaintOf(bridge.complaint()) ?? opened.error;
    return err({ way, reason, help: "start Docker Engine, with the buildx plug-in installed" });
  }
  const missing = await findMissingExporter(
    { program: context.buildctl, address: bridge.address },
    context.options.storeDirectory,
    context.signal,
  );
  if (missing === undefined) return opened;
  await bridge.close();
  const help = "turn on Docker Engine's containerd image store, which can write OCI layouts";
  return err({ way, reason: missing, help });
}

/** Docker's first words that are no warning: what follows is advice. */
function complaintOf(stderr: string): string | undefined {
  const words = stderr.split("\n").find((line) => line.trim() !== "" && !/^(?:time=|warning)/i.test(line));
  return words?.replace(/^error: /i, "");
}

async function viaOwnDaemon(context: Context): Promise<Result<FoundBuilder, Attempt>> {
  const { env } = context.options;
  const buildkitd = findTool("buildkitd", env);
  if (buildkitd === undefined) return err(missingTool("buildkitd", env));
  const runc = findTool("runc", env);
  if (runc === undefined)
    return err({
      way: "a buildkitd of lamina's own",
      reason: "runc is not on PATH",
      help: "install runc (the package is called runc on most systems)",
    });
  const way = `a buildkitd of lamina's own (${buildkitd})`;
  if (process.getuid?.() !== 0)
    return err({
      way,
      reason: "only root may run it",
      help: "start a rootless buildkitd with rootlesskit, and set BUILDKIT_HOST to its socket",
    });
  const directory = join(cacheDirectory(env), "buildkitd");
  const daemon = await useOwnDaemon({ buildkitd, runc, directory }, context.signal);
  const help = `look into ${join(directory, "buildkitd.log")}`;
  if (!daemon.ok) return err({ way, reason: daemon.error, help });
  const { address, close } = daemon.value;
  const opened = await openAt(context, address, {
    describe: (version) => `buildkitd ${version}, started by lamina`,
    close,
  });
  if (opened.ok) return opened;
  await close();
  return err({ way, reason: opened.error, help });
}

/** A Builder over the daemon at an address that is known, or the reason why it does not do. `close` ends what leads there. */
export async function openBuilderAt(
  options: Pick<OpenBuilderOptions, "storeDirectory" | "env" | "vault">,
  address: string,
  {
    describe,
    close,
  }: { readonly describe: (version: string) => string; readonly close: () => Promise<void> },
  signal: AbortSignal,
): Promise<Result<Builder, string>> {
  const buildctl = findTool("buildctl", options.env);
  if (buildctl === undefined) return err(missingTool("buildctl", options.env).reason);
  return openAt({ options, buildctl, signal }, address, { describe, close });
}

interface DaemonPlace {
  readonly describe: (version: string) => string;
  /** Ends what leads there. */
  readonly close?: BuildctlSettings["close"];
  /** Why its steps may not run on this machine; undefined: they do. */
  readonly elsewhere?: string | undefined;
}

/** The same, with buildctl at hand. */
async function openAt(
  { options, buildctl, signal }: Context,
  address: string,
  { describe, close = () => Promise.resolve(), elsewhere }: DaemonPlace,
): Promise<Result<FoundBuilder, string>> {
  const daemon: Daemon = { program: buildctl, address };
  const info = await askDaemon(daemon, signal);
  if (!info.ok) return info;
  const { version, platforms, copyExcludes, limitsSteps } = info.value;
  const { storeDirectory, env, vault = new SecretVault(env) } = options;
  const description = describe(version);
  const settings = { daemon, description, platforms, copyExcludes, storeDirectory, vault, close };
  const unfit = elsewhere ?? (limitsSteps ? undefined : `BuildKit ${version} limits no steps; v0.31 does`);
  return ok({ ...buildctlBuilder(settings), stepsHere: unfit === undefined ? ok(undefined) : err(unfit) });
}

function missingTool(name: string, env: ReadEnv): Attempt {
  return {
    way: name === "buildctl" ? "BuildKit's client, buildctl" : "a buildkitd of lamina's own",
    reason: `${name} is neither on PATH nor in ${join(cacheDirectory(env), "tools")}`,
    help: "install BuildKit (github.com/moby/buildkit), or let `npm run demo` build it",
  };
}
