// The platform of an image, as in the OCI image spec (image-index.md): os/architecture, with a variant or not.

import type { z } from "zod";
import { textLike } from "./form/text.ts";

export const platform = textLike(
  /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/,
  'os/architecture, such as "linux/arm64"',
).brand<"Platform">();

/** For example "linux/arm64". */
export type Platform = z.infer<typeof platform>;
