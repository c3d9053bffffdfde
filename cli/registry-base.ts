// The registries that the directives name, with what whoever builds may do in them: those of the topology; else the one that
// `artifact.image` speaks of, where everything may be done.

import type { Actor } from "../engine/plan/cache/actor.ts";
import type { RepositoryPlace } from "../engine/plan/registry-mapper.ts";
import type { CatalogDirectives } from "../schemas/build-directives.ts";
import { type ImageTag, parseImageTag } from "../schemas/image-tag.ts";
import { parseRegistryAddress } from "../schemas/registry-address.ts";
import type { Capability, RegistryNamespace } from "../schemas/registry-capabilities.ts";
import type { RegistryProvider } from "../schemas/registry-providers.ts";
import type { Participant, RegistryTopology } from "../schemas/registry-topology.ts";
import { parseRepositoryName } from "../schemas/repository-name.ts";

export interface UsableRegistry {
  /** "main" of a topology; else its address. */
  readonly name: string;
  readonly provider: RegistryProvider;
  /** Below it every layer has its own repository, and caches lie beside it; that of a dispatched project is its own image's. */
  readonly base: RepositoryPlace;
  /** That `artifact.image` has; of a dispatched project it moves in place of `latest`. */
  readonly tag: ImageTag | undefined;
  readonly plainHttp: boolean;
  /** Whether images go there. */
  readonly isTarget: boolean;
  readonly may: (namespace: RegistryNamespace, capability: Capability) => boolean;
}

type Directives = Pick<CatalogDirectives, "artifact" | "registry_provider" | "registry_topology">;

/** In the order in which they are asked; none where the directives name none: "lamina" of a zot that nobody says the address of. */
export function findRegistries(directives: Directives, actor: Actor | undefined): readonly UsableRegistry[] {
  const { artifact, registry_provider: provider = "zot", registry_topology: topology } = directives;
  if (topology !== undefined) return registriesOf(topology, actor);
  const base = artifact && readPlace(artifact.image, provider);
  if (base === undefined || artifact === undefined) return [];
  const name = `${base.registry}/${base.name}`;
  const tag = parseImageTag(/:([^/:@]*)(?:@.*)?$/.exec(artifact.image)?.[1] ?? "");
  return [{ name, provider, base, tag, plainHttp: false, isTarget: true, may: () => true }];
}

function registriesOf(topology: RegistryTopology, actor: Actor | undefined): readonly UsableRegistry[] {
  const { registries, push_targets: targets, participants } = topology;
  const granted =
    participants === undefined ? undefined : Object.values(participants).find((one) => isFor(one, actor));
  return Object.entries(registries).flatMap(([name, { provider, repository, plain_http, capabilities }]) => {
    const base = readPlace(repository, provider);
    if (base === undefined) return [];
    const scope = participants === undefined ? capabilities : granted?.scopes[name];
    const may: UsableRegistry["may"] = (namespace, capability) =>
      scope?.[namespace]?.includes(capability) === true &&
      capabilities[namespace]?.includes(capability) === true;
    const isTarget = targets?.includes(name) ?? capabilities.images?.includes("push") === true;
    return [{ name, provider, base, tag: undefined, plainHttp: plain_http, isTarget, may }];
  });
}

/** Who names nobody builds as a participant that is nobody's. */
function isFor({ actor: kind, actor_id: id }: Participant, actor: Actor | undefined): boolean {
  if (actor?.kind !== kind) return false;
  return id === undefined || ("id" in actor && actor.id === id);
}

/** The hosts that a provider is, where an image names none. */
const ownHosts: Partial<Readonly<Record<RegistryProvider, string>>> = {
  ghcr: "ghcr.io",
  dockerhub: "docker.io",
};

function readPlace(image: string, provider: RegistryProvider): RepositoryPlace | undefined {
  const named = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const slash = named.indexOf("/");
  const host = slash < 0 ? undefined : parseRegistryAddress(named.slice(0, slash));
  const registry = host ?? parseRegistryAddress(ownHosts[provider] ?? "");
  const name = parseRepositoryName(host === undefined ? named : named.slice(slash + 1));
  return registry === undefined || name === undefined ? undefined : { registry, name };
}
