// Whether a text names a platform: apart from its schema, for those who need no more than that.

import type { Platform } from "./platform.ts";

/** os/architecture, with a variant or not (OCI image spec, image-index.md). */
export const platformPattern = /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/;

export function isPlatform(text: string): text is Platform {
  return platformPattern.test(text);
}
