// Annotations of GitHub's workflows: a complaint shown at the line of the file that it is about.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions

import { compareDiagnostics, type Diagnostic } from "../../engine/core/diagnostic.ts";
import { pathWithin } from "../../engine/core/shown-path.ts";
import type { Span } from "../../engine/core/source.ts";
import { locate, type ShownFrom } from "./snippet.ts";

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

/** One for each diagnostic, in order of their places; `workspace` is absolute. */
export function annotateDiagnostics(
  diagnostics: readonly Diagnostic[],
  from: ShownFrom,
  workspace: string,
): string {
  return diagnostics
    .toSorted(compareDiagnostics)
    .map((diagnostic) => {
      const { code, severity, span } = diagnostic;
      const place = span === undefined ? undefined : placeIn(workspace, span, from);
      const lines = [diagnostic.message, ...describeNotes(diagnostic, from), diagnostic.help];
      // What lies outside of the workspace cannot be shown there.
      const outside = span === undefined || place !== undefined ? [] : [`at ${describePlace(span, from)}`];
      const message = [...lines, ...outside].filter((line) => line !== undefined).join("\n");
      return renderAnnotation({ severity, title: code, message, ...place });
    })
    .join("");
}

/** Undefined for a file outside of the workspace. */
function placeIn(workspace: string, span: Span, from: ShownFrom) {
  const file = pathWithin(workspace, span.file.path);
  if (file === undefined || file === "") return undefined;
  const { line, endLine, column, endColumn } = locate(span, from);
  // GitHub takes columns of single lines only.
  return line === endLine ? { file, line, endLine, column, endColumn } : { file, line, endLine };
}

function describeNotes({ notes }: Diagnostic, from: ShownFrom): readonly string[] {
  return notes.map(({ message, span }) =>
    span === undefined ? message : `${message}: ${describePlace(span, from)}`,
  );
}

function describePlace(span: Span, from: ShownFrom): string {
  const { path, line, column } = locate(span, from);
  return `${path}:${line}:${column}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
