// What marks a workspace's machines at their provider: the same for every clone of a project, so that their caps count together and
// each can clear away what another left over.

import { sha256, shortDigest } from "../engine/core/digest.ts";

/** A workspace's name as far as it is readable, then what tells it from all others: at most 32 of `[a-z0-9-]`. */
export function poolName(workspace: string): string {
  const readable = workspace.replaceAll("_", "-").slice(0, 16).replace(/-$/, "");
  return `lamina-${readable}-${shortDigest(sha256(workspace), 8)}`;
}
