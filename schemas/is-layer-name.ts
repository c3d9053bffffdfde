// Whether a text can name a layer: apart from its schema, for those who need no more than that.

import type { LayerName } from "./layer-name.ts";

/** Lower-case words joined by single dots, dashes or underscores; also a path component of OCI repository names. */
export const layerNamePattern = /^[a-z0-9]+([._-][a-z0-9]+)*$/;

export function isLayerName(text: string): text is LayerName {
  return layerNamePattern.test(text);
}
