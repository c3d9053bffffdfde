// Build directives, of a catalog and of a caller's own file, evaluated and held against their schema.

import { posix } from "node:path";
import type { BuildDirectives, CatalogDirectives } from "../../schemas/build-directives.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import { toJson } from "../nickel/located.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import { concealSecrets } from "./conceal-secrets.ts";
import { diagnoseIssues } from "./diagnose-issues.ts";
import { mayExist } from "./may-exist.ts";
import { noteEvaluation, rememberEvaluations } from "./remember-evaluation.ts";

/** Reads catalog/build_directives.ncl under `root` (absolute); a missing file, as a missing field, directs nothing. */
export async function loadDirectives(
  root: string,
  deps: CatalogDeps,
): Promise<Result<CatalogDirectives, readonly Diagnostic[]>> {
  const { memory } = deps;
  const path = posix.join(root, "catalog/build_directives.ncl");
  if (!mayExist(deps.files, path)) return ok({});
  const key = `directives ${path}`;
  const known = memory?.recall(key, "")?.brief;
  if (isDirectives(known)) return ok(known);
  const evaluated = await evaluator(deps)(path);
  if (!evaluated.ok) return err(concealSecrets(evaluated.error));
  // Loaded where it is needed: most commands have nothing to ask of the directives that is not remembered.
  const { catalogDirectives } = await import("../../schemas/build-directives.ts");
  const parsed = catalogDirectives.safeParse(toJson(evaluated.value.value));
  if (!parsed.success) {
    memory?.drop(key);
    return err(diagnoseIssues(parsed.error.issues, evaluated.value.value));
  }
  if (memory !== undefined) {
    const notes = memory.takeNotes();
    noteEvaluation(evaluated.value, notes);
    memory.keep(key, "", notes, { brief: parsed.data }, "small");
  }
  return ok(parsed.data);
}

/** Reads a caller's directives, in which all that has no default must stand; `path` is absolute. */
export async function loadDirectivesFile(
  path: string,
  deps: CatalogDeps,
): Promise<Result<BuildDirectives, readonly Diagnostic[]>> {
  const evaluated = await evaluator(deps)(path);
  if (!evaluated.ok) return err(concealSecrets(evaluated.error));
  const { buildDirectives } = await import("../../schemas/build-directives.ts");
  const parsed = buildDirectives.safeParse(toJson(evaluated.value.value));
  return parsed.success ? ok(parsed.data) : err(diagnoseIssues(parsed.error.issues, evaluated.value.value));
}

function evaluator({ evaluate, memory }: CatalogDeps): CatalogDeps["evaluate"] {
  return memory === undefined ? evaluate : rememberEvaluations(evaluate, memory);
}

/** What is remembered was held against the schema by this very version of the program. */
function isDirectives(json: unknown): json is CatalogDirectives {
  return typeof json === "object" && json !== null;
}
