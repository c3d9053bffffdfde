// Settings of build caches for tests: who builds in which workspace, beside "registry.example/lamina".

import type { Actor } from "../../engine/plan/cache/actor.ts";
import type { CacheSettings } from "../../engine/plan/cache/wire-caches.ts";
import { zot } from "../../providers/registry/zot.ts";
import { actorId, workspace } from "../../schemas/workspace.ts";
import { placeNamed } from "../ports/registry-mapper.ts";

export const lamina = workspace.parse("lamina");
export const ci: Actor = { kind: "ci" };
export const jpl: Actor = { kind: "human", id: actorId.parse("jpl") };

export function cachesOf(actor: Actor, rest: Partial<CacheSettings> = {}): CacheSettings {
  return {
    actor,
    workspace: lamina,
    disposition: "export",
    mapper: zot,
    base: placeNamed("registry.example/lamina"),
    plainHttp: new Set(),
    ...rest,
  };
}

export const ciCaches = cachesOf(ci);
