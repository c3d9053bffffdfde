// Tools along the chains of layers: none that the image holds already is provided again, and each that is required is at
// hand. Of a catalog that is not sound as well: nothing is said where the cause lies elsewhere.

import type { LayerName } from "../../schemas/layer-name.ts";
import { layerOfImage } from "../catalog/image-name.ts";
import { type Catalog, type Layer, placeOf } from "../catalog/layer.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { graphDiagnostics } from "./diagnostics.ts";
import type { Edge } from "./edges.ts";

/** Diagnostics of all layers; the time grows with layers, edges and tools. */
export function checkTools(catalog: Catalog, edges: readonly Edge[]): readonly Diagnostic[] {
  const layers = new Map<string, Layer>(catalog.layers.map((layer) => [layer.name, layer]));
  const { shadows, met, clear } = walkImages(catalog, layers, edges);
  const wanting = catalog.layers.flatMap((layer) => {
    const unmet = layer.workflow.tools_required.filter((tool) => met.get(layer.name)?.has(tool) !== true);
    return unmet.length === 0 ? [] : [{ layer, unmet }];
  });
  if (wanting.length === 0) return shadows;
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const providers = providersByTool(catalog);
  const missing = wanting.flatMap(({ layer, unmet }) => {
    if (takesFromUnknown(layer, catalog.workspace, layers)) return [];
    if (!(outgoing.get(layer.name) ?? []).every(({ to }) => clear.has(to))) return [];
    return unmet.map((tool) => {
      const provider = providers.get(tool)?.find((name) => name !== layer.name);
      const span = placeOf(layer, "tools_required", layer.workflow.tools_required.indexOf(tool));
      return diagnose(graphDiagnostics.toolMissing, { tool, layer: layer.name, provider }, { span });
    });
  });
  return [...shadows, ...missing];
}

interface Walked {
  readonly shadows: readonly Diagnostic[];
  /** Of each layer the required tools that it is handed. */
  readonly met: ReadonlyMap<LayerName, ReadonlySet<string>>;
  /** Layers of whose image all tools are known. */
  readonly clear: ReadonlySet<LayerName>;
}

/**
 * Walks the trees of bases, the tools of the image at hand. A layer's image holds its own tools and those of its base's image;
 * from what it copies it has nothing but files, but while it is built that image's tools are at hand too.
 */
function walkImages(catalog: Catalog, layers: ReadonlyMap<string, Layer>, edges: readonly Edge[]): Walked {
  const shadows: Diagnostic[] = [];
  const met = new Map<LayerName, Set<string>>();
  const clear = new Set<LayerName>();
  const takers = Map.groupBy(edges, ({ to }) => to);
  const standing = new Set(edges.filter(({ isBase }) => isBase).map(({ from }) => from));
  for (const root of catalog.layers) {
    if (standing.has(root.name)) continue;
    const image = new Image();
    // A base that could not be loaded may hold any tool.
    const isOnImage = typeof root.workflow.build_base !== "string";
    const trail = [{ layer: root, isClear: isOnImage, isDone: false }];
    for (let step = trail.pop(); step !== undefined; step = trail.pop()) {
      const { layer, isDone } = step;
      if (isDone) {
        image.takeOff(layer);
        continue;
      }
      const isClear = step.isClear && !catalog.broken.has(layer.name);
      if (isClear) clear.add(layer.name);
      shadows.push(...image.putOn(layer));
      trail.push({ layer, isClear, isDone: true });
      for (const { from, isBase } of takers.get(layer.name) ?? []) {
        const taker = layers.get(from);
        if (taker === undefined) continue;
        const handed = taker.workflow.tools_required.filter((tool) => image.has(tool));
        if (handed.length > 0) met.set(from, new Set([...(met.get(from) ?? []), ...handed]));
        if (isBase) trail.push({ layer: taker, isClear, isDone: false });
      }
    }
  }
  return { shadows, met, clear };
}

/** Who provides which tool of an image, as the walk puts layers on and takes them off. */
class Image {
  readonly #providers = new Map<string, Layer[]>();

  has(tool: string): boolean {
    return (this.#providers.get(tool)?.length ?? 0) > 0;
  }

  /** Tells the tools that are there already. */
  putOn(layer: Layer): readonly Diagnostic[] {
    return layer.workflow.tools_provided.flatMap(({ name: tool }, index) => {
      const below = this.#providers.get(tool) ?? [];
      this.#providers.set(tool, below);
      const ancestor = below.at(-1);
      below.push(layer);
      return ancestor === undefined ? [] : [diagnoseShadow(tool, layer, index, ancestor)];
    });
  }

  takeOff(layer: Layer): void {
    for (const { name } of layer.workflow.tools_provided) this.#providers.get(name)?.pop();
  }
}

function diagnoseShadow(tool: string, layer: Layer, index: number, ancestor: Layer): Diagnostic {
  const at = ancestor.workflow.tools_provided.findIndex(({ name }) => name === tool);
  return diagnose(
    graphDiagnostics.toolShadowed,
    { tool, layer: layer.name, ancestor: ancestor.name },
    {
      span: placeOf(layer, "tools_provided", index),
      notes: [
        { message: `"${ancestor.name}" provides it here`, span: placeOf(ancestor, "tools_provided", at) },
      ],
    },
  );
}

/** Whether the layer names another, declared or in its Dockerfile, that could not be loaded: that may provide anything. */
function takesFromUnknown(layer: Layer, workspace: string, layers: ReadonlyMap<string, Layer>): boolean {
  const { build_base: base, copies_from: copies } = layer.workflow;
  const named = [
    ...(typeof base === "string" ? [base] : []),
    ...copies,
    ...layer.images.flatMap((image) => layerOfImage(image, workspace) ?? []),
  ];
  return named.some((name) => !layers.has(name));
}

/** Layers by the tools that they provide, in order of their names. */
function providersByTool(catalog: Catalog): ReadonlyMap<string, readonly LayerName[]> {
  const providers = new Map<string, LayerName[]>();
  for (const { name, workflow } of catalog.layers)
    for (const tool of workflow.tools_provided) {
      const known = providers.get(tool.name);
      if (known === undefined) providers.set(tool.name, [name]);
      else known.push(name);
    }
  return providers;
}
