// The platforms that layers can be built for: those of Linux that BuildKit 0.34 knows how to build and to emulate (its archutil,
// with the variants of containerd's platforms). Apart from their schema, for those who need no more than the list. What others
// say of platforms, a registry or a lock, may be any (is-platform.ts). Twin: KnownPlatform in form.ncl.

import { nearMiss } from "../engine/core/near-miss.ts";
import type { Platform } from "./platform.ts";

const architectures: readonly string[] = [
  "amd64",
  "arm64",
  "arm/v7",
  "arm/v6",
  "arm/v5",
  "386",
  "ppc64le",
  "ppc64",
  "s390x",
  "riscv64",
  "loong64",
  "mips64le",
  "mips64",
  "amd64/v2",
  "amd64/v3",
  "amd64/v4",
];

/** Other names of theirs, as kernels and distributions have them, and longer ones that mean the same. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["x86_64", "amd64"],
  ["x86-64", "amd64"],
  ["x64", "amd64"],
  ["amd64/v1", "amd64"],
  ["aarch64", "arm64"],
  ["arm64/v8", "arm64"],
  ["arm/v8", "arm64"],
  ["arm", "arm/v7"],
  ["armhf", "arm/v7"],
  ["armv7", "arm/v7"],
  ["armv7l", "arm/v7"],
  ["armv6", "arm/v6"],
  ["armv6l", "arm/v6"],
  ["armel", "arm/v5"],
  ["i386", "386"],
  ["i686", "386"],
  ["x86", "386"],
  ["ppc64el", "ppc64le"],
  ["mips64el", "mips64le"],
]);

const known: ReadonlySet<string> = new Set(architectures.map((each) => `linux/${each}`));

/** What a platform must be, after "must be". */
export const knownPlatformForm = 'a platform that BuildKit builds for, such as "linux/arm64"';

export function isKnownPlatform(text: string): text is Platform {
  return known.has(text);
}

/** What would mend a text that is no known platform: the one that it most likely stands for, else all that there are. */
export function advisePlatform(text: string): string {
  const [, architecture = ""] = /^(?:[^/]*\/(?!v\d$))?(.*)$/.exec(text.toLowerCase()) ?? [];
  const meant = architectures.includes(architecture)
    ? architecture
    : (otherNames.get(architecture) ?? nearMiss(architecture, architectures));
  return meant === undefined
    ? `it must be one of ${Array.from(known).join(", ")}`
    : `did you mean "linux/${meant}"?`;
}
