// `lamina show --json`: one layer, evaluated, and what the lock holds of it. Fields may be added; what stands here keeps its
// meaning as long as the version stands.

import { z } from "zod";
import { layerName } from "./layer-name.ts";
import { lockEntry } from "./lock.ts";
import { planNode } from "./plan.ts";
import { platform } from "./platform.ts";
import { capabilities } from "./registry-capabilities.ts";
import { registryProviders } from "./registry-providers.ts";
import { workflow } from "./workflow.ts";

/** What whoever builds by the directives may do in each namespace. */
const granted = z.array(z.enum(capabilities));

export const show = z.strictObject({
  version: z.literal(1),
  layer: layerName,
  /** Its declaration, with what is not said filled in: lists that are empty, and the check of each tool. */
  workflow,
  /** Layers that it stands on or takes from, its base first. */
  parents: z.array(layerName),
  /** Layers that stand on it or take from it. */
  children: z.array(layerName),
  /** Images outside the catalog that it stands on or takes from, as declared. */
  externalBases: z.array(z.string()),
  /** One for each that it is built for. */
  platforms: z.array(
    z.strictObject({
      platform,
      /** What a build would do with it: "reuse" where it is current. */
      action: planNode.shape.action,
      /** As in `lamina plan --json`. */
      runner: planNode.shape.runner,
      /** The file that says that size, by its path in the project; null where none does. */
      sizeFrom: z.string().nullable(),
      /** Where machines are leased: built on one that nothing else is built on. */
      ownMachine: z.boolean(),
      /** As in lamina.lock, current or not; null where it was never built. */
      locked: lockEntry.nullable(),
    }),
  ),
  /** That the directives name, in the order in which they are asked. */
  registries: z
    .array(
      z.strictObject({
        name: z.string(),
        provider: z.enum(registryProviders),
        /** Of the layer; null where the registry has no name for it. */
        repository: z.string().nullable(),
        /** Whether images go there. */
        target: z.boolean(),
        capabilities: z.strictObject({ images: granted, ci: granted, dev: granted }),
      }),
    )
    .optional(),
});

export type ShowJson = z.infer<typeof show>;
