// What cannot be looked at is not taken for missing: whoever reads it says why it cannot be read.

import type { Files } from "../core/host.ts";

/** False only where it is sure that there is nothing at `path` (absolute). */
export function mayExist(files: Files, path: string): boolean {
  const info = files.info(path);
  return info.ok || info.error.kind !== "missing";
}
