// What a clearing may touch: what was asked for, held against who asks and what the registries grant. A refusal comes out before
// anything is asked of a registry.

import { err, ok, type Result } from "../../engine/core/result.ts";
import { isSameNamespace, ownNamespace } from "../../engine/plan/cache/access.ts";
import { type Actor, describeActor } from "../../engine/plan/cache/actor.ts";
import { spellNamespace } from "../../engine/plan/cache/cache-ref.ts";
import { readNamespace } from "../../providers/registry/read-namespace.ts";
import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import type { UsageFault } from "../args.ts";
import { orList, type ValueSpec } from "../option.ts";
import type { UsableRegistry } from "../registry-base.ts";
import type { CacheKeeping } from "./cache-keeping.ts";

export const parts = ["caches", "images", "store"] as const;
export type Part = (typeof parts)[number];

export interface ClearingWish {
  /** Empty: all that whoever asks may clear. */
  readonly parts: readonly Part[];
  /** Undefined: the actor's own. */
  readonly namespace: CacheNamespace | undefined;
  readonly wholeDev: boolean;
}

export interface ClearingScope {
  /** Undefined: no caches. */
  readonly caches:
    | {
        readonly actor: Actor;
        readonly namespace: CacheNamespace;
        readonly registries: readonly UsableRegistry[];
      }
    | undefined;
  readonly images: readonly UsableRegistry[];
  readonly store: boolean;
  /** What is left alone although nobody said so, and why. */
  readonly notes: readonly string[];
}

/** "ci/lamina" and "dev/jpl-lamina": taken apart here, and never looked at as text again. */
export const namespaceOption: ValueSpec<CacheNamespace> = {
  kind: "value",
  placeholder: "NS",
  summary: 'whose caches: "ci/lamina", "dev/jpl-lamina" (default: what the actor writes)',
  parse: (text) => {
    const [kind = "", whose = "", ...rest] = text.split("/");
    const dash = whose.indexOf("-");
    const named = kind === "dev" && dash >= 0 ? [whose.slice(0, dash), whose.slice(dash + 1)] : [whose];
    const namespace = rest.length > 0 ? undefined : readNamespace(kind, named);
    return namespace === undefined
      ? err('must be "ci/<workspace>" or "dev/<actor id>-<workspace>"')
      : ok(namespace);
  },
};

/** The parts that operands name. */
export function readParts(operands: readonly string[]): Result<readonly Part[], UsageFault> {
  const named: Part[] = [];
  for (const operand of operands) {
    const part = parts.find((one) => one === operand);
    if (part === undefined)
      return err({
        message: `there is nothing called ${JSON.stringify(operand)} to clear`,
        help: `it is ${orList(parts)}; --namespace says whose caches`,
      });
    named.push(part);
  }
  return ok(named);
}

export function decideScope(
  keeping: Pick<CacheKeeping, "actor" | "workspace" | "registries">,
  wish: ClearingWish,
): Result<ClearingScope, UsageFault> {
  const named = wish.parts;
  const saysWhose = wish.namespace !== undefined || wish.wholeDev;
  if (saysWhose && named.length > 0 && !named.includes("caches"))
    return err({
      message: "--namespace and --dev are about caches, which are not among what is to be cleared",
    });
  const wants = (part: Part): boolean => named.length === 0 || named.includes(part);
  const notes: string[] = [];
  let caches: ClearingScope["caches"];
  if (wants("caches")) {
    const decided = decideCaches(keeping, wish);
    const isExplicit = saysWhose || named.includes("caches");
    if (decided.ok) caches = decided.value;
    else if (isExplicit) return decided;
    else notes.push(`caches are left alone: ${decided.error.message}`);
  }
  let images: readonly UsableRegistry[] = [];
  if (wants("images")) {
    const decided = decideImages(keeping);
    if (decided.ok) images = decided.value;
    else if (named.includes("images")) return decided;
    else notes.push(`images are left alone: ${decided.error.message}`);
  }
  return ok({ caches, images, store: wants("store"), notes });
}

function decideCaches(
  { actor, workspace, registries }: Pick<CacheKeeping, "actor" | "workspace" | "registries">,
  { namespace: asked, wholeDev }: ClearingWish,
): Result<NonNullable<ClearingScope["caches"]>, UsageFault> {
  if (actor === undefined)
    return err({
      message: "nobody says who asks, and so whose caches may be cleared",
      help: "--actor does, or cache_policy of build_directives.ncl",
    });
  const own = ownNamespace(actor, workspace);
  const namespace = asked ?? own;
  if (namespace.workspace !== workspace)
    return err({
      message: `${spellNamespace(namespace)} is of another workspace than this one, ${workspace}`,
      help: "only its own catalog tells which layers it has",
    });
  if (!isSameNamespace(namespace, own))
    return err({
      message: `${describeActor(actor)} may not clear ${spellNamespace(namespace)}: it writes ${spellNamespace(own)} alone`,
      help: "caches are cleared by those who may write them",
    });
  if (actor.kind === "ci_aux" && actor.writes.length === 0)
    return err({ message: "ci_aux may write no caches, and so clears none: cache_policy lists nothing" });
  if (wholeDev && namespace.kind !== "dev")
    return err({
      message: `--dev is about caches of people and agents, not ${spellNamespace(namespace)}`,
      help: "--actor human --actor-id ID says whose",
    });
  const granted = registries.filter(({ may }) => may(namespace.kind, "cache"));
  if (granted.length === 0)
    return err({
      message: `no registry keeps caches of ${spellNamespace(namespace)} for ${describeActor(actor)}`,
      help: "artifact.image or registry_topology of build_directives.ncl says where they are",
    });
  return ok({ actor, namespace, registries: granted });
}

function decideImages({
  registries,
}: Pick<CacheKeeping, "registries">): Result<readonly UsableRegistry[], UsageFault> {
  const granted = registries.filter(({ isTarget, may }) => isTarget && may("images", "push"));
  if (granted.length > 0) return ok(granted);
  const [first] = registries;
  return err({
    message:
      first === undefined
        ? "the directives name no registry"
        : `whoever asks may not push images to ${first.name}, and so deletes none there`,
    help: "artifact.image or registry_topology of build_directives.ncl says who may",
  });
}
