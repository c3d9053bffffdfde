// The names that cache refs and event subjects are made of. Their forms keep every name to a namespace of its own: no
// "/" or "." that would open another level, and no "-" in an actor's id, so that dev/<actor-id>-<workspace> splits in
// one way only.

import type { z } from "zod";
import { textLike } from "./form/text.ts";

export const workspacePattern = /^[a-z0-9]+([_-][a-z0-9]+)*$/;
export const actorIdPattern = /^[a-z0-9]+(_[a-z0-9]+)*$/;

export const workspace = textLike(
  workspacePattern,
  'a workspace: lower-case letters and digits, in words joined by - or _, such as "lamina"',
).brand<"Workspace">();

export const actorId = textLike(
  actorIdPattern,
  'an id: lower-case letters and digits, in words joined by _, such as "jpl"',
).brand<"ActorId">();

export type Workspace = z.infer<typeof workspace>;
export type ActorId = z.infer<typeof actorId>;
