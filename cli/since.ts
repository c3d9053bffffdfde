// --since: git's answer held against the layers.

import { join } from "node:path";
import { err, ok, type Result } from "../engine/core/result.ts";
import { findChangedLayers, type SinceRequest } from "../engine/since/changed-since.ts";
import { type ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import { libraryFolder } from "./package-root.ts";
import { type Since, type StartedComparison, tellFailure } from "./start-comparison.ts";
import { createHost, hostPlatform, openLazyEvaluator } from "./wire.ts";

export async function finishComparison(
  { ref, comparison }: StartedComparison,
  { graph, ownInputsOf }: Pick<SinceRequest, "graph" | "ownInputsOf">,
  output: Output,
): Promise<Result<Since, ExitCode>> {
  const compared = await comparison;
  if (!compared.ok) return err(tellFailure(output, compared.error));
  const { files } = createHost();
  const library = join(libraryFolder(), "lamina/");
  const changed = await findChangedLayers({
    graph,
    ownInputsOf,
    comparison: compared.value,
    files,
    openEvaluator: (tree) => openLazyEvaluator({ files: tree }, files),
    isLibrary: (file) => file.startsWith(library),
    defaultPlatform: hostPlatform(),
  });
  if (!changed.ok) return err(tellFailure(output, changed.error));
  return ok({ ref, base: compared.value.base, changed: changed.value });
}
