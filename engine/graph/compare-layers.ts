// One layer as it was in one tree against what it is in another: what its build can see that differs.

import path from "node:path/posix";
import type { Platform } from "../../schemas/platform.ts";
import type { Layer } from "../catalog/layer.ts";
import { reopenDockerfile } from "../catalog/open-dockerfile.ts";
import type { Files } from "../core/host.ts";
import { shownPath } from "../core/shown-path.ts";
import { canonicalJson } from "./canonical-json.ts";
import { type OwnInputs, readOwnInputs } from "./fingerprint.ts";
import type { ChangedPath } from "./touched-layers.ts";

/** Why a layer is not what it was. */
export type Cause =
  | { readonly kind: "layer-added" }
  /** Relative to the project, or absolute where it lies outside. */
  | { readonly kind: "file-changed"; readonly path: string; readonly change: ChangedPath["change"] }
  | { readonly kind: "declaration-changed"; readonly key: string }
  | { readonly kind: "platform-added"; readonly platform: Platform }
  | { readonly kind: "base-changed"; readonly image: string }
  /** What it was cannot be told: it was not valid then. */
  | { readonly kind: "was-invalid" };

export interface LayerComparison {
  /** Absolute path of the project. */
  readonly root: string;
  /** Two trees at the same place: what the layer was is read through one, what it is through the other. */
  readonly before: Files;
  readonly now: Files;
  /** Of layers that declare none. */
  readonly defaultPlatform: Platform;
}

/** Every cause to build a layer that it did not have when it was `was`, which is undefined where it could not be read then. */
export function compareLayers(
  was: Layer | undefined,
  layer: Layer,
  { root, before, now, defaultPlatform }: LayerComparison,
): readonly Cause[] {
  if (was === undefined)
    return [{ kind: before.info(layer.workflowPath).ok ? "was-invalid" : "layer-added" }];
  const old = readOwnInputs(was, before);
  // On disk git may have turned its line ends.
  const dockerfile = reopenDockerfile(layer, now);
  const { name, directory, workflow } = layer;
  const current = dockerfile && readOwnInputs({ name, directory, workflow, dockerfile }, now);
  if (!old.ok || current?.ok !== true) return [{ kind: "was-invalid" }];
  const platformsOf = ({ workflow: { platforms } }: Layer) => platforms ?? [defaultPlatform];
  const causes: Cause[] = platformsOf(layer)
    .filter((each) => !platformsOf(was).includes(each))
    .map((each) => ({ kind: "platform-added", platform: each }));
  if (old.value.digest === current.value.digest) return causes;
  return [
    ...keysThatDiffer(old.value, current.value).map((key): Cause => ({ kind: "declaration-changed", key })),
    ...filesThatDiffer(old.value.files, current.value.files).map(([file, change]): Cause => {
      const shown = shownPath(root, path.join(layer.directory, file));
      return { kind: "file-changed", path: file.endsWith("/") ? `${shown}/` : shown, change };
    }),
    ...causes,
  ];
}

function keysThatDiffer({ declaration: was }: OwnInputs, { declaration: is }: OwnInputs): readonly string[] {
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return keys.filter((key) => canonicalJson(was[key] ?? null) !== canonicalJson(is[key] ?? null));
}

function filesThatDiffer(
  was: ReadonlyMap<string, string>,
  is: ReadonlyMap<string, string>,
): readonly (readonly [file: string, change: ChangedPath["change"]])[] {
  const files = [...new Set([...was.keys(), ...is.keys()])].sort();
  return files
    .filter((file) => was.get(file) !== is.get(file))
    .map((file) => [file, !was.has(file) ? "added" : !is.has(file) ? "removed" : "modified"]);
}
