// catalog/<layer>/workflow.ncl and Dockerfile, all of them, into typed layers: what is sound comes out, and so does all
// that is wrong with the rest. Layers that were found sound before, and are as they were, are not read again.

import path from "node:path/posix";
import { compareDiagnostics, type Diagnostic } from "../core/diagnostic.ts";
import { sha256 } from "../core/digest.ts";
import type { Notes } from "../memory/memory.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import { concealSecrets } from "./conceal-secrets.ts";
import type { Catalog } from "./layer.ts";
import { listLayerFolders } from "./locate.ts";
import { mayExist } from "./may-exist.ts";
import { noteEvaluation, rememberEvaluations } from "./remember-evaluation.ts";
import { recallLayer } from "./remember-layer.ts";

export interface LoadedCatalog {
  readonly catalog: Catalog;
  /** Sorted; warnings among them. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads every layer under `root`/catalog (`root` is absolute: see `locateProject`). Never fails: faults are diagnostics. */
export async function loadCatalog(root: string, given: CatalogDeps): Promise<LoadedCatalog> {
  const { memory } = given;
  const deps: CatalogDeps =
    memory === undefined
      ? given
      : { files: memory.files, evaluate: rememberEvaluations(given.evaluate, memory), memory };
  const { workspace, diagnostics: directiveFaults } = await loadWorkspace(root, deps);
  const folders = listLayerFolders(root, deps.files);
  // What a layer may rightly refer to depends on which layers there are.
  const surroundings = sha256(JSON.stringify([workspace, folders.map(({ name }) => name)]));
  const recalled = folders.flatMap((folder) =>
    memory === undefined ? [] : (recallLayer(folder, surroundings, memory) ?? []),
  );
  if (recalled.length === folders.length) {
    const layers = recalled.map(({ layer }) => layer);
    const warnings = recalled.flatMap(({ diagnostics }) => diagnostics);
    return {
      catalog: { root, workspace, layers, broken: new Set() },
      diagnostics: [...directiveFaults, ...warnings].sort(compareDiagnostics),
    };
  }
  const { readLayers } = await import("./read-layers.ts");
  const read = await readLayers({ folders, recalled, surroundings, workspace, deps });
  return {
    catalog: { root, workspace, layers: read.layers, broken: read.broken },
    diagnostics: withoutRepetitions([...directiveFaults, ...read.diagnostics]).sort(compareDiagnostics),
  };
}

/** Of a catalog that names none. */
export const defaultWorkspace = "lamina";

/** The workspace's name from catalog/build_directives.ncl. Its other fields are checked too, but none need be there. */
async function loadWorkspace(
  root: string,
  deps: CatalogDeps,
): Promise<{ workspace: string; diagnostics: readonly Diagnostic[] }> {
  const entry = path.join(root, "catalog/build_directives.ncl");
  if (!mayExist(deps.files, entry)) return { workspace: defaultWorkspace, diagnostics: [] };
  const key = workspaceKey(entry);
  const known = deps.memory?.recall(key, "")?.brief;
  if (typeof known === "string") return { workspace: known, diagnostics: [] };
  const evaluated = await deps.evaluate(entry);
  if (!evaluated.ok) return { workspace: defaultWorkspace, diagnostics: concealSecrets(evaluated.error) };
  const { readWorkspace } = await import("./read-workspace.ts");
  const { workspace, diagnostics } = readWorkspace(evaluated.value.value);
  const result = { workspace: workspace ?? defaultWorkspace, diagnostics };
  if (deps.memory === undefined) return result;
  if (diagnostics.length > 0) deps.memory.drop(key);
  else {
    const notes = deps.memory.takeNotes();
    noteEvaluation(evaluated.value, notes);
    deps.memory.keep(key, "", notes, { brief: result.workspace }, "small");
  }
  return result;
}

/** Notes for another work what the workspace's name, which is kept, was made of. */
export function noteWorkspace(root: string, notes: Notes): void {
  const entry = path.join(root, "catalog/build_directives.ncl");
  mayExist(notes.files, entry);
  notes.noteAll(workspaceKey(entry));
}

function workspaceKey(entry: string): string {
  return `workspace ${entry}`;
}

/** A fault in a file that several layers import is one fault. */
function withoutRepetitions(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, span, message }) => {
    const key = JSON.stringify([code, span?.file.path, span?.start, span?.end, message]);
    return !seen.has(key) && seen.add(key);
  });
}
