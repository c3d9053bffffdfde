// Where a path of a build context leads: links are followed inside the context, as BuildKit does with the sources of COPY, ADD
// and mounts (fsutil's FollowLinks, continuity's RootPath).

import path from "node:path/posix";
import type { EntryKind } from "../core/host.ts";

/** What a context has at a path, relative to it, "/" between names. */
export interface ContextView {
  /** undefined where nothing is. */
  kindOf(place: string): EntryKind | undefined;
  /** A link's target, undefined where it cannot be read. */
  targetOf(link: string): string | undefined;
}

const maxLinks = 255;

/** Follows all links on the way and at the end; undefined where they lead in a circle. What is missing is no link. */
export function followLinks(source: string, view: ContextView): string | undefined {
  let place = "";
  const pending = source.split("/");
  for (let links = 0; pending.length > 0; ) {
    const part = pending.shift() ?? "";
    if (part === "" || part === ".") continue;
    const next = place === "" ? part : `${place}/${part}`;
    if (view.kindOf(next) !== "symlink") {
      place = next;
      continue;
    }
    const target = view.targetOf(next);
    if (target === undefined || ++links > maxLinks) return undefined;
    // What leads out of the context ends at its root, and ".." is taken from the text, not from where a link leads.
    pending.unshift(...path.join("/", target.startsWith("/") ? "" : place, target).split("/"));
    place = "";
  }
  return place;
}
