// The name of a layer: parsed once, then trusted by its type.

import type { z } from "zod";
import { textLike } from "./form/text.ts";

/** Lower-case words joined by single dots, dashes or underscores; also a path component of OCI repository names. */
export const layerNamePattern = /^[a-z0-9]+([._-][a-z0-9]+)*$/;

export const layerName = textLike(
  layerNamePattern,
  "lower-case letters and digits, in words joined by one of . _ -",
).brand<"LayerName">();

export type LayerName = z.infer<typeof layerName>;
