// Where the project is: the nearest folder, here or above, that has a catalog.

import type { Diagnostic } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import type { Result } from "../core/result.ts";

/** Absolute path of the nearest folder, `directory` (absolute) or above, whose catalog/ has a layer or build_directives.ncl. */
export function locateProject(directory: string, files: Files): Result<string, Diagnostic> {
  void directory;
  void files;
  throw new Error("not yet");
}
