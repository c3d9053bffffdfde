// `lamina sizing report --json`: what builds were given, what they used, and what they speak for. Fields may be added; what
// stands here keeps its meaning as long as the version stands.

import { z } from "zod";
import { layerName } from "./layer-name.ts";
import { planNode, sizeAdvice } from "./plan.ts";
import { platform } from "./platform.ts";

const amount = z.number().nonnegative();

/** Memory times time. GiB, over the recorded builds of which the peak is known. */
const gbHours = z.strictObject({
  /** What they were given; of builds on leased machines only, as the rest. */
  asked: amount,
  /** Their peaks, held all the time. */
  used: amount,
  /** Given beyond the peaks. */
  wasted: amount,
});

export const sizingReport = z.strictObject({
  version: z.literal(1),
  /** Where the metrics are: a path below the project, or a pool's address. */
  source: z.string(),
  layers: z.array(
    z.strictObject({
      layer: layerName,
      platform,
      /** As a build would be given now; as in `lamina plan --json`. */
      runner: planNode.shape.runner.omit({ advice: true }),
      /** Recorded, however they ended, and how many of them ran out of memory. */
      builds: z.int().nonnegative(),
      oom: z.int().nonnegative(),
      /** The 95th percentile over the last builds that came to their end, of cores and of peaks of memory in GiB; null where
       * none was measured. */
      used: z
        .strictObject({
          cpu: amount,
          memoryGb: amount,
          builds: z.int().positive(),
          /** "here" only where no build on a leased machine was measured. */
          place: z.enum(["leased", "here"]),
        })
        .nullable(),
      gbHours,
      /** That with a fifth more, also where it is what a build is given already; null where none was measured. */
      advice: sizeAdvice.nullable(),
      /** In lamina.sizing.json. */
      approved: z.strictObject({ cpu: amount, memoryGb: amount, builds: z.int().positive() }).nullable(),
    }),
  ),
  total: z.strictObject({ builds: z.int().nonnegative(), oom: z.int().nonnegative(), gbHours }),
});

export type SizingReportJson = z.infer<typeof sizingReport>;
