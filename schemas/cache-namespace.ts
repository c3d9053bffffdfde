// Whose caches: the canonical ones of a workspace, or those of one actor in it. A parsed value, never a path: what each registry
// makes of it is its mapper's.

import type { ActorId, Workspace } from "./workspace.ts";

export type CacheNamespace =
  | { readonly kind: "ci"; readonly workspace: Workspace }
  | { readonly kind: "dev"; readonly actorId: ActorId; readonly workspace: Workspace };
