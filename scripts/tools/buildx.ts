// buildx, standing alone, at the version that tools/buildx/go.mod pins, built with Go: few machines without Docker have one. Only
// benchmarks need it, so nothing else asks for it.

import { join } from "node:path";
import { buildWithGo, pinnedVersion } from "./build-with-go.ts";
import { cacheDir, exists, makeDirOnce } from "./cache-dir.ts";
import { type Say, sayOnStderr } from "./say.ts";

const moduleDir = join(import.meta.dirname, "../../tools/buildx");

/** The program, absolute; built if need be, which takes some minutes once. Throws MissingRequirement. */
export async function ensureBuildx(say: Say = sayOnStderr, signal?: AbortSignal): Promise<string> {
  const version = await pinnedVersion(moduleDir, "github.com/docker/buildx");
  const directory = join(cacheDir(), "tools", `buildx-${version}`);
  if (!(await exists(directory))) {
    const what = `buildx v${version}`;
    say(`${what}: building it with Go, once for this machine (some minutes)`);
    const build = {
      what,
      moduleDir,
      packages: ["github.com/docker/buildx/cmd/buildx"],
      ldflags: `-X github.com/docker/buildx/version.Version=v${version}`,
      instead: "which benchmarks beside bake need",
    };
    await makeDirOnce(directory, (temporary) => buildWithGo(build, temporary, signal));
  }
  return join(directory, "buildx");
}
