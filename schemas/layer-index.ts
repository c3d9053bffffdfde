// What a tag of a published layer points to: an OCI image index (image-spec, image-index.md) that names the layer's image for
// each platform and says in annotations what it was made of. It stands in the index, never in the image: an image that was built
// again of other inputs may come out the same, and those who stand on it must see that.

import { z } from "zod";
import { imageDigestSchema, inputDigestSchema } from "./digest.ts";
import { isPlatform } from "./is-platform.ts";
import type { Platform } from "./platform.ts";

export const indexMediaType = "application/vnd.oci.image.index.v1+json";

/** Annotations of ours, beside those that OCI has (image-spec, annotations.md). */
export const annotationKeys = {
  layer: "io.lamina.layer",
  workspace: "io.lamina.workspace",
  input: "io.lamina.input-digest",
  tools: "io.lamina.tools",
  size: "io.lamina.size",
  title: "org.opencontainers.image.title",
  source: "org.opencontainers.image.source",
  /** When the index was written: of no account to what it names. */
  created: "org.opencontainers.image.created",
  version: "org.opencontainers.image.version",
  revision: "org.opencontainers.image.revision",
  baseName: "org.opencontainers.image.base.name",
  baseDigest: "org.opencontainers.image.base.digest",
} as const;

/** Of what else an index lists, such as attestations, only this is looked at. */
export const descriptor = z.looseObject({
  mediaType: z.string(),
  digest: imageDigestSchema,
  size: z.int().nonnegative(),
  platform: z
    .looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
    .optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type IndexDescriptor = z.infer<typeof descriptor>;

export const layerIndex = z.looseObject({
  schemaVersion: z.literal(2),
  manifests: z.array(descriptor),
  annotations: z.record(z.string(), z.string()).optional(),
});

/** Of an image's descriptor; absent of what is no layer's image. */
export const imageAnnotations = z.looseObject({
  [annotationKeys.input]: inputDigestSchema,
  [annotationKeys.size]: z.string().regex(/^[0-9]{1,15}$/),
  [annotationKeys.tools]: z
    .string()
    .transform((text, context) => parseTools(text) ?? context.addIssue("must be a record of versions"))
    .pipe(z.record(z.string(), z.string())),
  [annotationKeys.baseName]: z.string().optional(),
  [annotationKeys.baseDigest]: imageDigestSchema.optional(),
  [annotationKeys.version]: z.string().optional(),
  [annotationKeys.revision]: z.string().optional(),
});

/** Of an OCI platform; undefined of one that no layer has. */
export function platformText({
  os,
  architecture,
  variant,
}: {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}): Platform | undefined {
  const text =
    variant === undefined || variant === "" ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
  return isPlatform(text) ? text : undefined;
}

function parseTools(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
