// The platform of an image, as in the OCI image spec (image-index.md): os/architecture, with a variant or not.

import { z } from "zod";
import { expects } from "./form/expects.ts";
import { textLike } from "./form/text.ts";
import { platformPattern } from "./is-platform.ts";
import { advisePlatform, isKnownPlatform, knownPlatformForm } from "./known-platform.ts";

/** Any that can be written down: for what a lock, a registry or a daemon says. */
export const platform = textLike(
  platformPattern,
  'os/architecture, such as "linux/arm64"',
).brand<"Platform">();

/** For example "linux/arm64". */
export type Platform = z.infer<typeof platform>;

/** One that can be built for: for what people say. */
export const knownPlatform = z
  .string(expects(knownPlatformForm))
  .refine((text) => isKnownPlatform(text), {
    error: ({ input }) => `must be ${knownPlatformForm}: ${advisePlatform(String(input))}`,
  })
  .brand<"Platform">();
