// What a look at caches and images takes: the project, who asks, its registries, and what locks and promotions speak of. Nothing is
// asked of a registry here.

import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { isSameNamespace, ownNamespace } from "../../engine/plan/cache/access.ts";
import type { Actor } from "../../engine/plan/cache/actor.ts";
import type { Registry } from "../../engine/ports/registry.ts";
import type { Project } from "../../engine/project.ts";
import { openRegistry } from "../../providers/registry/open-registry.ts";
import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import { isLayerName } from "../../schemas/is-layer-name.ts";
import { isWorkspace } from "../../schemas/is-workspace.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Workspace } from "../../schemas/workspace.ts";
import { type AskedActor, choosePolicy, findActor } from "../actor-option.ts";
import type { UsageFault } from "../args.ts";
import { findRegistries, type UsableRegistry } from "../registry-base.ts";
import { createHost, storeDirectory } from "../wire.ts";
import { readSpoken, type SpokenHere } from "./spoken-here.ts";

export interface CacheKeeping {
  readonly workspace: Workspace;
  readonly actor: Actor | undefined;
  readonly registries: readonly UsableRegistry[];
  readonly registry: Registry;
  /** Of the catalog and of the locks. */
  readonly layers: readonly LayerName[];
  readonly reaches: (layer: LayerName, platform: Platform) => boolean;
  readonly inCatalog: (layer: LayerName) => boolean;
  readonly here: SpokenHere;
  /** Absolute. */
  readonly store: string;
}

export type NoKeeping =
  | { readonly kind: "usage"; readonly fault: UsageFault }
  | { readonly kind: "diagnostics"; readonly diagnostics: readonly Diagnostic[] };

export async function openCacheKeeping(
  project: Project,
  asked: AskedActor,
): Promise<Result<CacheKeeping, NoKeeping>> {
  const { graph, directives } = project;
  const policy = choosePolicy(asked, directives.cache_policy);
  if (!policy.ok) return err({ kind: "usage", fault: policy.error });
  const { workspace, root } = graph;
  if (!isWorkspace(workspace)) throw new Error(`${workspace} is no workspace`);
  const here = await readSpoken(project);
  if (!here.ok) return err({ kind: "diagnostics", diagnostics: here.error });
  const host = createHost();
  const actor = findActor(asked, directives.cache_policy);
  const registries = findRegistries(directives, actor);
  const plainHttp = new Set(registries.flatMap((each) => (each.plainHttp ? [each.base.registry] : [])));
  return ok({
    workspace,
    actor,
    registries,
    registry: openRegistry({
      env: (name) => host.env(name),
      clock: host.clock,
      random: Math.random,
      plainHttp,
    }),
    layers: Array.from(new Set([...graph.order, ...here.value.layers]))
      .filter(isLayerName)
      .sort(),
    // Who declares no platforms is built for whatever somebody builds on.
    reaches: (layer, platform) =>
      graph.has(layer) && (graph.traits(layer).platforms?.includes(platform) ?? true),
    inCatalog: (layer) => graph.has(layer),
    here: here.value,
    store: storeDirectory(root),
  });
}

/** Namespaces of this workspace that are the actor's to read, its own last. */
export function readableNamespaces({
  actor,
  workspace,
}: Pick<CacheKeeping, "actor" | "workspace">): readonly CacheNamespace[] {
  const canonical: CacheNamespace = { kind: "ci", workspace };
  if (actor === undefined) return [canonical];
  const own = ownNamespace(actor, workspace);
  return isSameNamespace(own, canonical) ? [canonical] : [canonical, own];
}
