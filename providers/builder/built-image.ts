// The image of a solve that ended well: what buildctl's --metadata-file says of it, and its place in the store.

import { z } from "zod";
import { type Digest, type ImageDigest, imageDigest, isDigest } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { SolveFailure, SolveResult } from "../../engine/ports/builder.ts";
import { type Descriptor, descriptorSchema, measureImage } from "../store/oci-layout.ts";
import { recordImage } from "../store/record-image.ts";
import type { SolveLog } from "./progress.ts";

export interface BuiltImage {
  readonly digest: ImageDigest;
  readonly descriptor: Descriptor;
}

const metadataSchema = z.looseObject({ "containerimage.descriptor": descriptorSchema });

/** The file's text comes in; `undefined` when it says nothing of an image. */
export function parseMetadata(text: string): BuiltImage | undefined {
  try {
    const descriptor = metadataSchema.parse(JSON.parse(text))["containerimage.descriptor"];
    return { digest: imageDigest(descriptor.digest), descriptor };
  } catch {
    return undefined;
  }
}

/** Of a cache that was written: the digest of its manifest. */
const cacheSchema = z.object({
  "cache.manifest": z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.looseObject({ digest: z.string().refine(isDigest) })),
});

/** What became of the export of a cache: `metadata` is the file's text, "" where there is none. */
export function findExported(metadata: string, log: SolveLog): Result<Digest, SolveFailure> {
  try {
    return ok(cacheSchema.parse(JSON.parse(metadata))["cache.manifest"].digest);
  } catch {
    // buildctl was told not to mind, so that only progress tells.
    const failed = log.vertices.find(({ name, error }) => name.startsWith("exporting cache") && error !== "");
    return err({ kind: "other", message: failed?.error ?? "BuildKit did not say what it wrote" });
  }
}

/** Enters the image under its name into the store, which is to hold it whole by now. */
export function enterImage(
  storeDirectory: string,
  imageName: string,
  image: BuiltImage | undefined,
  log: SolveLog,
): Result<SolveResult, SolveFailure> {
  const sizeBytes = image === undefined ? undefined : measureImage(storeDirectory, image.digest);
  if (image === undefined || sizeBytes === undefined)
    return err({ kind: "other", message: "BuildKit finished, but the image is not whole in the store" });
  recordImage(storeDirectory, imageName, image.descriptor);
  const { run, cached } = log.count();
  return ok({ imageDigest: image.digest, sizeBytes, stepsRun: run, stepsCached: cached });
}
