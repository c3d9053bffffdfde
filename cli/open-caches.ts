// Whose build caches a command reads and writes, and where in which registry: options and directives in, settings for the plan out.

import { err, ok, type Result } from "../engine/core/result.ts";
import { checkCaches } from "../engine/plan/cache/check-writes.ts";
import type { CacheSettings } from "../engine/plan/cache/wire-caches.ts";
import type { Plan } from "../engine/plan/step.ts";
import type { Project } from "../engine/project.ts";
import { type AskedActor, choosePolicy } from "./actor-option.ts";
import type { UsageFault } from "./args.ts";

export type { CacheSettings };

/** Undefined where nobody is named who builds, or no registry is: caches are then the builder's own alone. */
export async function openCaches(
  asked: AskedActor,
  { graph, directives }: Pick<Project, "graph" | "directives">,
): Promise<Result<CacheSettings | undefined, UsageFault>> {
  const policy = choosePolicy(asked, directives.cache_policy);
  if (!policy.ok || policy.value === undefined) return policy.ok ? ok(undefined) : policy;
  // Loaded only where there is a policy.
  const { openCacheSettings } = await import("./cache-settings.ts");
  const settings = openCacheSettings(policy.value, graph.workspace, directives);
  if (settings !== undefined || asked.actor === undefined) return ok(settings);
  return err({
    message: "--actor needs a registry where build caches lie, and the directives name none",
    help: 'artifact.image in build_directives.ncl says where: "registry.example/lamina" has its caches beside it',
  });
}

/** What its actor may not do of what the plan asks for; to be asked of every plan before anything is built. */
export function findCacheFault(plan: Plan, settings: CacheSettings | undefined): UsageFault | undefined {
  return checkCaches(plan, settings);
}
