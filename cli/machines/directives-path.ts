// Where a catalog's build directives stand.

import { join } from "node:path";

/** Absolute, as `root` is. */
export function directivesPathOf(root: string): string {
  return join(root, "catalog/build_directives.ncl");
}
