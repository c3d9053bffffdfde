// What can be wrong with an imported data file: code E0140.

import type { NickelTemplate } from "../diagnostics.ts";

/** `what` says in the format's own terms what is wrong. */
export const invalidData: NickelTemplate<{ format: string; what: string; help: string | undefined }> = {
  code: "E0140",
  kind: "ParseError::ExternalFormatError",
  message: ({ format, what }) => `${format} parse error: ${what}`,
  help: ({ help }) => help,
};
