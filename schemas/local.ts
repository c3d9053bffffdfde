// .lamina/local.json, which git ignores: what this machine puts in place of external images, and where it has secrets.

import { z } from "zod";
import { expects } from "./form/expects.ts";
import { strictRecord } from "./form/record.ts";
import { textLike } from "./form/text.ts";
import { imageReference } from "./image-reference.ts";
import { imageReferencePattern } from "./image-reference-pattern.ts";
import { localSecrets } from "./secret-source.ts";

const layoutPattern = /^oci-layout:[^@]+(@sha256:[0-9a-f]{64})?$/;

/** An image reference, or "oci-layout:<folder>" with a digest or not; a relative folder counts from the project's. */
const standIn = textLike(
  new RegExp(`${layoutPattern.source}|${imageReferencePattern.source}`),
  'the reference of an image or "oci-layout:" and a folder',
);

export const local = strictRecord("the local settings", {
  /** External image as declared to what stands in for it. */
  bases: z.record(imageReference, standIn, expects("a record of references by image")).default({}),
  /** By id. */
  secrets: localSecrets.default({}),
});

export type Local = z.output<typeof local>;
