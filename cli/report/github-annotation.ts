// Annotations of GitHub's workflows: a complaint shown at the line of the file that it is about.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions

import { relative } from "node:path";
import { compareDiagnostics, type Diagnostic } from "../../engine/core/diagnostic.ts";
import { locate } from "./snippet.ts";

export interface Annotation {
  readonly severity: "error" | "warning";
  /** Relative to the workspace; undefined where there is no place. */
  readonly file?: string;
  /** These count from 1. */
  readonly line?: number;
  readonly endLine?: number;
  readonly column?: number;
  readonly endColumn?: number;
  readonly title: string;
  readonly message: string;
}

/** "::error file=…,line=…,title=…::message", with a line end. */
export function renderAnnotation(annotation: Annotation): string {
  const { severity, message, file, line, endLine, column, endColumn, title } = annotation;
  const all = Object.entries({ file, line, endLine, col: column, endColumn, title });
  const shown = all
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${severity} ${shown.join(",")}::${escapeData(message)}\n`;
}

/** One for each diagnostic, in order of their places; `root` and `workspace` are absolute. */
export function annotateDiagnostics(
  diagnostics: readonly Diagnostic[],
  root: string,
  workspace: string,
): string {
  return diagnostics
    .toSorted(compareDiagnostics)
    .map(({ code, severity, message, span, help }) => {
      const annotation = {
        severity,
        title: code,
        message: help === undefined ? message : `${message}\n${help}`,
      };
      if (span === undefined) return renderAnnotation(annotation);
      const { line, endLine, column, endColumn } = locate(span, { root });
      const file = relative(workspace, span.file.path);
      // GitHub takes columns of single lines only.
      const columns = line === endLine ? { column, endColumn } : {};
      return renderAnnotation(Object.assign(annotation, { file, line, endLine }, columns));
    })
    .join("");
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
