// --compute: who gives the machines that layers are built on.

import type { CatalogDirectives } from "../schemas/build-directives.ts";
import { isPlatform } from "../schemas/is-platform.ts";
import type { Platform } from "../schemas/platform.ts";
import type { LeasingProvider } from "./open-compute.ts";
import { choice } from "./option.ts";

export type { LeasingProvider };

const providers = ["docker_local", "hcloud", "proxmox", "vm_pool"] as const satisfies readonly NonNullable<
  CatalogDirectives["compute_provider"]
>[];

export const computeOption = choice(
  providers,
  "where layers are built (default: compute_provider of build_directives.ncl, else docker_local: here)",
);

/** The provider that machines are leased from; undefined where nothing is: everything is built here. */
export function leasingProvider(
  asked: (typeof providers)[number] | undefined,
  { compute_provider: declared }: Pick<CatalogDirectives, "compute_provider">,
): LeasingProvider | undefined {
  const provider = asked ?? declared ?? "docker_local";
  return provider === "docker_local" ? undefined : provider;
}

/** Of layers that declare no platforms, where machines are leased: lamina's tiers are ARM machines. */
export const leasedPlatform: Platform = parse("linux/arm64");

function parse(text: string): Platform {
  if (!isPlatform(text)) throw new Error(`${text} is no platform`);
  return text;
}
