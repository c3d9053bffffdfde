// The version of a layer, by which people ask for it: that of the first tool that it promises and that tells one, such as "1.85.0"
// of a layer that promises rustc before cargo.

import { type ImageTag, parseImageTag } from "../../schemas/image-tag.ts";
import type { Layer } from "../catalog/layer.ts";

/** Undefined where no promised tool tells one. */
export function versionOfLayer(
  { workflow }: Pick<Layer, "workflow">,
  tools: Readonly<Record<string, string>>,
): string | undefined {
  for (const { name } of workflow.tools_provided) {
    const version = Object.hasOwn(tools, name) ? tools[name] : undefined;
    if (version !== undefined && /^[0-9]/.test(version)) return version;
  }
  return undefined;
}

/** Undefined where that is no tag. */
export function versionTag(
  layer: Pick<Layer, "workflow">,
  tools: Readonly<Record<string, string>>,
): ImageTag | undefined {
  // "+" stands before what was built in, and tags have none.
  const version = versionOfLayer(layer, tools)?.replaceAll("+", "_");
  return version === undefined ? undefined : parseImageTag(version);
}
