// The layers that no memory has: declaration and Dockerfile read, held against each other and against the names of the others.

import { compareDiagnostics, type Diagnostic } from "../core/diagnostic.ts";
import { sha256 } from "../core/digest.ts";
import { KnownNames } from "../core/near-miss.ts";
import type { Notes } from "../memory/memory.ts";
import { encodeSourced } from "../memory/source-codec.ts";
import { checkAgreement } from "./agreement.ts";
import { type Beside, noteBeside, readBeside } from "./beside.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import { checkDeclaration } from "./check-declaration.ts";
import { checkContextSources } from "./context-sources.ts";
import { type Declaration, readDeclaration } from "./declaration.ts";
import { checkFrontend } from "./dockerfile-frontend.ts";
import { checkInheritedSources } from "./inherited-sources.ts";
import type { Layer } from "./layer.ts";
import type { LayerFolder } from "./locate.ts";
import { checkNames } from "./names.ts";
import { openDockerfile } from "./open-dockerfile.ts";
import { noteEvaluation } from "./remember-evaluation.ts";
import { forgetLayer, keepLayer, type RecalledLayer } from "./remember-layer.ts";
import { checkShadowedStages } from "./shadowed-stages.ts";

export interface LayersToRead {
  readonly folders: readonly LayerFolder[];
  readonly recalled: readonly RecalledLayer[];
  readonly surroundings: string;
  readonly workspace: string;
  readonly deps: CatalogDeps;
}

export interface ReadLayers {
  /** The sound ones, the recalled among them, in order of their names. */
  readonly layers: readonly Layer[];
  readonly broken: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads those of the folders that are not recalled. */
export async function readLayers({
  folders,
  recalled,
  surroundings,
  workspace,
  deps,
}: LayersToRead): Promise<ReadLayers> {
  const diagnostics: Diagnostic[] = recalled.flatMap((each) => each.diagnostics);
  const known = new Map(recalled.map(({ layer }) => [layer.directory, layer]));
  const broken = new Set<string>();
  const declarations: Declaration[] = [];
  const besides = new Map<string, Beside>();
  for (const folder of folders) {
    const layer = known.get(folder.directory);
    if (layer !== undefined) {
      declarations.push(declarationOf(layer, folder));
      continue;
    }
    const read = await readDeclaration(folder, deps);
    // Of a folder that cannot even be looked into, one complaint is enough.
    if (read.ok || read.error.names.length > 0)
      besides.set(folder.directory, await readBeside(folder.directory, deps));
    if (read.ok) declarations.push(read.value);
    else {
      diagnostics.push(...read.error.diagnostics);
      for (const name of [folder.name, ...read.error.names]) broken.add(name);
      if (read.error.salvaged !== undefined) declarations.push(read.error.salvaged);
    }
  }
  const misnamed = checkNames(declarations);
  diagnostics.push(...misnamed.values());
  for (const { folder, workflow } of misnamed.keys()) {
    broken.add(folder.name);
    broken.add(workflow.name);
  }

  const layers: Layer[] = [];
  const opened: { readonly layer: Layer; readonly notes: Notes | undefined; own: Diagnostic[] }[] = [];
  for (const { diagnostics: faults } of besides.values()) diagnostics.push(...faults);
  for (const declaration of declarations) {
    const recalledLayer = known.get(declaration.folder.directory);
    if (recalledLayer !== undefined) {
      layers.push(recalledLayer);
      continue;
    }
    const notes = deps.memory?.takeNotes();
    const files = notes?.files ?? deps.files;
    const dockerfile = openDockerfile(declaration, files);
    if (dockerfile.ok) {
      const beside = besides.get(declaration.folder.directory);
      const layer = makeLayer(declaration, dockerfile.value, beside);
      const own = [
        ...checkFrontend(layer.dockerfile.file),
        ...checkShadowedStages(layer.dockerfile),
        ...checkInheritedSources(layer.dockerfile),
        ...checkContextSources(layer, files),
      ];
      if (notes !== undefined)
        noteEvaluation({ imports: declaration.sources, absent: declaration.absentSources }, notes);
      if (notes !== undefined && beside !== undefined) noteBeside(layer.directory, beside, notes);
      layers.push(layer);
      opened.push({ layer, notes, own });
    } else {
      diagnostics.push(...dockerfile.error);
      broken.add(declaration.workflow.name);
    }
  }

  const names = new KnownNames([...broken, ...layers.map(({ name }) => name)]);
  // A broken layer lets its neighbours' faults pass for a while: only what was judged among sound ones is kept.
  const isKeepable = broken.size === 0;
  for (const { layer, notes, own } of opened) {
    own.push(...checkDeclaration(layer, workspace), ...checkAgreement(layer, workspace, names));
    diagnostics.push(...own);
    if (deps.memory === undefined || notes === undefined) continue;
    const isAllSound = besides.get(layer.directory)?.diagnostics.length === 0;
    if (isKeepable && isAllSound && own.every(({ severity }) => severity === "warning"))
      keepLayer(layer, own, surroundings, notes, deps.memory);
    else forgetLayer(layer.directory, deps.memory);
  }
  const misnamedFolders = new Set(Array.from(misnamed.keys(), ({ folder }) => folder.directory));
  return {
    layers: layers.filter(({ directory }) => !misnamedFolders.has(directory)),
    broken,
    diagnostics: diagnostics.sort(compareDiagnostics),
  };
}

/** A layer of a declaration, the Dockerfile that it points to, and what stands beside them. */
export function makeLayer(
  declaration: Declaration,
  dockerfile: Layer["dockerfile"],
  { buildSpec, directives }: Pick<Layer, "buildSpec" | "directives"> = {},
): Layer {
  const { folder, workflow, workflowPath, located, sources } = declaration;
  return {
    name: workflow.name,
    directory: folder.directory,
    workflowPath,
    workflow,
    located,
    dockerfile,
    buildSpec,
    directives,
    images: Array.from(new Set(dockerfile.references.map(({ image }) => image))),
    sources,
    revision: sha256(JSON.stringify([workflow, encodeSourced(dockerfile)])),
  };
}

function declarationOf(layer: Layer, folder: LayerFolder): Declaration {
  return {
    folder,
    workflowPath: layer.workflowPath,
    workflow: layer.workflow,
    get located() {
      return layer.located;
    },
    sources: layer.sources,
    absentSources: [],
  };
}
