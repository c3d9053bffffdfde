// Paths as people are shown them: from the project's root, and absolute where that would climb out of it.

import path from "node:path/posix";

/** `file` relative to `root`, both absolute; "" for the root itself, undefined for what does not lie in it. */
export function pathWithin(root: string, file: string): string | undefined {
  const within = path.relative(root, file);
  return within === ".." || within.startsWith("../") ? undefined : within;
}

/** Relative to `root` where it lies in that, else as it is; "." for the root itself. */
export function shownPath(root: string, file: string): string {
  const within = pathWithin(root, file);
  return within === "" ? "." : (within ?? file);
}
