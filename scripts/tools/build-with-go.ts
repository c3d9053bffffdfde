// Programs of a Go module that a go.mod of ours pins, built with Go once for this machine.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { exists } from "./cache-dir.ts";
import { findProgram } from "./debian-packages.ts";
import { MissingRequirement } from "./missing-requirement.ts";

export interface GoBuild {
  /** For people: "BuildKit v0.34.2". */
  readonly what: string;
  /** Absolute path of the folder with go.mod and go.sum. */
  readonly moduleDir: string;
  /** Import paths of the programs. */
  readonly packages: readonly string[];
  readonly tags?: string;
  /** After "-s -w". */
  readonly ldflags?: string;
  /** What would do in place of Go, as the end of an imperative. */
  readonly instead: string;
}

/** The version of a module in the folder's go.mod, without a "v". */
export async function pinnedVersion(moduleDir: string, module: string): Promise<string> {
  const file = join(moduleDir, "go.mod");
  const line = (await readFile(file, "utf8")).split("\n").find((one) => one.trim().startsWith(`${module} v`));
  const version = line?.trim().split(" ")[1]?.slice(1);
  if (version === undefined) throw new Error(`${file} requires no ${module}`);
  return version;
}

/** Puts the programs into the folder. Throws MissingRequirement where there is no Go, or it fails. */
export async function buildWithGo(
  { what, moduleDir, packages, tags, ldflags, instead }: GoBuild,
  into: string,
  signal?: AbortSignal,
): Promise<void> {
  const go =
    (await findProgram("go")) ??
    ((await exists("/usr/local/go/bin/go")) ? "/usr/local/go/bin/go" : undefined);
  if (go === undefined) {
    throw new MissingRequirement(
      `${what} is not installed, and building it needs Go`,
      `install Go 1.26 or newer, ${instead}`,
    );
  }
  const result = await execa(
    go,
    [
      "build",
      "-mod=readonly",
      "-trimpath",
      ...(tags === undefined ? [] : [`-tags=${tags}`]),
      `-ldflags=${["-s -w", ldflags ?? ""].join(" ").trim()}`,
      `-o=${into}/`,
      ...packages,
    ],
    {
      cwd: moduleDir,
      env: { CGO_ENABLED: "0" },
      all: true,
      reject: false,
      ...(signal && { cancelSignal: signal }),
    },
  );
  signal?.throwIfAborted();
  if (result.failed) {
    throw new MissingRequirement(
      `building ${what} failed:\n${result.all.trimEnd()}`,
      "see what Go complains about above: its version, or the way to its module proxy",
    );
  }
}
