// catalog/<layer>/workflow.ncl and Dockerfile, all of them, into typed layers: what is sound comes out, and so does all
// that is wrong with the rest.

import path from "node:path/posix";
import { buildDirectives } from "../../schemas/build-directives.ts";
import { workspace as workspaceSchema } from "../../schemas/workspace.ts";
import { compareDiagnostics, type Diagnostic } from "../core/diagnostic.ts";
import { toJson } from "../nickel/located.ts";
import { checkAgreement } from "./agreement.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import { checkContextSources } from "./context-sources.ts";
import { type Declaration, readDeclaration } from "./declaration.ts";
import { diagnoseIssues } from "./diagnose-issues.ts";
import type { Catalog, Layer } from "./layer.ts";
import { listLayerFolders } from "./locate.ts";
import { mayExist } from "./may-exist.ts";
import { checkNames } from "./names.ts";
import { openDockerfile } from "./open-dockerfile.ts";
import { checkShadowedStages } from "./shadowed-stages.ts";

export interface LoadedCatalog {
  readonly catalog: Catalog;
  /** Sorted; warnings among them. */
  readonly diagnostics: readonly Diagnostic[];
}

const defaultWorkspace = "lamina";

/** Reads every layer under `root`/catalog (`root` is absolute: see `locateProject`). Never fails: faults are diagnostics. */
export function loadCatalog(root: string, deps: CatalogDeps): LoadedCatalog {
  const diagnostics: Diagnostic[] = [];
  const { workspace, diagnostics: directiveFaults } = loadWorkspace(root, deps);
  diagnostics.push(...directiveFaults);

  const declarations: Declaration[] = [];
  const broken = new Set<string>();
  for (const folder of listLayerFolders(root, deps.files)) {
    const read = readDeclaration(folder, deps);
    if (read.ok) declarations.push(read.value);
    else {
      diagnostics.push(...read.error.diagnostics);
      for (const name of [folder.name, ...read.error.names]) broken.add(name);
      if (read.error.salvaged !== undefined) declarations.push(read.error.salvaged);
    }
  }
  const misnamed = checkNames(declarations);
  diagnostics.push(...misnamed.values());
  for (const { folder } of misnamed.keys()) broken.add(folder.name);
  for (const { workflow } of misnamed.keys()) broken.add(workflow.name);

  const layers: Layer[] = [];
  for (const declaration of declarations) {
    const dockerfile = openDockerfile(declaration, deps.files);
    if (dockerfile.ok) {
      const layer = makeLayer(declaration, dockerfile.value);
      diagnostics.push(...checkShadowedStages(layer.dockerfile), ...checkContextSources(layer, deps.files));
      layers.push(layer);
    } else {
      diagnostics.push(...dockerfile.error);
      broken.add(declaration.workflow.name);
    }
  }
  const known = new Set([...broken, ...layers.map(({ name }) => name)]);
  for (const layer of layers) diagnostics.push(...checkAgreement(layer, workspace, known));

  const misnamedFolders = new Set(Array.from(misnamed.keys(), ({ folder }) => folder.directory));
  return {
    catalog: {
      root,
      workspace,
      layers: layers.filter(({ directory }) => !misnamedFolders.has(directory)),
      broken,
    },
    diagnostics: withoutRepetitions(diagnostics).sort(compareDiagnostics),
  };
}

function makeLayer(declaration: Declaration, dockerfile: Layer["dockerfile"]): Layer {
  const { folder, workflow, workflowPath, located, sources } = declaration;
  return {
    name: workflow.name,
    directory: folder.directory,
    workflowPath,
    workflow,
    located,
    dockerfile,
    sources,
  };
}

/** The workspace's name from catalog/build_directives.ncl. Its other fields are checked too, but none need be there. */
function loadWorkspace(
  root: string,
  deps: CatalogDeps,
): { workspace: string; diagnostics: readonly Diagnostic[] } {
  const entry = path.join(root, "catalog/build_directives.ncl");
  if (!mayExist(deps.files, entry)) return { workspace: defaultWorkspace, diagnostics: [] };
  const evaluated = deps.evaluate(entry);
  if (!evaluated.ok) return { workspace: defaultWorkspace, diagnostics: evaluated.error };
  const { value } = evaluated.value;
  const json = toJson(value);
  const parsed = buildDirectives.safeParse(json);
  const issues = (parsed.error?.issues ?? []).filter(({ path }) => !isAbsent(json, path));
  const name = workspaceSchema.safeParse(
    typeof json === "object" && json !== null && "workspace" in json ? json["workspace"] : undefined,
  );
  return {
    workspace: name.success ? name.data : defaultWorkspace,
    diagnostics: diagnoseIssues(issues, value),
  };
}

/** Whether an issue is that a field of the outermost record is not there. */
function isAbsent(json: unknown, issuePath: readonly PropertyKey[]): boolean {
  const [key] = issuePath;
  return (
    issuePath.length === 1 &&
    typeof key === "string" &&
    typeof json === "object" &&
    json !== null &&
    !Object.hasOwn(json, key)
  );
}

/** A fault in a file that several layers import is one fault. */
function withoutRepetitions(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, span, message }) => {
    const key = JSON.stringify([code, span?.file.path, span?.start, span?.end, message]);
    return !seen.has(key) && seen.add(key);
  });
}
