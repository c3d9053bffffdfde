// Where the project is: the nearest folder, here or above, that has a catalog; and which folders of it are layers.

import path from "node:path/posix";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import { mayExist } from "./may-exist.ts";

/** A folder under catalog/. */
export interface LayerFolder {
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
  readonly hasWorkflow: boolean;
}

/** Absolute path of the nearest folder, `directory` (absolute) or above, whose catalog/ has a layer or build_directives.ncl. */
export function locateProject(directory: string, files: Files): Result<string, Diagnostic> {
  for (let root = path.normalize(directory); ; root = path.dirname(root)) {
    if (isProject(root, files)) return ok(root);
    if (path.dirname(root) === root)
      return err(diagnose(catalogDiagnostics.noCatalog, { directory: path.normalize(directory) }));
  }
}

/** The folders of `root`/catalog that hold a workflow.ncl or at least a Dockerfile, by name; others are no layers. */
export function listLayerFolders(root: string, files: Files): readonly LayerFolder[] {
  return Array.from(walkLayerFolders(root, files));
}

function* walkLayerFolders(root: string, files: Files): Generator<LayerFolder> {
  const catalog = path.join(root, "catalog");
  const listed = files.list(catalog);
  for (const { name, kind } of listed.ok ? listed.value : []) {
    if (name.startsWith(".") || (kind !== "directory" && kind !== "symlink")) continue;
    const directory = `${catalog}/${name}`;
    const hasWorkflow = mayExist(files, `${directory}/workflow.ncl`);
    if (hasWorkflow || mayExist(files, `${directory}/Dockerfile`)) yield { name, directory, hasWorkflow };
  }
}

function isProject(root: string, files: Files): boolean {
  return (
    files.info(path.join(root, "catalog/build_directives.ncl")).ok ||
    // The first will do: a catalog may have thousands.
    walkLayerFolders(root, files).some(({ hasWorkflow }) => hasWorkflow)
  );
}

/** Where the .build-spec.ncl of a layer's folder, or of another build context, would stand; absolute, as the folder is. */
export function buildSpecIn(directory: string): string {
  return path.join(directory, ".build-spec.ncl");
}

/** Where a layer's own build directives would stand. */
export function directivesIn(directory: string): string {
  return path.join(directory, "build_directives.ncl");
}
