// Who builds, and so which caches are read and written:
//
//   actor          reads                                      writes
//   ci             ci/<workspace>/*                           ci/<workspace>/*
//   human, agent   ci/* and dev/<actor_id>-<workspace>/*      dev/<actor_id>-<workspace>/*
//   ci_aux         ci/*                                       what `writes` lists
//
// Twin: cache_policy.ncl.

import type { z } from "zod";
import { distinctListOf } from "./form/list.ts";
import { evenIfOthersFail, strictRecord } from "./form/record.ts";
import { oneOf, textLike } from "./form/text.ts";
import { actorId } from "./workspace.ts";

export const actors = ["ci", "human", "agent", "ci_aux"] as const;
export type ActorKind = (typeof actors)[number];

/** What becomes of the caches written: kept on success, never kept, or set back to the last good state on failure. */
export const dispositions = ["export", "discard", "rollback"] as const;

/** A ref below a workspace's canonical caches, or all of them. */
export const canonicalRefPattern = /^ci\/[a-z0-9]+([_-][a-z0-9]+)*\/(\*|[a-z0-9]+([._-][a-z0-9]+)*)$/;

export const cachePolicy = strictRecord("a cache policy", {
  actor: oneOf(actors),
  /** Of 'human and 'agent, and of them only. */
  actor_id: actorId.optional(),
  disposition: oneOf(dispositions).default("export"),
  /** Of 'ci_aux, and of it only: the canonical caches it may write. */
  writes: distinctListOf(
    textLike(canonicalRefPattern, 'a canonical cache, such as "ci/lamina/rust" or "ci/lamina/*"'),
    "canonical caches",
  ).optional(),
}).superRefine(({ actor, actor_id: id, writes }, context) => {
  const complain = (path: string, message: string): void => {
    context.addIssue({ code: "custom", path: [path], message });
  };
  const session = actor === "human" || actor === "agent";
  if (session && id === undefined)
    complain("actor_id", `is missing: an actor '${actor} has caches of its own`);
  if (!session && id !== undefined)
    complain("actor_id", `goes with 'human and 'agent only, not with '${actor}`);
  if (actor === "ci_aux" && writes === undefined)
    complain("writes", "is missing: an actor 'ci_aux lists the canonical caches it may write, or []");
  if (actor !== "ci_aux" && writes !== undefined)
    complain("writes", `goes with 'ci_aux only, not with '${actor}`);
}, evenIfActorIsKnown());

export type CachePolicy = z.output<typeof cachePolicy>;

/** The rules above say nothing sensible about an actor that is none. */
function evenIfActorIsKnown(): typeof evenIfOthersFail {
  const isRecord = evenIfOthersFail.when;
  return {
    when: (payload) =>
      isRecord?.(payload) === true && !payload.issues.some((issue) => issue.path?.[0] === "actor"),
  };
}
