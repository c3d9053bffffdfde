// Whether a text names a workspace or an actor: apart from their schemas, for those who need no more than that.

import type { ActorId, Workspace } from "./workspace.ts";

export const workspacePattern = /^[a-z0-9]+([_-][a-z0-9]+)*$/;
export const actorIdPattern = /^[a-z0-9]+(_[a-z0-9]+)*$/;

/** What an actor's id must be, after "must be". */
export const actorIdForm = 'an id: lower-case letters and digits, in words joined by _, such as "jpl"';

export function isWorkspace(text: string): text is Workspace {
  return workspacePattern.test(text);
}

export function isActorId(text: string): text is ActorId {
  return actorIdPattern.test(text);
}
