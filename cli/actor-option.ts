// --actor and --actor-id: who builds, and so which build caches are read and written; what they say goes over the directives'
// cache_policy.

import { err, ok, type Result } from "../engine/core/result.ts";
import { type Actor, actorOf } from "../engine/plan/cache/actor.ts";
import type { ActorKind, CachePolicy } from "../schemas/cache-policy.ts";
import { actorIdForm, isActorId } from "../schemas/is-workspace.ts";
import type { ActorId } from "../schemas/workspace.ts";
import type { UsageFault } from "./args.ts";
import { choice, type OptionSpecs, type OptionValues, type ValueSpec } from "./option.ts";

const actorKinds = ["ci", "human", "agent", "ci_aux"] as const satisfies readonly ActorKind[];

const idOption: ValueSpec<ActorId> = {
  kind: "value",
  placeholder: "ID",
  summary: "of a human or an agent, whose caches are dev/<ID>-<workspace>",
  parse: (value) => (isActorId(value) ? ok(value) : err(`must be ${actorIdForm}`)),
};

export const actorOptions = {
  actor: choice(
    actorKinds,
    "who builds: whose build caches are read and written (default: cache_policy of build_directives.ncl)",
  ),
  "actor-id": idOption,
} as const satisfies OptionSpecs;

export type AskedActor = OptionValues<typeof actorOptions>;

/** The policy of this command; undefined where neither options nor directives name an actor: no caches are used. */
export function choosePolicy(
  { actor, "actor-id": askedId }: AskedActor,
  declared: CachePolicy | undefined,
): Result<CachePolicy | undefined, UsageFault> {
  if (actor === undefined && askedId === undefined) return ok(declared);
  const kind = actor ?? declared?.actor;
  if (kind === undefined)
    return err({ message: "--actor-id needs --actor human or --actor agent", help: whose });
  const isSession = kind === "human" || kind === "agent";
  if (!isSession && askedId !== undefined)
    return err({
      message: `--actor-id goes with human and agent only, not with ${kind}`,
      help:
        actor === undefined ? "cache_policy of the directives names that actor: add --actor human" : whose,
    });
  const before = declared !== undefined && isSameRole(declared.actor, kind) ? declared : undefined;
  const disposition = before?.disposition ?? "export";
  if (kind === "ci_aux") return ok({ actor: kind, disposition, writes: before?.writes ?? [] });
  if (!isSession) return ok({ actor: kind, disposition });
  const id = askedId ?? before?.actor_id;
  if (id === undefined) return err({ message: `--actor ${kind} needs --actor-id ID`, help: whose });
  return ok({ actor: kind, actor_id: id, disposition });
}

/** Who builds; undefined where nobody says, or says it wrongly. */
export function findActor(asked: AskedActor, declared: CachePolicy | undefined): Actor | undefined {
  const policy = choosePolicy(asked, declared);
  return policy.ok && policy.value !== undefined ? actorOf(policy.value) : undefined;
}

const whose = "a human or an agent has caches of its own: dev/<ID>-<workspace>";

/** A person and an agent are both somebody at work; what is said of one's caches holds for the other's. */
function isSameRole(one: ActorKind, other: ActorKind): boolean {
  return roleOf(one) === roleOf(other);
}

function roleOf(kind: ActorKind): string {
  return kind === "human" || kind === "agent" ? "session" : kind;
}
