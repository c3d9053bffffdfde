// sops and age-keygen, at the versions that tools/sops/go.mod pins, built with Go: not every Debian has a package of either. Only
// tests need them, to decrypt what the real sops encrypted.

import { join } from "node:path";
import { buildWithGo, pinnedVersion } from "./build-with-go.ts";
import { cacheDir, exists, makeDirOnce } from "./cache-dir.ts";
import { type Say, sayOnStderr } from "./say.ts";

const moduleDir = join(import.meta.dirname, "../../tools/sops");

/** The folder of both programs, absolute; built if need be, which takes some minutes once. Throws MissingRequirement. */
export async function ensureSops(say: Say = sayOnStderr): Promise<string> {
  const version = await pinnedVersion(moduleDir, "github.com/getsops/sops/v3");
  const directory = join(cacheDir(), "tools", `sops-${version}`);
  if (await exists(directory)) return directory;
  const what = `sops v${version}`;
  say(`${what}: building it with Go, once for this machine (some minutes)`);
  const packages = ["github.com/getsops/sops/v3/cmd/sops", "filippo.io/age/cmd/age-keygen"];
  const build = { what, moduleDir, packages, instead: "which the tests of encrypted secrets need" };
  await makeDirOnce(directory, (temporary) => buildWithGo(build, temporary));
  return directory;
}
