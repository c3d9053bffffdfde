// `lamina list --since REF --json`: the layers that changed since a commit, and what stands on them.

import { z } from "zod";
import { layerName } from "./layer-name.ts";
import { platform } from "./platform.ts";

const reason = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("layer-added") }),
  /** Relative to the project, or absolute where it lies outside. */
  z.strictObject({
    kind: z.literal("file-changed"),
    path: z.string(),
    change: z.enum(["added", "removed", "modified"]),
  }),
  z.strictObject({ kind: z.literal("declaration-changed"), key: z.string() }),
  z.strictObject({ kind: z.literal("platform-added"), platform }),
  z.strictObject({ kind: z.literal("base-changed"), image: z.string() }),
  z.strictObject({ kind: z.literal("was-invalid") }),
  /** It did not change itself, but stands on one that did, or on one that stands on it. */
  z.strictObject({ kind: z.literal("parent-affected"), parent: layerName }),
]);

export const affected = z.strictObject({
  version: z.literal(1),
  ref: z.string(),
  /** The commit that is compared with: the merge base of `ref` and HEAD. */
  base: z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/),
  /** Parents before children. One without reasons is named because another stands on it (--with-ancestors). */
  layers: z.array(
    z.strictObject({
      layer: layerName,
      kind: z.enum(["toolchain", "deps", "utility"]),
      base: z.string(),
      /** All that were found: keys of the declaration, then files in order of their paths, then the rest. One that
       * was not valid then may have more, which nobody can tell. */
      reasons: z.array(reason),
    }),
  ),
});

export type Affected = z.infer<typeof affected>;
