// The platform of an image, as in the OCI image spec (image-index.md): os/architecture, with a variant or not.

import type { z } from "zod";
import { textLike } from "./form/text.ts";
import { platformPattern } from "./is-platform.ts";

export const platform = textLike(
  platformPattern,
  'os/architecture, such as "linux/arm64"',
).brand<"Platform">();

/** For example "linux/arm64". */
export type Platform = z.infer<typeof platform>;
