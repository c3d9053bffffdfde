// `lamina catalog-validate --json`: all that is wrong with a catalog. Lines and columns count from 1, columns in code
// points; the end is the place after the last character. Fields may be added while the version stands.

import { z } from "zod";

/** Raised when a reader of the earlier form would misread this one. */
export const diagnosticsVersion = 1;

const place = z.number().int().positive();

/** Where something stands; all of it absent where there is no place. */
const placed = {
  /** Relative to the project where it lies within. */
  file: z.string().optional(),
  line: place.optional(),
  column: place.optional(),
  endLine: place.optional(),
  endColumn: place.optional(),
};

export const diagnosticJson = z.strictObject({
  /** "E" or "W" and four digits. */
  code: z.string().regex(/^[EW][0-9]{4}$/),
  severity: z.enum(["error", "warning"]),
  message: z.string(),
  ...placed,
  /** What stands under the underlined place. */
  label: z.string().optional(),
  /** The name that Nickel has for an error of the language, such as "EvalError::BlameError". */
  kind: z.string().optional(),
  notes: z.array(z.strictObject({ message: z.string(), ...placed })),
  help: z.string().optional(),
});

export const diagnostics = z.strictObject({
  version: z.literal(diagnosticsVersion),
  /** Whether there is no error; with --strict no warning either. */
  ok: z.boolean(),
  diagnostics: z.array(diagnosticJson),
});

export type DiagnosticsJson = z.infer<typeof diagnostics>;
