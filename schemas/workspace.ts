// The names that cache refs and event subjects are made of. Their forms keep every name to a namespace of its own: no
// "/" or "." that would open another level, and no "-" in an actor's id, so that dev/<actor-id>-<workspace> splits in
// one way only.

import type { z } from "zod";
import { textLike } from "./form/text.ts";
import { actorIdForm, actorIdPattern, workspacePattern } from "./is-workspace.ts";

export const workspace = textLike(
  workspacePattern,
  'a workspace: lower-case letters and digits, in words joined by - or _, such as "lamina"',
).brand<"Workspace">();

export const actorId = textLike(actorIdPattern, actorIdForm).brand<"ActorId">();

export type Workspace = z.infer<typeof workspace>;
export type ActorId = z.infer<typeof actorId>;
