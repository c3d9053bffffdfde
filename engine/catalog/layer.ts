// A layer as declared: its evaluated workflow.ncl, typed, with the place of every value, and its parsed Dockerfile.

import type { BuildSpec } from "../../schemas/build-spec.ts";
import type { LayerDirectives } from "../../schemas/layer-directives.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Workflow } from "../../schemas/workflow.ts";
import type { Span } from "../core/source.ts";
import { type Located, nearest } from "../nickel/located.ts";
import type { Dockerfile } from "./dockerfile.ts";

export interface Layer {
  readonly name: LayerName;
  /** Absolute path of catalog/<name>: the build context as well. */
  readonly directory: string;
  /** Absolute path. */
  readonly workflowPath: string;
  /** The parsed declaration (defaults filled in). */
  readonly workflow: Workflow;
  /** The same with places. */
  readonly located: Located;
  readonly dockerfile: Dockerfile;
  /** Of the .build-spec.ncl in its folder; no part of what it is built from. */
  readonly buildSpec?: BuildSpec | undefined;
  /** Of the build_directives.ncl in its folder, over the catalog's; no part of what it is built from either. */
  readonly directives?: LayerDirectives | undefined;
  /** All images that the Dockerfile's target takes from, as spelt, without repetitions. */
  readonly images: readonly string[];
  /** Absolute paths of all files that the evaluation of workflow.ncl read, sorted. */
  readonly sources: readonly string[];
  /** Equal where declaration and Dockerfile are, to the last place in them. */
  readonly revision: string;
}

/** The part of a layer that says which files its build can see. */
export type LayerContext = Pick<Layer, "name" | "directory" | "workflow" | "dockerfile">;

/** What stands under catalog/, before its layers are held against one another. */
export interface Catalog {
  /** Absolute path of the project: the folder that holds catalog/ and lamina.lock. */
  readonly root: string;
  /** First path component of layers' image names, such as "lamina" in FROM lamina/rust. */
  readonly workspace: string;
  /** In order of their names. */
  readonly layers: readonly Layer[];
  /** Names of layers that exist but could not be loaded: references to them are not to be called unknown. */
  readonly broken: ReadonlySet<string>;
}

/** Where the value at a path of the declaration stands: its own place, else its key's, else the nearest parent's. */
export function placeOf(layer: Layer, ...path: readonly PropertyKey[]): Span {
  return nearest(layer.located, path).value.span;
}
