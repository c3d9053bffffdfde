// Diagnostics told on stderr, for people; in GitHub's workflows as annotations as well.

import type { Diagnostic } from "../engine/core/diagnostic.ts";
import type { Output } from "./output.ts";
import { libraryFolder } from "./package-root.ts";
import { renderDiagnostics } from "./report/diagnostic.ts";
import { annotateDiagnostics } from "./report/github-annotation.ts";

export interface Telling {
  /** Annotations for GitHub; by default in its workflows. */
  readonly annotate?: boolean;
  /** Whether warnings fail as well. */
  readonly strict?: boolean;
}

/** Prints them with places relative to `root` (absolute), and how to read more of what fails; nothing for none. */
export function tellDiagnostics(
  output: Output,
  root: string,
  diagnostics: readonly Diagnostic[],
  { annotate = process.env["GITHUB_ACTIONS"] === "true", strict = false }: Telling = {},
): void {
  const from = { root, library: libraryFolder() };
  output.remark(
    renderDiagnostics(diagnostics, {
      ...from,
      color: output.stderr.color,
      width: output.stderr.columns(),
    }),
  );
  const failing = diagnostics.filter(({ severity }) => strict || severity === "error");
  output.remark(referToExplanations(failing));
  if (annotate)
    output.remark(annotateDiagnostics(diagnostics, from, process.env["GITHUB_WORKSPACE"] ?? root));
}

function referToExplanations(diagnostics: readonly Diagnostic[]): string {
  const [code, ...others] = Array.from(new Set(diagnostics.map((each) => each.code))).sort();
  if (code === undefined) return "";
  return others.length === 0
    ? `\`lamina explain ${code}\` tells more\n`
    : `\`lamina explain CODE\` tells more of ${[code, ...others].join(", ")}\n`;
}
