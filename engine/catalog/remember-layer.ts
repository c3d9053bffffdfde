// Layers that were found sound, kept and taken again. What a plan asks of a layer is at hand at once; places and the parsed
// Dockerfile, which only complaints and builds ask for, are made out of what is kept when they are.

import type { Diagnostic } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import type { SourceFile } from "../core/source.ts";
import type { Kept, Memory, Notes } from "../memory/memory.ts";
import { decodeSourced, encodeSourced } from "../memory/source-codec.ts";
import type { Located } from "../nickel/located.ts";
import type { Layer } from "./layer.ts";
import type { LayerFolder } from "./locate.ts";
import { openSource, peekValue } from "./remember-evaluation.ts";

export interface RecalledLayer {
  readonly layer: Layer;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What is kept of a layer; after it its Dockerfile and its warnings. Its places are its evaluation's. */
type Essence = Pick<
  Layer,
  "name" | "workflow" | "images" | "sources" | "revision" | "buildSpec" | "directives"
>;

/** Keeps a layer and its warnings; `surroundings` names all else that it was judged by. */
export function keepLayer(
  layer: Layer,
  diagnostics: readonly Diagnostic[],
  surroundings: string,
  notes: Notes,
  memory: Memory,
): void {
  // A value that was written in no file of its own, in the standard library say, has no places to come back to.
  if (peekValue(layer.workflowPath, memory) === undefined) return forgetLayer(layer.directory, memory);
  const { name, workflow, images, sources, revision, buildSpec, directives, dockerfile } = layer;
  const essence: Essence = { name, workflow, images, sources, revision, buildSpec, directives };
  const details = [essence, encodeSourced(dockerfile), encodeSourced(diagnostics)];
  memory.keep(
    keyOf(layer.directory),
    surroundings,
    notes,
    { brief: diagnostics.length > 0, details },
    "large",
  );
}

export function forgetLayer(directory: string, memory: Memory): void {
  memory.drop(keyOf(directory));
}

/** The layer of a folder as it was kept, if it is still so. */
export function recallLayer(
  folder: LayerFolder,
  surroundings: string,
  memory: Memory,
): RecalledLayer | undefined {
  const kept = memory.recall(keyOf(folder.directory), surroundings);
  const layer = kept && peekLayer(folder.directory, memory)?.();
  if (kept === undefined || layer === undefined) return undefined;
  const diagnostics = kept.brief === true ? decodeSourced(kept.detail(2), openOnce(memory.files)) : [];
  return areDiagnostics(diagnostics) ? { layer, diagnostics } : undefined;
}

/** The layer of a folder (absolute) as it was kept, if it is still so: made when the answer is called, and once. */
export function peekLayer(directory: string, memory: Memory): (() => Layer) | undefined {
  const kept = memory.recallAny(keyOf(directory));
  const places = peekValue(`${directory}/workflow.ncl`, memory);
  if (kept === undefined || places === undefined) return undefined;
  let layer: Layer | undefined;
  return () => (layer ??= rememberedLayer(directory, kept, places, openOnce(memory.files)));
}

/** Notes for another work what a layer that is kept was made of. */
export function noteLayer(directory: string, notes: Notes): void {
  notes.noteAll(keyOf(directory));
}

/** The layer with what is dear made when it is asked for. A plain object, so that a copy of it is whole. */
function rememberedLayer(
  directory: string,
  kept: Kept,
  readPlaces: (open: (path: string) => SourceFile) => Located | undefined,
  open: (path: string) => SourceFile,
): Layer {
  const essence = kept.detail(0);
  if (!isEssence(essence)) throw new Error(`the layer in ${directory} was kept in another form`);
  let located: Located | undefined;
  let dockerfile: Layer["dockerfile"] | undefined;
  const { name, workflow, images, sources, revision, buildSpec, directives } = essence;
  return {
    name,
    directory,
    workflowPath: `${directory}/workflow.ncl`,
    workflow,
    images,
    sources,
    revision,
    buildSpec,
    directives,
    get located() {
      located ??= readPlaces(open);
      if (located === undefined) throw new Error(`the places of ${name} are not kept`);
      return located;
    },
    get dockerfile() {
      if (dockerfile === undefined) {
        const decoded = decodeSourced(kept.detail(1), open);
        if (!isDockerfile(decoded)) throw new Error(`the Dockerfile of ${name} was kept in another form`);
        dockerfile = decoded;
      }
      return dockerfile;
    },
  };
}

/** One file for each path, so that places in it can be held against one another. */
function openOnce(files: Files): (path: string) => SourceFile {
  const opened = new Map<string, SourceFile>();
  return (path) => {
    const file = opened.get(path) ?? openSource(path, files);
    opened.set(path, file);
    return file;
  };
}

function keyOf(directory: string): string {
  return `layer ${directory}`;
}

// A memory gives back only what this very program wrote (see `readMemory`): that it is there at all is enough to know its form.

function isEssence(json: unknown): json is Essence {
  return typeof json === "object" && json !== null && "revision" in json;
}

function isDockerfile(value: unknown): value is Layer["dockerfile"] {
  return typeof value === "object" && value !== null && "contextSources" in value;
}

function areDiagnostics(value: unknown): value is readonly Diagnostic[] {
  return Array.isArray(value);
}
