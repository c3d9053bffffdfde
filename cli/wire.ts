// The one place that chooses bodies for what the engine asks of the world.

import { join } from "node:path";
import type { Files, Host } from "../engine/core/host.ts";
import type { Result } from "../engine/core/result.ts";
import { Memory } from "../engine/memory/memory.ts";
import { createEvaluator, type EvaluateOptions, type NickelEvaluator } from "../engine/nickel/evaluate.ts";
import type { ProjectSource } from "../engine/pipeline.ts";
import type { Builder } from "../engine/ports/builder.ts";
import type { ImageResolver, ImageStore } from "../engine/ports/images.ts";
import type { NoBuilder } from "../providers/builder/connect.ts";
import { systemClock } from "../providers/host/clock.ts";
import { systemFiles } from "../providers/host/files.ts";
import { openImageResolver } from "../providers/registry/resolve.ts";
import { openImageStore as openLayout } from "../providers/store/oci-layout.ts";
import { type Platform, platform } from "../schemas/platform.ts";
import { mountFolder } from "./mount-folder.ts";
import { packageRoot } from "./package-root.ts";

export function createHost(): Host {
  return { files: systemFiles, clock: systemClock, env: (name) => process.env[name] };
}

/** The folder of lamina's own .ncl files, absolute. */
export function schemaFolder(): string {
  return isBuilt ? join(packageRoot(), "dist/lamina") : join(packageRoot(), "schemas");
}

// Built code finds the contracts in a folder that bears the name they are imported by; in the sources they lie in
// schemas/, and are only seen under that name.
const isBuilt = !import.meta.url.endsWith(".ts");

/** The folder below which `import "lamina/…"` is found, absolute. */
export function libraryFolder(): string {
  return isBuilt ? join(packageRoot(), "dist") : packageRoot();
}

/** An evaluator that knows `import "lamina/…"`, whatever else `importPaths` (absolute) hold. */
export function openEvaluator(
  host: { readonly files: Files },
  importPaths: readonly string[] = [],
  options: Pick<EvaluateOptions, "firstOnly" | "trace"> = {},
): NickelEvaluator {
  const library = libraryFolder();
  const files = isBuilt ? host.files : mountFolder(host.files, join(library, "lamina"), schemaFolder());
  return createEvaluator({ ...options, files, importPaths: [...importPaths, library] });
}

/** What was read of the project at `root` (absolute), kept in .lamina/cache from one command to the next. */
export function openMemory(host: Host, root: string): Memory {
  return new Memory({
    files: host.files,
    folder: join(root, ".lamina/cache"),
    // A chunk's name holds a digest of its code and of the names of all that it imports; nothing names the sources as they
    // stand at the moment, so nothing of theirs is kept.
    producer: isBuilt ? import.meta.url : undefined,
    nowMs: () => host.clock.nowMs(),
  });
}

/** Evaluates a project's Nickel files. The evaluator is loaded at the first one; it reads each file once. */
export function openLazyEvaluator(host: { readonly files: Files }): ProjectSource["evaluate"] {
  let evaluator: NickelEvaluator | undefined;
  return (path) => {
    evaluator ??= openEvaluator(host);
    return evaluator.evaluate(path);
  };
}

/** Where a project's own images lie, absolute. */
function storeDirectory(root: string): string {
  return join(root, ".lamina/store");
}

export function openImageStore(root: string): ImageStore {
  return openLayout(storeDirectory(root));
}

export function createResolver(): ImageResolver {
  return openImageResolver((name) => process.env[name]);
}

/** Opens a builder for a project as every build does, or tells which ways were tried. Loaded only where it is needed. */
export async function openBuilder(root: string, signal: AbortSignal): Promise<Result<Builder, NoBuilder>> {
  const connect = await import("../providers/builder/connect.ts");
  return connect.openBuilder(
    { storeDirectory: storeDirectory(root), env: (name) => process.env[name] },
    signal,
  );
}

/** "linux/arm64" or "linux/amd64": containers are Linux whatever the machine runs. */
export function hostPlatform(): Platform {
  const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return platform.parse(`linux/${architectures[process.arch] ?? process.arch}`);
}
