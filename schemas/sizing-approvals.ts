// lamina.sizing.json beside lamina.lock: the sizes that somebody approved, of what past builds were seen to need. Written by
// `lamina sizing approve`, committed with the catalog, so that every machine builds on the same sizes.

import { z } from "zod";
import { expects } from "./form/expects.ts";
import { positiveInteger, positiveNumber } from "./form/number.ts";
import { strictRecord } from "./form/record.ts";
import { layerName } from "./layer-name.ts";
import { platform } from "./platform.ts";

/** Raised when an older lamina would misread the file. */
export const sizingVersion = 1;

const version = z.literal(sizingVersion, {
  error: ({ input }) =>
    typeof input === "number" && input > sizingVersion
      ? `is ${input}, and this lamina knows ${sizingVersion}: update lamina to the version that the project uses`
      : `must be ${sizingVersion}`,
});

/** Of a file of any version: read first, as nothing else of a newer one can be judged. */
export const sizingHead = z.looseObject({ version }, expects("a record: approved sizes"));

const approvedSize = strictRecord("an approved size", {
  cpu: positiveInteger("a number of cores: 1, 2, 4, …"),
  memory_gb: positiveNumber("an amount of memory in GB above 0"),
  /** Builds that it rests on. */
  builds: positiveInteger("a number of builds above 0"),
});

export const sizingApprovals = strictRecord("approved sizes", {
  version,
  /** By layer and platform. */
  approved: z.record(
    layerName,
    z.record(platform, approvedSize, expects("a record of sizes by platform")),
    expects("a record of sizes by layer"),
  ),
});

export type SizingApprovals = z.output<typeof sizingApprovals>;
