// The tag of a layer that people ask for by version: that of the first tool that it promises and that tells one, such as "1.85.0"
// of a layer that promises rustc before cargo.

import { type ImageTag, parseImageTag } from "../../schemas/image-tag.ts";
import type { Layer } from "../catalog/layer.ts";

/** Undefined where no promised tool has a version that can be a tag of its own. */
export function versionTag(
  { workflow }: Pick<Layer, "workflow">,
  tools: Readonly<Record<string, string>>,
): ImageTag | undefined {
  for (const { name } of workflow.tools_provided) {
    const version = Object.hasOwn(tools, name) ? tools[name] : undefined;
    // "+" stands before what was built in, and tags have none.
    if (version !== undefined && /^[0-9]/.test(version)) return parseImageTag(version.replaceAll("+", "_"));
  }
  return undefined;
}
