// BuildKit's programs, at the version that tools/buildkit/go.mod pins: found in the cache, else put there, out of
// BuildKit's image where Docker runs, else built with Go. Few Linux distributions package them, and a build from the
// module needs nothing but the Go toolchain and its proxy.

import { join } from "node:path";
import { execa } from "execa";
import { buildWithGo, pinnedVersion } from "./build-with-go.ts";
import { cacheDir, exists, makeDirOnce } from "./cache-dir.ts";
import { findProgram } from "./debian-packages.ts";
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
  const version = await pinnedVersion(moduleDir, "github.com/moby/buildkit");
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
  say(`BuildKit v${version}: building buildctl and buildkitd with Go, once for this machine (some minutes)`);
  await buildWithGo(
    {
      what: `BuildKit v${version}`,
      moduleDir,
      packages: programs.map((program) => `github.com/moby/buildkit/cmd/${program}`),
      tags: "osusergo netgo",
      ldflags: `-X github.com/moby/buildkit/version.Version=v${version}`,
      instead: "or Docker Engine, or put BuildKit's own programs, buildctl and buildkitd, on PATH",
    },
    into,
    signal,
  );
}
