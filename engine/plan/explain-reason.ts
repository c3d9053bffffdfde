// A Reason in a few words, for plan, why and events.

import { type Digest, shortDigest } from "../core/digest.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Json } from "../nickel/located.ts";
import type { Reason } from "./step.ts";

const longestValue = 40;

/** A clause without a capital or a full stop, such as "Dockerfile was modified". */
export function describeReason(reason: Reason): string {
  switch (reason.kind) {
    case "never-built":
      return "it was never built";
    case "forced":
      return "--force asks for it";
    case "file-changed":
      return `${reason.path} was ${reason.change}`;
    case "declaration-changed":
      return describeDeclaration(reason.key, reason.was, reason.is);
    case "parent-pending":
      return `its parent ${reason.parent} is built first`;
    case "parent-changed":
      return reason.was === undefined
        ? `it now stands on ${reason.parent}`
        : `its parent ${reason.parent} changed (${short(reason.was)} -> ${short(reason.is)})`;
    case "parent-removed":
      return `it no longer stands on ${reason.parent}`;
    case "base-unpinned":
      return `${reason.image} is not pinned yet`;
    case "base-not-found":
      return `${reason.reference}, which stands in for ${reason.image}, was not found`;
    case "base-changed":
      return describeBase(reason.image, reason.was, reason.is);
    case "image-missing":
      return `its image ${short(reason.image)} is not here`;
    case "recipe-changed":
      return `this lamina hashes inputs another way (recipe ${reason.was} -> ${reason.is})`;
    case "digest-changed":
      return `its input digest is another (${short(reason.was)} -> ${short(reason.is)})`;
    case "parent-not-current":
      return `its parent ${reason.parent} is not current, and --only leaves it out`;
    default:
      return unreachable(reason);
  }
}

function describeDeclaration(key: string, was: Json | undefined, is: Json | undefined): string {
  if (was === undefined) return `${key} was added to the declaration`;
  if (is === undefined) return `${key} was removed from the declaration`;
  const [before, now] = [JSON.stringify(was), JSON.stringify(is)];
  if (before.length > longestValue || now.length > longestValue) return `${key} changed in the declaration`;
  return `${key} changed in the declaration (${before} -> ${now})`;
}

function describeBase(image: string, was: Digest | undefined, is: Digest | undefined): string {
  if (was === undefined) return `it now stands on ${image}`;
  if (is === undefined) return `it no longer stands on ${image}`;
  return `${image} changed (${short(was)} -> ${short(is)})`;
}

function short(digest: Digest): string {
  return shortDigest(digest);
}
