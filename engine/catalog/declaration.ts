// One layer's workflow.ncl: evaluated, checked against the schema, with the place of every value.

import path from "node:path/posix";
import { type Workflow, workflow as workflowSchema } from "../../schemas/workflow.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type Located, toJson } from "../nickel/located.ts";
import { diagnoseIssues, type Examples } from "./diagnose-issues.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import type { CatalogDeps } from "./load.ts";
import type { LayerFolder } from "./locate.ts";

export interface Declaration {
  readonly folder: LayerFolder;
  readonly workflowPath: string;
  readonly workflow: Workflow;
  readonly located: Located;
  /** Absolute paths of all files that the evaluation read, sorted. */
  readonly sources: readonly string[];
}

export interface DeclarationFailure {
  readonly diagnostics: readonly Diagnostic[];
  /** What the layer calls itself, so far as that could be read. */
  readonly names: readonly string[];
}

const examples: Examples = {
  name: 'name = "rust", like its folder',
  kind: "kind = 'toolchain, or 'deps, or 'utility",
  build_base: 'build_base = "debian" (a layer), or build_base = { image = "debian:trixie-slim" }',
  tools_provided: 'tools_provided = ["cargo"], the executables to prove after the build',
  artifact_paths: 'artifact_paths = ["/usr/bin/cargo"], what is promoted to the registry',
  language: 'language = "rust"',
};

/** Reads the declaration in a folder of the catalog. */
export function readDeclaration(
  folder: LayerFolder,
  deps: CatalogDeps,
): Result<Declaration, DeclarationFailure> {
  const workflowPath = path.join(folder.directory, "workflow.ncl");
  if (!folder.hasWorkflow)
    return err({
      diagnostics: [diagnose(catalogDiagnostics.noWorkflow, { layer: folder.name })],
      names: [],
    });
  const evaluated = deps.evaluate(workflowPath);
  if (!evaluated.ok) return err({ diagnostics: evaluated.error, names: [] });
  const { value: located, imports } = evaluated.value;
  const parsed = workflowSchema.safeParse(toJson(located));
  if (!parsed.success) {
    const name = located.kind === "record" ? located.fields.get("name")?.value : undefined;
    return err({
      diagnostics: diagnoseIssues(parsed.error.issues, located, examples),
      names: name?.kind === "string" ? [name.value] : [],
    });
  }
  return ok({ folder, workflowPath, workflow: parsed.data, located, sources: imports });
}
