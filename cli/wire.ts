// The one place that chooses bodies for what the engine asks of the world.

import { join } from "node:path";
import type { ImageDigest } from "../engine/core/digest.ts";
import type { Files, Host } from "../engine/core/host.ts";
import type { Result } from "../engine/core/result.ts";
import { Memory } from "../engine/memory/memory.ts";
import type { NickelEvaluator } from "../engine/nickel/evaluate.ts";
import type { HeldImages } from "../engine/plan/plan.ts";
import type { ImageInspector, ImageResolver, ImageStore } from "../engine/ports/images.ts";
import type { LocalMachine } from "../engine/ports/local-machine.ts";
import type { Registry } from "../engine/ports/registry.ts";
import type { VersionControl } from "../engine/ports/version-control.ts";
import type { ProjectSource } from "../engine/project.ts";
import type { FoundBuilder, NoBuilder } from "../providers/builder/connect.ts";
import { systemClock } from "../providers/host/clock.ts";
import { systemFiles } from "../providers/host/files.ts";
import { SecretVault } from "../providers/secrets/vault.ts";
import { isPlatform } from "../schemas/is-platform.ts";
import type { Platform } from "../schemas/platform.ts";
import type { RegistryAddress } from "../schemas/registry-address.ts";
import { recallHeldImages } from "./held-images.ts";
import { buildId } from "./package-root.ts";

export function createHost(): Host {
  return { files: systemFiles, clock: systemClock, env: (name) => process.env[name] };
}

/** git, loaded only where it is needed. */
export async function openVersionControl(): Promise<VersionControl> {
  const { openGit } = await import("../providers/git/git.ts");
  return openGit(systemFiles);
}

/** What was read of the project at `root` (absolute), kept in .lamina/cache from one command to the next. */
export function openMemory(host: Host, root: string, name: "memory" | "outline" = "memory"): Memory {
  return new Memory({
    files: host.files,
    folder: join(root, ".lamina/cache"),
    name,
    producer: buildId(),
    nowMs: () => host.clock.nowMs(),
  });
}

/** Evaluates a project's Nickel files. The evaluator is loaded at the first one; it reads each file once. lamina's own library
 * is read from `disk`, whatever tree `files` show. */
export function openLazyEvaluator(
  host: { readonly files: Files },
  disk: Files = host.files,
): ProjectSource["evaluate"] {
  let opened: Promise<NickelEvaluator> | undefined;
  return async (path) => {
    opened ??= import("./open-evaluator.ts").then(({ openEvaluator }) => openEvaluator({ ...host, disk }));
    return (await opened).evaluate(path);
  };
}

/** Where a project's own images lie, absolute. */
export function storeDirectory(root: string): string {
  return join(root, ".lamina/store");
}

export async function openImageStore(root: string): Promise<ImageStore> {
  const { openImageStore: openLayout } = await import("../providers/store/oci-layout.ts");
  return openLayout(storeDirectory(root));
}

/** Which of these images the project's store holds. Those that were found whole before are not opened again. */
export function findHeldImages(
  root: string,
  images: readonly ImageDigest[],
  memory: Memory,
): Promise<HeldImages> {
  return recallHeldImages(storeDirectory(root), images, memory);
}

let registryInUse: Promise<Registry> | undefined;

/** That speak no TLS although they are on no loopback: as the directives of this process say. */
const plainRegistries = new Set<RegistryAddress>();

/** The client for registries, with this user's logins: one a process, so that its tokens and turns are shared. */
export function openRegistry(plainHttp: Iterable<RegistryAddress> = []): Promise<Registry> {
  for (const address of plainHttp) plainRegistries.add(address);
  registryInUse ??= import("../providers/registry/open-registry.ts").then((opener) =>
    opener.openRegistry({
      env: (name) => process.env[name],
      clock: systemClock,
      random: Math.random,
      plainHttp: plainRegistries,
    }),
  );
  return registryInUse;
}

/** Looks up external images; what that takes is loaded at the first one. */
export function createResolver(): ImageResolver {
  let opened: Promise<ImageResolver> | undefined;
  return {
    async resolve(reference, platform, signal) {
      opened ??= import("../providers/registry/resolve.ts").then(async ({ openImageResolver }) =>
        openImageResolver(await openRegistry()),
      );
      return (await opened).resolve(reference, platform, signal);
    },
  };
}

/** Loaded only where something is looked up. */
export async function openImageInspector(): Promise<ImageInspector> {
  const created = await import("../providers/registry/created.ts");
  return created.openImageInspector(await openRegistry());
}

/** Opens a builder for a project as every build does, or tells which ways were tried. Loaded only where it is needed. */
export async function openBuilder(
  root: string,
  signal: AbortSignal,
  vault = createVault(),
): Promise<Result<FoundBuilder, NoBuilder>> {
  const connect = await import("../providers/builder/connect.ts");
  return connect.openBuilder(
    { storeDirectory: storeDirectory(root), env: (name) => process.env[name], vault },
    signal,
  );
}

/** For the secrets of one run after another. */
export function createVault(): SecretVault {
  return new SecretVault((name) => process.env[name]);
}

/** This machine, where the steps of that builder can be seen, or why they cannot, in a phrase. */
export async function openLocalMachine({ stepsHere }: FoundBuilder): Promise<Result<LocalMachine, string>> {
  if (!stepsHere.ok) return stepsHere;
  const vitals = await import("../providers/vitals/local-machine.ts");
  return vitals.openLocalMachine();
}

/** Node's words for architectures, where they are not those of images. */
const architectures: Readonly<Record<string, string>> = {
  x64: "amd64",
  ia32: "386",
  arm: "arm/v7",
  ppc64: "ppc64le",
};

/** "linux/arm64" or "linux/amd64": containers are Linux whatever the machine runs. */
export function hostPlatform(): Platform {
  const own = `linux/${architectures[process.arch] ?? process.arch}`;
  if (!isPlatform(own)) throw new Error(`${own} is no platform`);
  return own;
}
