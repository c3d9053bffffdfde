// The platform of an image, as in the OCI image spec (image-index.md): os/architecture, with a variant or not.

import { z } from "zod";

export const platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, 'must be os/architecture, such as "linux/arm64"')
  .brand<"Platform">();

/** For example "linux/arm64". */
export type Platform = z.infer<typeof platform>;
