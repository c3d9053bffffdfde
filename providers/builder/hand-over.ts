// Images for a Dockerfile, handed over by digest: named contexts come in, values of buildctl's --opt and the layouts
// that those speak of go out.

import { join } from "node:path";
import type { NamedContext } from "../../engine/ports/builder.ts";
import { contextFor, type HandedOver, type LayoutMount } from "./buildctl-args.ts";
import { shareBlobs } from "./work-directory.ts";

/** BuildKit sees each layout through a view of its own below `directory`, since it writes into what it reads. */
export function handOverImages(
  contexts: readonly NamedContext[],
  storeDirectory: string,
  directory: string,
): HandedOver {
  const layouts = new Map<string, LayoutMount>();
  const layoutId = (source: string | undefined): string => {
    const origin = source ?? storeDirectory;
    const known = layouts.get(origin);
    if (known !== undefined) return known.id;
    const id = `layout-${layouts.size}`;
    const layout = { id, directory: join(directory, id) };
    shareBlobs(layout.directory, origin);
    layouts.set(origin, layout);
    return id;
  };
  // Two spellings of one image have one key.
  const values = new Set(contexts.map((context) => contextFor(context, layoutId)));
  return { contexts: Array.from(values), layouts: Array.from(layouts.values()) };
}
