// What a code of a diagnostic stands for, at length, with an example that brings it about and the same mended. The examples are
// run: by the self-test wherever lamina is installed, and by the tests.

import type { ExportFormat } from "../../engine/nickel/formats/write.ts";
import type { NickelLimits } from "../nickel-limits.ts";

/**
 * Paths below a project to texts; "«…»" marks what a diagnostic of the code underlines, "«W0337:…»" what one of another code does.
 * A path that is not named is as in the sound catalog, one that is undefined is not there.
 */
export type SampleFiles = Readonly<Record<string, string | undefined>>;

/** What is asked of the files: `catalog-validate`, `plan` (with images replaced), `lock --update`, or `nickel export example.ncl`. */
export type Question =
  | { readonly kind: "check" }
  | { readonly kind: "plan"; readonly bases?: Readonly<Record<string, string>> }
  | { readonly kind: "mend-lock" }
  | { readonly kind: "export"; readonly format: ExportFormat; readonly limits?: NickelLimits };

export interface Explanation {
  /** "E" or "W" and four digits. */
  readonly code: string;
  /** Of errors of the Nickel language: as Nickel itself names them. */
  readonly kind?: string;
  /** A line without a full stop. */
  readonly title: string;
  /** What the code means and how one comes to it. */
  readonly cause: string;
  /** What to do. */
  readonly fix: string;
  readonly question: Question;
  /** Without a mark the diagnostic has no place. */
  readonly wrong: SampleFiles;
  /** Paths of the wrong form that permissions forbid to read. */
  readonly unreadable?: readonly string[];
  /** Nothing is to be said of it. */
  readonly mended: SampleFiles;
}

export interface Family {
  readonly title: string;
  readonly explanations: readonly Explanation[];
}
