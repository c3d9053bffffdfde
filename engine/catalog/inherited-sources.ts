// ONBUILD in a layer's Dockerfile makes the layers that stand on it read their own files, of which their digests know nothing.

import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import type { Dockerfile } from "./dockerfile.ts";

/** One warning for each such instruction. */
export function checkInheritedSources({ inheritedSources }: Dockerfile): readonly Diagnostic[] {
  return inheritedSources.map(({ keyword, span }) =>
    diagnose(catalogDiagnostics.inheritedContext, { keyword }, { span }),
  );
}
