// Who builds, as far as build caches are concerned: a policy of the directives in, a parsed actor out.

import type { CachePolicy } from "../../../schemas/cache-policy.ts";
import { isLayerName } from "../../../schemas/is-layer-name.ts";
import { isWorkspace } from "../../../schemas/is-workspace.ts";
import type { LayerName } from "../../../schemas/layer-name.ts";
import type { ActorId, Workspace } from "../../../schemas/workspace.ts";

export type Actor =
  | { readonly kind: "ci" }
  /** Ids of people and agents are one set: whoever builds as "jpl" has the caches of "jpl". */
  | { readonly kind: "human" | "agent"; readonly id: ActorId }
  | { readonly kind: "ci_aux"; readonly writes: readonly CanonicalCaches[] };

/** Canonical caches of a workspace: of one layer, or of all. */
export interface CanonicalCaches {
  readonly workspace: Workspace;
  readonly layer: LayerName | "all";
}

/** What becomes of what an actor would write. */
export type Disposition = CachePolicy["disposition"];

/** The actor that a policy speaks of. @throws Error where the policy was not held against its schema. */
export function actorOf({ actor: kind, actor_id: id, writes = [] }: CachePolicy): Actor {
  switch (kind) {
    case "ci":
      return { kind };
    case "ci_aux":
      return { kind, writes: writes.map(parseCanonical) };
    default:
      if (id === undefined) throw new Error(`a policy of '${kind} has no actor_id`);
      return { kind, id };
  }
}

/** "ci/lamina/rust" and "ci/lamina/*". */
function parseCanonical(text: string): CanonicalCaches {
  const [namespace, workspace = "", layer = "", ...rest] = text.split("/");
  const isWhole = namespace === "ci" && rest.length === 0 && isWorkspace(workspace);
  if (isWhole && layer === "*") return { workspace, layer: "all" };
  if (isWhole && isLayerName(layer)) return { workspace, layer };
  throw new Error(`${text} is no canonical cache`);
}

/** For people: "ci", "human jpl". */
export function describeActor(actor: Actor): string {
  return "id" in actor ? `${actor.kind} ${actor.id}` : actor.kind;
}
