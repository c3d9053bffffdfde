// The .build-spec.ncl in a build context: the size of runner that its owner wants.

import path from "node:path/posix";
import { type BuildSpec, buildSpec } from "../../schemas/build-spec.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Notes } from "../memory/memory.ts";
import type { Evaluated } from "../nickel/evaluate.ts";
import { toJson } from "../nickel/located.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import { diagnoseIssues } from "./diagnose-issues.ts";
import { mayExist } from "./may-exist.ts";
import { noteEvaluation } from "./remember-evaluation.ts";

export interface FoundBuildSpec {
  /** Undefined where there is none, or none that is sound. */
  readonly buildSpec: BuildSpec | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** What it was made of. */
  readonly evaluated?: Pick<Evaluated, "imports" | "absent"> | undefined;
}

/** Reads that of a folder (absolute); most have none. */
export async function readBuildSpec(directory: string, deps: CatalogDeps): Promise<FoundBuildSpec> {
  const entry = pathIn(directory);
  if (!mayExist(deps.files, entry)) return { buildSpec: undefined, diagnostics: [] };
  const evaluated = await deps.evaluate(entry);
  if (!evaluated.ok) return { buildSpec: undefined, diagnostics: evaluated.error };
  const parsed = buildSpec.safeParse(toJson(evaluated.value.value));
  if (!parsed.success)
    return {
      buildSpec: undefined,
      diagnostics: diagnoseIssues(parsed.error.issues, evaluated.value.value),
    };
  return { buildSpec: parsed.data, diagnostics: [], evaluated: evaluated.value };
}

/** Notes for a work what was looked at, also that there is none. */
export function noteBuildSpec(directory: string, { evaluated }: FoundBuildSpec, notes: Notes): void {
  mayExist(notes.files, pathIn(directory));
  if (evaluated !== undefined) noteEvaluation(evaluated, notes);
}

function pathIn(directory: string): string {
  return path.join(directory, ".build-spec.ncl");
}
