// One layer's workflow.ncl: evaluated, checked against the schema, with the place of every value.

import path from "node:path/posix";
import { type Workflow, workflow as workflowSchema } from "../../schemas/workflow.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type Json, type Located, toJson } from "../nickel/located.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import { diagnoseIssues, type Examples, type SchemaIssue } from "./diagnose-issues.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import type { LayerFolder } from "./locate.ts";

export interface Declaration {
  readonly folder: LayerFolder;
  readonly workflowPath: string;
  readonly workflow: Workflow;
  readonly located: Located;
  /** Absolute paths of all files that the evaluation read, sorted. */
  readonly sources: readonly string[];
  /** Absolute paths where it looked for files in vain, sorted. */
  readonly absentSources: readonly string[];
}

export interface DeclarationFailure {
  readonly diagnostics: readonly Diagnostic[];
  /** What the layer calls itself, so far as that could be read. */
  readonly names: readonly string[];
  /** The declaration without its faults, where they have nothing to do with what else there is to check. */
  readonly salvaged: Declaration | undefined;
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
export async function readDeclaration(
  folder: LayerFolder,
  deps: Pick<CatalogDeps, "evaluate">,
): Promise<Result<Declaration, DeclarationFailure>> {
  const workflowPath = path.join(folder.directory, "workflow.ncl");
  if (!folder.hasWorkflow)
    return err({
      diagnostics: [diagnose(catalogDiagnostics.noWorkflow, { layer: folder.name })],
      names: [],
      salvaged: undefined,
    });
  const evaluated = await deps.evaluate(workflowPath);
  if (!evaluated.ok) return err({ diagnostics: evaluated.error, names: [], salvaged: undefined });
  const { value: located, imports: sources, absent: absentSources } = evaluated.value;
  const json = toJson(located);
  const parsed = workflowSchema.safeParse(json);
  if (!parsed.success) {
    const { issues } = parsed.error;
    const workflow = salvage(json, issues, folder.name);
    const name = located.kind === "record" ? located.fields.get("name")?.value : undefined;
    return err({
      diagnostics: diagnoseIssues(issues, located, examples),
      names: name?.kind === "string" ? [name.value] : [],
      salvaged:
        workflow === undefined
          ? undefined
          : { folder, workflowPath, workflow, located, sources, absentSources },
    });
  }
  return ok({ folder, workflowPath, workflow: parsed.data, located, sources, absentSources });
}

/** What the Dockerfile and other layers are held against: without these nothing more can be said of a layer. */
const heldAgainst: ReadonlySet<string> = new Set([
  "build_base",
  "copies_from",
  "args",
  "secrets",
  "ssh",
  "platforms",
  "target",
  "dockerfile",
]);

/** Stand-ins for faulty fields; the layer's own name is that of its folder. */
const standIns = { kind: "utility", tools_provided: [], artifact_paths: [], language: "none" };

function salvage(json: Json, issues: readonly SchemaIssue[], folder: string): Workflow | undefined {
  const faulty = new Set(issues.map(({ path: [field] }) => String(field)));
  const meant = issues.map(({ params }) => String(params?.["suggestion"]));
  if ([...faulty, ...meant].some((field) => heldAgainst.has(field))) return undefined;
  if (typeof json !== "object" || json === null) return undefined;
  const sound = Object.entries(json).filter(([field]) => !faulty.has(field));
  return workflowSchema.safeParse({ name: folder, ...standIns, ...Object.fromEntries(sound) }).data;
}
