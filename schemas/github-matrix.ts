// `lamina plan --format github-matrix`: the builds of a plan as matrices for the jobs of a GitHub workflow. Fields may be
// added; what stands here keeps its meaning as long as the version stands.

import { z } from "zod";
import { layerName } from "./layer-name.ts";
import { platform } from "./platform.ts";

const matrixJob = z.strictObject({
  layer: layerName,
  platform,
  /** For `runs-on`. */
  runner: z.string(),
  /** For `timeout-minutes`: the layer's time budget, and what a job needs besides. */
  timeoutMinutes: z.int().positive(),
  /** Layers of earlier waves that it stands on, its base first. */
  needs: z.array(layerName),
});

export const githubMatrix = z.strictObject({
  version: z.literal(1),
  /** In all waves: 0 where everything is current. */
  jobs: z.int().nonnegative(),
  /** Each a value for `strategy.matrix`, with 1 to 256 jobs. What a job stands on is current, or in an earlier wave. */
  waves: z.array(z.strictObject({ include: z.array(matrixJob).min(1).max(256) })),
});

export type GithubMatrix = z.infer<typeof githubMatrix>;
