// A namespace out of its parts, as they stand in a registry's own spelling.

import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import { actorId, workspace } from "../../schemas/workspace.ts";

/** `parts` are a workspace, before it an actor for "dev"; `undefined` where they are not. */
export function readNamespace(kind: string, parts: readonly string[]): CacheNamespace | undefined {
  const [first, second, ...rest] = parts;
  if (rest.length > 0) return undefined;
  if (kind === "ci") {
    const whole = workspace.safeParse(first).data;
    return whole === undefined || second !== undefined ? undefined : { kind, workspace: whole };
  }
  if (kind !== "dev") return undefined;
  const actor = actorId.safeParse(first).data;
  const its = workspace.safeParse(second).data;
  return actor === undefined || its === undefined ? undefined : { kind, actorId: actor, workspace: its };
}
