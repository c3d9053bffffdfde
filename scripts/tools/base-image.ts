// debian:trixie-slim where no container registry is reachable: made from Debian's archive with mmdebstrap, as an OCI
// image layout in the cache. Like the image of that name it is the minimal system with apt, without manuals and
// translations, and its sources stand in sources.list.d/debian.sources.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cacheDir, exists, makeDirOnce } from "./cache-dir.ts";
import { ensurePrograms } from "./debian-packages.ts";
import { MissingRequirement } from "./missing-requirement.ts";
import { packRootfs, readManifestDigest } from "./oci-layout.ts";
import { type Say, sayOnStderr } from "./say.ts";

export interface BaseImage {
  /** The image that it stands in for. */
  readonly image: string;
  /** An OCI image layout, absolute. */
  readonly directory: string;
  /** Of the manifest, "sha256:…". */
  readonly digest: string;
}

const suite = "trixie";
// Any fixed time will do: 2025-01-01. Files newer than that are set back to it, so that the same packages give the
// same image.
const sourceDateEpoch = 1_735_689_600;

const omitted = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*"];

// mmdebstrap writes one-line sources; the image has them in deb822 form, where a layer adds a suite with one `sed`.
// The archives' addresses stay those that mmdebstrap chose. What names this machine or differs by run goes.
const customize = `
set -eu
sources() { awk -v name="$1" '$1 == "deb" { suite = $(NF-1); security = suite ~ /-security$/
  if (security == (name == "security")) { uri = $(NF-2); suites = suites " " suite } }
  END { printf "Types: deb\\nURIs: %s\\nSuites:%s\\nComponents: main\\nSigned-By: %s\\n",
    uri, suites, "/usr/share/keyrings/debian-archive-keyring.gpg" }' "$rootfs/etc/apt/sources.list"; }
rootfs="$1"
{ sources archive; echo; sources security; } > "$rootfs/etc/apt/sources.list.d/debian.sources"
rm "$rootfs/etc/apt/sources.list" "$rootfs/etc/hostname" "$rootfs/etc/resolv.conf"
find "$rootfs/var/log" -type f -delete
rm -f "$rootfs"/var/cache/debconf/*-old "$rootfs"/var/lib/dpkg/*-old
`;

/**
 * The base image for this machine's architecture; made in about half a minute the first time, then found.
 * Throws MissingRequirement where mmdebstrap is missing, or cannot reach Debian's archive.
 */
export async function ensureBaseImage(say: Say = sayOnStderr, signal?: AbortSignal): Promise<BaseImage> {
  const architecture = debianArchitecture();
  const image = `debian:${suite}-slim`;
  const directory = join(cacheDir(), "bases", `debian-${suite}-slim-${architecture}`);
  if (!(await exists(directory))) {
    await makeDirOnce(directory, (temporary) => make(architecture, temporary, image, say, signal));
  }
  return { image, directory, digest: await readManifestDigest(directory) };
}

async function make(
  architecture: string,
  into: string,
  image: string,
  say: Say,
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = await ensurePrograms(
    [{ name: "mmdebstrap", package: "mmdebstrap", why: `it makes ${image} from Debian's archive` }],
    say,
  );
  const startedMs = performance.now();
  say(`${image}: making it from Debian's archive with mmdebstrap, once for this machine (half a minute)`);
  const tar = join(into, "rootfs.tar");
  const result = await execa(
    found.get("mmdebstrap") ?? "mmdebstrap",
    [
      "--variant=minbase",
      `--architectures=${architecture}`,
      ...omitted.map((path) => `--dpkgopt=path-exclude=${path}`),
      "--dpkgopt=path-include=/usr/share/doc/*/copyright",
      `--customize-hook=${customize}`,
      suite,
      tar,
    ],
    {
      env: { SOURCE_DATE_EPOCH: String(sourceDateEpoch) },
      all: true,
      reject: false,
      ...(signal && { cancelSignal: signal }),
    },
  );
  signal?.throwIfAborted();
  if (result.failed) {
    throw new MissingRequirement(
      `mmdebstrap could not make ${image}:\n${result.all.trimEnd()}`,
      "see what it complains about above: the way to Debian's archive, or the rights to make a root file system",
    );
  }
  await packRootfs(tar, into, { architecture, command: ["bash"], sourceDateEpoch });
  await rm(tar);
  say(`${image}: made in ${Math.round((performance.now() - startedMs) / 1000)} s`);
}

/** Debian and container images spell the two architectures alike. */
function debianArchitecture(): string {
  switch (process.arch) {
    case "x64":
      return "amd64";
    case "arm64":
      return "arm64";
    default:
      throw new MissingRequirement(
        `no base image is made for ${process.arch}`,
        "use a machine of x64 or arm64",
      );
  }
}
