// `lamina catalog-validate --self-test --json`: how each case was judged. A fault is told as its code and place, such as
// "E0401 catalog/rust/workflow.ncl:4:16-4:24". Fields may be added while the version stands.

import { z } from "zod";

/** Raised when a reader of the earlier form would misread this one. */
export const selfTestVersion = 1;

const faults = z.array(z.string());

export const selfTest = z.strictObject({
  version: z.literal(selfTestVersion),
  /** Whether every case was judged exactly. */
  ok: z.boolean(),
  cases: z.array(
    z.strictObject({
      group: z.string(),
      name: z.string(),
      /** Folders of catalog/. */
      layers: z.number().int().nonnegative(),
      planted: faults,
      /** Planted, but not found. */
      missed: faults,
      /** Found, but not planted. */
      invented: faults,
    }),
  ),
});

export type SelfTestJson = z.infer<typeof selfTest>;
