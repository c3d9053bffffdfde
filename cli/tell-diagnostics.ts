// Diagnostics told on stderr, for people; in GitHub's workflows as annotations as well.

import type { Diagnostic } from "../engine/core/diagnostic.ts";
import type { Output } from "./output.ts";
import { libraryFolder } from "./package-root.ts";
import { renderDiagnostics } from "./report/diagnostic.ts";
import { annotateDiagnostics } from "./report/github-annotation.ts";

/** Prints them with places relative to `root` (absolute); nothing for none. */
export function tellDiagnostics(output: Output, root: string, diagnostics: readonly Diagnostic[]): void {
  output.remark(
    renderDiagnostics(diagnostics, {
      root,
      library: libraryFolder(),
      color: output.stderr.color,
      width: output.stderr.columns(),
    }),
  );
  if (process.env["GITHUB_ACTIONS"] === "true")
    output.remark(annotateDiagnostics(diagnostics, root, process.env["GITHUB_WORKSPACE"] ?? root));
}
