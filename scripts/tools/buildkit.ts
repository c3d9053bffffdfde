// BuildKit's programs, at the version that tools/buildkit/go.mod pins: found in the cache, else put there, out of
// BuildKit's image where Docker runs, else built with Go. Few Linux distributions package them, and a build from the
// module needs nothing but the Go toolchain and its proxy.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cacheDir, exists, makeDirOnce } from "./cache-dir.ts";
import { findProgram } from "./debian-packages.ts";
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
 * BuildKit's programs, got if need be. Idempotent, and safe when called twice at once. Throws MissingRequirement where
 * there is no way to get them. To run buildkitd takes root and runc besides.
 */
export async function ensureBuildkit(
  say: Say = sayOnStderr,
  signal?: AbortSignal,
): Promise<BuildkitPrograms> {
  const version = await pinnedVersion();
  const directory = join(cacheDir(), "tools", `buildkit-${version}`);
  if (!(await exists(directory)))
    await makeDirOnce(directory, (temporary) => obtain(version, temporary, say, signal));
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

/** Takes the programs out of BuildKit's own image where Docker can get it, which is quicker; else builds them. */
async function obtain(
  version: string,
  into: string,
  say: Say,
  signal: AbortSignal | undefined,
): Promise<void> {
  const startedMs = performance.now();
  const way = (await copyFromImage(version, into, say, signal)) ? "copied" : "built";
  if (way === "built") await build(version, into, say, signal);
  say(`BuildKit v${version}: ${way} in ${String(Math.round((performance.now() - startedMs) / 1000))} s`);
}

/** False where Docker does not answer, or cannot pull the image. */
async function copyFromImage(
  version: string,
  into: string,
  say: Say,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const docker = await findProgram("docker");
  if (docker === undefined) return false;
  const run = async (...args: readonly string[]) =>
    await execa(docker, args, { reject: false, ...(signal && { cancelSignal: signal }) });
  if ((await run("version", "--format", "{{.Server.Version}}")).failed) return false;
  const image = `moby/buildkit:v${version}`;
  say(
    `BuildKit v${version}: taking buildctl and buildkitd out of the image ${image} with Docker, once for this machine`,
  );
  const created = await run("create", "--quiet", image);
  signal?.throwIfAborted();
  if (created.failed) {
    say(`Docker cannot get ${image}: ${created.stderr.trim().split("\n").at(-1) ?? ""}`);
    return false;
  }
  const copies = [];
  for (const program of programs) {
    copies.push(await run("cp", `${created.stdout}:/usr/bin/${program}`, join(into, program)));
  }
  await execa(docker, ["rm", created.stdout], { reject: false });
  signal?.throwIfAborted();
  return copies.every((copy) => !copy.failed);
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
      `BuildKit v${version} is not installed, and building it needs Go`,
      "install Go 1.26 or newer, or Docker Engine, or put BuildKit's own programs, buildctl and buildkitd, on PATH",
    );
  }
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
}
