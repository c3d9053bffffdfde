// BuildKit's programs, at the version that tools/buildkit/go.mod pins: found in the cache, else built there with Go.
// No Linux distribution packages them, and a build from the module needs nothing but the Go toolchain and its proxy.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cacheDir, exists, makeDirOnce } from "./cache-dir.ts";
import { ensurePrograms, findProgram } from "./debian-packages.ts";
import { MissingRequirement } from "./missing-requirement.ts";
import { type Say, sayOnStderr } from "./say.ts";

export interface BuildkitPrograms {
  /** Without a "v": "0.34.2". */
  readonly version: string;
  /** The folder of both programs, absolute. */
  readonly directory: string;
  readonly buildctl: string;
  readonly buildkitd: string;
}

const moduleDir = join(import.meta.dirname, "../../tools/buildkit");
const programs = ["buildctl", "buildkitd"] as const;

/**
 * BuildKit's programs and runc, which buildkitd runs steps with. Idempotent, and safe when called twice at once.
 * Throws MissingRequirement where Go or runc are missing and cannot be installed.
 */
export async function ensureBuildkit(
  say: Say = sayOnStderr,
  signal?: AbortSignal,
): Promise<BuildkitPrograms> {
  const version = await pinnedVersion();
  const directory = join(cacheDir(), "tools", `buildkit-${version}`);
  if (!(await exists(directory)))
    await makeDirOnce(directory, (temporary) => build(version, temporary, say, signal));
  await ensurePrograms(
    [{ name: "runc", package: "runc", why: "buildkitd runs the steps of a build with it" }],
    say,
  );
  return {
    version,
    directory,
    buildctl: join(directory, "buildctl"),
    buildkitd: join(directory, "buildkitd"),
  };
}

async function pinnedVersion(): Promise<string> {
  const file = join(moduleDir, "go.mod");
  const version = /^\s*github\.com\/moby\/buildkit v(\S+)/m.exec(await readFile(file, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${file} requires no github.com/moby/buildkit`);
  return version;
}

async function build(
  version: string,
  into: string,
  say: Say,
  signal: AbortSignal | undefined,
): Promise<void> {
  const go =
    (await findProgram("go")) ??
    ((await exists("/usr/local/go/bin/go")) ? "/usr/local/go/bin/go" : undefined);
  if (go === undefined) {
    throw new MissingRequirement(
      `BuildKit is neither running nor installed, and building v${version} needs Go`,
      "start Docker or a buildkitd (BUILDKIT_HOST names its address), or install Go 1.26 or newer",
    );
  }
  const startedMs = performance.now();
  say(`BuildKit v${version}: building buildctl and buildkitd with Go, once for this machine (some minutes)`);
  const result = await execa(
    go,
    [
      "build",
      "-mod=readonly",
      "-trimpath",
      "-tags=osusergo netgo",
      `-ldflags=-s -w -X github.com/moby/buildkit/version.Version=v${version}`,
      `-o=${into}/`,
      ...programs.map((program) => `github.com/moby/buildkit/cmd/${program}`),
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
      `building BuildKit v${version} failed:\n${result.all.trimEnd()}`,
      "see what Go complains about above: its version, or the way to its module proxy",
    );
  }
  say(`BuildKit v${version}: built in ${Math.round((performance.now() - startedMs) / 1000)} s`);
}
