// Small files beside a layer's declaration that no image is made of: the .build-spec.ncl in a build context, which says the size of runner
// that its owner wants, and the build_directives.ncl of a layer, which goes over the catalog's. Most folders have none.

import { type BuildSpec, buildSpec } from "../../schemas/build-spec.ts";
import type { LayerDirectives } from "../../schemas/layer-directives.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Notes } from "../memory/memory.ts";
import type { Evaluated } from "../nickel/evaluate.ts";
import { toJson } from "../nickel/located.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import { diagnoseIssues, type SchemaIssue } from "./diagnose-issues.ts";
import { buildSpecIn, directivesIn } from "./locate.ts";
import { mayExist } from "./may-exist.ts";
import { noteEvaluation } from "./remember-evaluation.ts";

export interface Beside {
  /** Undefined where there is none, or none that is sound. */
  readonly buildSpec: BuildSpec | undefined;
  readonly directives: LayerDirectives | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** What they were made of. */
  readonly evaluated: readonly Pick<Evaluated, "imports" | "absent">[];
}

/** Of a layer's folder (absolute). */
export async function readBeside(directory: string, deps: CatalogDeps): Promise<Beside> {
  const spec = await readOne(buildSpecIn(directory), () => buildSpec, deps);
  const directives = await readOne(directivesIn(directory), loadDirectivesSchema, deps);
  return {
    buildSpec: spec.value,
    directives: directives.value,
    diagnostics: [...spec.diagnostics, ...directives.diagnostics],
    evaluated: [spec, directives].flatMap(({ evaluated }) => evaluated ?? []),
  };
}

/** Of a build context that is no layer: its .build-spec.ncl alone. */
export async function readBuildSpec(
  directory: string,
  deps: CatalogDeps,
): Promise<Pick<Beside, "buildSpec" | "diagnostics">> {
  const { value, diagnostics } = await readOne(buildSpecIn(directory), () => buildSpec, deps);
  return { buildSpec: value, diagnostics };
}

/** Notes for a work what was looked at, also that there is none. */
export function noteBeside(directory: string, { evaluated }: Beside, notes: Notes): void {
  for (const file of [buildSpecIn(directory), directivesIn(directory)]) mayExist(notes.files, file);
  for (const each of evaluated) noteEvaluation(each, notes);
}

/** What of a zod schema is used here. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } };
}

interface ReadFile<T> {
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly evaluated?: Evaluated | undefined;
}

/** Loaded where it is needed: hardly any layer has directives of its own. */
async function loadDirectivesSchema(): Promise<Schema<LayerDirectives>> {
  return (await import("../../schemas/layer-directives.ts")).layerDirectives;
}

async function readOne<T>(
  file: string,
  loadSchema: () => Schema<T> | Promise<Schema<T>>,
  deps: CatalogDeps,
): Promise<ReadFile<T>> {
  if (!mayExist(deps.files, file)) return { value: undefined, diagnostics: [] };
  const evaluated = await deps.evaluate(file);
  if (!evaluated.ok) return { value: undefined, diagnostics: evaluated.error };
  const { value } = evaluated.value;
  const schema = await loadSchema();
  const parsed = schema.safeParse(toJson(value));
  return parsed.success
    ? { value: parsed.data, diagnostics: [], evaluated: evaluated.value }
    : { value: undefined, diagnostics: diagnoseIssues(parsed.error.issues, value) };
}
