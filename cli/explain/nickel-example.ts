// Explanations of the Nickel language's errors, whose examples are one file.

import type { ExportFormat } from "../../engine/nickel/formats/write.ts";
import type { NickelLimits } from "../nickel-limits.ts";
import type { Explanation, SampleFiles } from "./explanation.ts";

interface NickelRow extends Omit<Explanation, "kind" | "question" | "wrong" | "mended"> {
  readonly kind: string;
  readonly wrong: string;
  readonly mended: string;
  /** JSON by default. */
  readonly format?: ExportFormat;
  /** None by default. */
  readonly limits?: NickelLimits;
  /** What example.ncl imports, in the wrong and the mended form. */
  readonly beside?: { readonly wrong?: SampleFiles; readonly mended?: SampleFiles };
}

export const exampleFile = "example.ncl";

export function nickelExample({ wrong, mended, format, limits, beside, ...row }: NickelRow): Explanation {
  return {
    ...row,
    question: { kind: "export", format: format ?? "json", ...(limits === undefined ? {} : { limits }) },
    wrong: { [exampleFile]: wrong, ...beside?.wrong },
    mended: { [exampleFile]: mended, ...beside?.mended },
  };
}
