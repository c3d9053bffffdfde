// The repository that `artifact.image` of the directives names: below it every layer has its own, and caches lie beside it.

import type { RepositoryPlace } from "../engine/plan/registry-mapper.ts";
import type { CatalogDirectives } from "../schemas/build-directives.ts";
import { parseRegistryAddress } from "../schemas/registry-address.ts";
import { parseRepositoryName } from "../schemas/repository-name.ts";

/** The hosts that a provider is, where an image names none. */
const ownHosts: Readonly<Record<string, string>> = { ghcr: "ghcr.io", dockerhub: "docker.io" };

/** Undefined where the directives name no registry: "lamina" of a zot that nobody says the address of. */
export function findRegistryBase({
  artifact,
  registry_provider: provider,
}: Pick<CatalogDirectives, "artifact" | "registry_provider">): RepositoryPlace | undefined {
  const named = (artifact?.image ?? "").replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const slash = named.indexOf("/");
  const host = slash < 0 ? undefined : parseRegistryAddress(named.slice(0, slash));
  const registry = host ?? parseRegistryAddress(ownHosts[provider ?? ""] ?? "");
  const name = parseRepositoryName(host === undefined ? named : named.slice(slash + 1));
  return registry === undefined || name === undefined ? undefined : { registry, name };
}
