// What `cargo install` put into one of its roots: .crates2.json, in which each key is "name version (source)" (Cargo's
// src/cargo/ops/common_for_install_and_uninstall.rs).

import { z } from "zod";
import type { InstalledPackage } from "../../engine/ports/image-inventory.ts";

const installs = z.looseObject({
  installs: z.record(z.string(), z.looseObject({ bins: z.array(z.string()).default([]) })),
});

/** Undefined where it is no such file. */
export function parseCargoInstalls(text: string): readonly InstalledPackage[] | undefined {
  const parsed = installs.safeParse(parseJson(text)).data;
  if (parsed === undefined) return undefined;
  const packages: InstalledPackage[] = [];
  for (const [key, { bins }] of Object.entries(parsed.installs)) {
    const [, name, version, source] = /^(\S+) (\S+) \((.+)\)$/.exec(key) ?? [];
    if (name === undefined || version === undefined || source === undefined) return undefined;
    // Replaced by another install: nothing of it is left.
    if (bins.length === 0) continue;
    packages.push({ manager: "cargo", name, version, architecture: undefined, source: gitSource(source) });
  }
  return packages;
}

/** Where it was built from, if from a repository: a folder of the builder's says nothing to others. */
function gitSource(source: string): string | undefined {
  if (!source.startsWith("git+") || !URL.canParse(source.slice("git+".length))) return undefined;
  const url = new URL(source.slice("git+".length));
  if (url.protocol === "file:") return undefined;
  url.username = "";
  url.password = "";
  const revision = url.hash.slice(1);
  url.search = "";
  url.hash = "";
  return `git+${url.href}${revision === "" ? "" : `@${revision}`}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
