// A Reason in a few words, for plan, why and events.

import { type Digest, shortDigest } from "../core/digest.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Json } from "../nickel/located.ts";
import type { Reason } from "./step.ts";

/** Of a value, in characters, and of a list, in elements: the rest stands in JSON. */
const longestValue = 60;
const mostElements = 6;

/** A clause without a capital or a full stop, such as "Dockerfile was modified". */
export function describeReason(reason: Reason): string {
  switch (reason.kind) {
    case "never-built":
      return "it was never built";
    case "forced":
      return "it was asked for";
    case "file-changed":
      return describeFile(reason);
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

/** What changed of a file is told where its content did not. */
function describeFile({ path, change, was, is }: Extract<Reason, { kind: "file-changed" }>): string {
  if (change !== "modified" || was === undefined || is === undefined) return `${path} was ${change}`;
  if (was.startsWith("-> ") && is.startsWith("-> ")) return `${path} leads elsewhere (${was.slice(3)} ${is})`;
  const [before = "", modeBefore = ""] = was.split(" ");
  const [now = "", modeNow = ""] = is.split(" ");
  if (before === now && modeBefore !== modeNow)
    return `the mode of ${path} changed (${modeBefore} -> ${modeNow})`;
  return `${path} was modified`;
}

function describeDeclaration(key: string, was: Json | undefined, is: Json | undefined): string {
  if (was === undefined) return `${key} was added (${shorten(write(is))})`;
  if (is === undefined) return `${key} was removed (${shorten(write(was))})`;
  if (Array.isArray(was) && Array.isArray(is))
    return `${key}: ${describeList(was.map(write), is.map(write))}`;
  const [before, now] = [write(was), write(is)];
  // Of a long text the start that does not differ says nothing.
  const isLong = Math.max(before.length, now.length) > longestValue;
  const start = isLong ? Math.max(0, lengthOfCommonStart(before, now) - 8) : 0;
  return `${key}: ${shorten(before, start)} -> ${shorten(now, start)}`;
}

/** What came and what went, each as often as it did. */
function describeList(was: readonly string[], is: readonly string[]): string {
  const changes = [
    ...without(is, was).map((element) => `+ ${shorten(element)}`),
    ...without(was, is).map((element) => `- ${shorten(element)}`),
  ];
  const shown = changes.slice(0, mostElements);
  if (changes.length > shown.length) shown.push(`and ${changes.length - shown.length} more`);
  return shown.length === 0 ? "in another order" : shown.join(", ");
}

function without(elements: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return elements.filter((element) => {
    const count = left.get(element) ?? 0;
    left.set(element, count - 1);
    return count <= 0;
  });
}

function write(value: Json | undefined): string {
  return JSON.stringify(value);
}

/** At most `longestValue` characters from `start` on. */
function shorten(text: string, start = 0): string {
  const end = start + longestValue;
  return `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
}

function lengthOfCommonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

function describeBase(image: string, was: Digest | undefined, is: Digest | undefined): string {
  if (was === undefined) return `it now stands on ${image}`;
  if (is === undefined) return `it no longer stands on ${image}`;
  return `${image} changed (${short(was)} -> ${short(is)})`;
}

function short(digest: Digest): string {
  return shortDigest(digest);
}
