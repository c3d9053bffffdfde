// Layers that were found sound, kept and taken again. What a plan asks of a layer is at hand at once; places and the parsed
// Dockerfile, which only complaints and builds ask for, are made out of what is kept when they are.

import type { Diagnostic } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import type { SourceFile } from "../core/source.ts";
import type { Kept, Memory, Notes } from "../memory/memory.ts";
import { decodeSourced, encodeSourced } from "../memory/source-codec.ts";
import type { Located } from "../nickel/located.ts";
import { decodeLocated, encodeLocated } from "../nickel/located-codec.ts";
import type { Layer } from "./layer.ts";
import type { LayerFolder } from "./locate.ts";
import { openSource } from "./remember-evaluation.ts";

export interface RecalledLayer {
  readonly layer: Layer;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What is kept of a layer, in parts: this, its Dockerfile, its places, its warnings. */
type Essence = Pick<Layer, "name" | "workflow" | "images" | "sources" | "revision"> & {
  readonly hasWarnings: boolean;
};

/** Keeps a layer and its warnings; `surroundings` names all else that it was judged by. */
export function keepLayer(
  layer: Layer,
  diagnostics: readonly Diagnostic[],
  surroundings: string,
  notes: Notes,
  memory: Memory,
): void {
  const { name, workflow, images, sources, revision, dockerfile, located } = layer;
  const places = encodeLocated(located, sources);
  if (places === undefined) return forgetLayer(layer.directory, memory);
  const essence: Essence = { name, workflow, images, sources, revision, hasWarnings: diagnostics.length > 0 };
  const parts = [essence, encodeSourced(dockerfile), places, encodeSourced(diagnostics)];
  memory.keep(keyOf(layer.directory), surroundings, notes, parts, "large");
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
  const essence = kept?.part(0);
  if (kept === undefined || !isEssence(essence)) return undefined;
  const layer = new RememberedLayer(folder, essence, kept, memory.files);
  const diagnostics = essence.hasWarnings ? decodeSourced(kept.part(3), layer.open) : [];
  return areDiagnostics(diagnostics) ? { layer, diagnostics } : undefined;
}

class RememberedLayer implements Layer {
  readonly name: Layer["name"];
  readonly directory: string;
  readonly workflowPath: string;
  readonly workflow: Layer["workflow"];
  readonly images: readonly string[];
  readonly sources: readonly string[];
  readonly revision: string;
  readonly #kept: Kept;
  readonly #files: Files;
  readonly #opened = new Map<string, SourceFile>();
  #located: Located | undefined;
  #dockerfile: Layer["dockerfile"] | undefined;

  constructor(folder: LayerFolder, essence: Essence, kept: Kept, files: Files) {
    this.name = essence.name;
    this.directory = folder.directory;
    this.workflowPath = `${folder.directory}/workflow.ncl`;
    this.workflow = essence.workflow;
    this.images = essence.images;
    this.sources = essence.sources;
    this.revision = essence.revision;
    this.#kept = kept;
    this.#files = files;
  }

  get located(): Located {
    if (this.#located === undefined) {
      const located = decodeLocated(this.#kept.part(2), this.sources.map(this.open));
      if (located === undefined) throw new Error(`the places of ${this.name} were kept in another form`);
      this.#located = located;
    }
    return this.#located;
  }

  get dockerfile(): Layer["dockerfile"] {
    if (this.#dockerfile === undefined) {
      const dockerfile = decodeSourced(this.#kept.part(1), this.open);
      if (!isDockerfile(dockerfile))
        throw new Error(`the Dockerfile of ${this.name} was kept in another form`);
      this.#dockerfile = dockerfile;
    }
    return this.#dockerfile;
  }

  /** One file for each path, so that places in it can be held against one another. */
  readonly open = (path: string): SourceFile => {
    const opened = this.#opened.get(path) ?? openSource(path, this.#files);
    this.#opened.set(path, opened);
    return opened;
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
