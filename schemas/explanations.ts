// `lamina explain --json`: the codes that there are, in families, and `lamina explain CODE --json`: what one stands for. Fields may
// be added while the version stands.

import { z } from "zod";

/** Raised when a reader of the earlier form would misread this one. */
export const explanationsVersion = 1;

const summary = {
  /** "E" or "W" and four digits. */
  code: z.string().regex(/^[EW][0-9]{4}$/),
  severity: z.enum(["error", "warning"]),
  title: z.string(),
};

export const codeList = z.strictObject({
  version: z.literal(explanationsVersion),
  families: z.array(z.strictObject({ title: z.string(), codes: z.array(z.strictObject(summary)) })),
});

/** By paths below the project; files that are not named are sound. */
const files = z.record(z.string(), z.string());

export const explained = z.strictObject({
  version: z.literal(explanationsVersion),
  /** More than one only where Nickel's own name of an error was asked for. */
  explanations: z.array(
    z.strictObject({
      ...summary,
      /** Nickel's own name of the error. */
      kind: z.string().optional(),
      cause: z.string(),
      fix: z.string(),
      /** The command that tells it. */
      command: z.string(),
      wrong: files,
      mended: files,
    }),
  ),
});

export type CodeListJson = z.infer<typeof codeList>;
export type ExplainedJson = z.infer<typeof explained>;
