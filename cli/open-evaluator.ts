// The embedded Nickel, with lamina's own contracts on its import path. Loaded only by who evaluates.

import { join } from "node:path";
import type { Files } from "../engine/core/host.ts";
import { createEvaluator, type EvaluateOptions, type NickelEvaluator } from "../engine/nickel/evaluate.ts";
import { mountFolder } from "./mount-folder.ts";
import { isBuilt, libraryFolder, schemaFolder } from "./package-root.ts";

/** An evaluator that knows `import "lamina/…"` of `disk` (`files` otherwise), whatever else `importPaths` (absolute) hold. */
export function openEvaluator(
  { files, disk = files }: { readonly files: Files; readonly disk?: Files },
  importPaths: readonly string[] = [],
  options: Pick<EvaluateOptions, "firstOnly" | "trace"> = {},
): NickelEvaluator {
  const library = libraryFolder();
  // Built code finds the contracts in a folder that bears the name they are imported by; in the sources they lie in schemas/,
  // and are only seen under that name.
  const mounted =
    isBuilt && disk === files ? files : mountFolder(files, join(library, "lamina"), schemaFolder(), disk);
  return createEvaluator({ ...options, files: mounted, importPaths: [...importPaths, library] });
}
