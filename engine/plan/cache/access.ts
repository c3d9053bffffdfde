// Who may read and write which build caches: an actor in a workspace and a parsed ref in, yes or no out.
//
//   actor          reads                                      writes
//   ci             ci/<workspace>/*                           ci/<workspace>/*
//   human, agent   ci/* and dev/<actor-id>-<workspace>/*      dev/<actor-id>-<workspace>/*
//   ci_aux         ci/*                                       what its policy lists

import type { CacheNamespace } from "../../../schemas/cache-namespace.ts";
import type { Workspace } from "../../../schemas/workspace.ts";
import { unreachable } from "../../core/unreachable.ts";
import { type Actor, type CanonicalCaches, describeActor } from "./actor.ts";
import { type CacheRef, spellCache, spellNamespace } from "./cache-ref.ts";

export function mayRead(actor: Actor, workspace: Workspace, { namespace }: CacheRef): boolean {
  switch (actor.kind) {
    case "ci":
      return namespace.kind === "ci" && namespace.workspace === workspace;
    case "human":
    case "agent":
      return namespace.kind === "ci" || isSameNamespace(namespace, ownNamespace(actor, workspace));
    case "ci_aux":
      return namespace.kind === "ci";
    default:
      return unreachable(actor);
  }
}

export function mayWrite(actor: Actor, workspace: Workspace, ref: CacheRef): boolean {
  const { namespace, layer } = ref;
  switch (actor.kind) {
    case "ci":
    case "human":
    case "agent":
      return isSameNamespace(namespace, ownNamespace(actor, workspace));
    case "ci_aux":
      return (
        namespace.kind === "ci" &&
        actor.writes.some(
          (listed) =>
            listed.workspace === namespace.workspace && (listed.layer === "all" || listed.layer === layer),
        )
      );
    default:
      return unreachable(actor);
  }
}

/** Where an actor's builds would write. */
export function ownNamespace(actor: Actor, workspace: Workspace): CacheNamespace {
  switch (actor.kind) {
    case "ci":
    case "ci_aux":
      return { kind: "ci", workspace };
    case "human":
    case "agent":
      return { kind: "dev", actorId: actor.id, workspace };
    default:
      return unreachable(actor);
  }
}

/** Why it may not: "ci_aux may not write ci/lamina/debian: cache_policy lists ci/lamina/rust", and what would help. */
export function explainRefusedWrite(
  actor: Actor,
  workspace: Workspace,
  refs: readonly CacheRef[],
): { readonly message: string; readonly help: string } {
  const caches = Array.from(new Set(refs.map(spellCache))).join(", ");
  const refused = `${describeActor(actor)} may not write ${caches}`;
  if (actor.kind !== "ci_aux")
    return {
      message: `${refused}: it writes ${spellNamespace(ownNamespace(actor, workspace))}/* alone`,
      help: explainWriters(refs),
    };
  const listed = actor.writes.map(spellListed).join(", ");
  return {
    message: `${refused}: cache_policy lists ${listed === "" ? "nothing" : listed}`,
    help: "build those layers as ci first, list them in writes of cache_policy, or write nothing: disposition = 'discard",
  };
}

function explainWriters(refs: readonly CacheRef[]): string {
  const namespaces = new Map(refs.map(({ namespace }) => [spellNamespace(namespace), namespace]));
  return Array.from(namespaces, ([spelled, namespace]) =>
    namespace.kind === "ci"
      ? `${spelled}/* is written by ci in that workspace, and by ci_aux where its policy lists it`
      : `${spelled}/* is written by ${namespace.actorId} in that workspace`,
  ).join("; ");
}

function spellListed({ workspace, layer }: CanonicalCaches): string {
  return `ci/${workspace}/${layer === "all" ? "*" : layer}`;
}

export function isSameNamespace(one: CacheNamespace, other: CacheNamespace): boolean {
  if (one.workspace !== other.workspace) return false;
  return one.kind === "dev" ? other.kind === "dev" && one.actorId === other.actorId : other.kind === "ci";
}
