// The name of a layer: parsed once, then trusted by its type.

import type { z } from "zod";
import { textLike } from "./form/text.ts";
import { layerNamePattern } from "./is-layer-name.ts";

export const layerName = textLike(
  layerNamePattern,
  "lower-case letters and digits, in words joined by one of . _ -",
).brand<"LayerName">();

export type LayerName = z.infer<typeof layerName>;
