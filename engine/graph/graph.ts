// The layers as a DAG: who stands on whom. Hides graphology; made only of a catalog that was found sound.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Layer } from "../catalog/layer.ts";

export interface LayerGraph {
  /** Absolute path of the project. */
  readonly root: string;
  readonly workspace: string;
  /** Parents before children; among those that are free by name. */
  readonly order: readonly LayerName[];
  has(name: string): name is LayerName;
  layer(name: LayerName): Layer;
  /** Layers it takes from: its base first, then the others by name. */
  parents(name: LayerName): readonly LayerName[];
  /** By name. */
  children(name: LayerName): readonly LayerName[];
  /** All that it stands on, directly or not, in topological order; without itself. */
  ancestors(name: LayerName): readonly LayerName[];
  descendants(name: LayerName): readonly LayerName[];
  /** External images (not "scratch") that it takes from directly, as spelt, without duplicates, by name. */
  externalBases(name: LayerName): readonly string[];
}
