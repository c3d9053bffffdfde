// The journal of a promotion (.lamina/promotions/<run>.json): every tag that is to move, with what it pointed to before, written
// before the first one moves. Whoever finds it of a process that is no more finishes the work, or undoes it.

import { z } from "zod";
import { imageDigestSchema } from "./digest.ts";
import { type ImageTag, parseImageTag } from "./image-tag.ts";
import { parseRegistryAddress, type RegistryAddress } from "./registry-address.ts";
import { parseRepositoryName, type RepositoryName } from "./repository-name.ts";

export const tagMove = z.strictObject({
  registry: z.custom<RegistryAddress>(
    (text) => typeof text === "string" && parseRegistryAddress(text) === text,
  ),
  repository: z.custom<RepositoryName>(
    (text) => typeof text === "string" && parseRepositoryName(text) !== undefined,
  ),
  tag: z.custom<ImageTag>((text) => typeof text === "string" && parseImageTag(text) !== undefined),
  /** What it pointed to; null where it was not there. */
  from: imageDigestSchema.nullable(),
  to: imageDigestSchema,
});
export type TagMove = z.infer<typeof tagMove>;

export const promotionRecord = z.strictObject({
  version: z.literal(1),
  runId: z.string().min(1),
  /** The process that promotes, as `Processes` names it. */
  owner: z.string().min(1),
  moves: z.array(tagMove).min(1),
});
export type PromotionRecord = z.infer<typeof promotionRecord>;
