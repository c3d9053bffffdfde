// Diagnostics as `catalog-validate --json` prints them: schemas/diagnostics.ts.

import { compareDiagnostics, type Diagnostic } from "../../engine/core/diagnostic.ts";
import type { Span } from "../../engine/core/source.ts";
import { type DiagnosticsJson, diagnosticsVersion } from "../../schemas/diagnostics.ts";
import { locate } from "./snippet.ts";

/** In order of their places; paths relative to `root` (absolute). `strict`: warnings count as errors. */
export function diagnosticsToJson(
  diagnostics: readonly Diagnostic[],
  root: string,
  { strict }: { readonly strict: boolean },
): DiagnosticsJson {
  return {
    version: diagnosticsVersion,
    ok: !diagnostics.some(({ severity }) => strict || severity === "error"),
    diagnostics: diagnostics.toSorted(compareDiagnostics).map((diagnostic) => toJson(diagnostic, root)),
  };
}

function toJson(
  { code, severity, message, span, notes, help }: Diagnostic,
  root: string,
): DiagnosticsJson["diagnostics"][number] {
  return {
    code,
    severity,
    message,
    ...placeOf(span, root),
    notes: notes.map((note) => Object.assign({ message: note.message }, placeOf(note.span, root))),
    ...(help === undefined ? {} : { help }),
  };
}

function placeOf(span: Span | undefined, root: string) {
  if (span === undefined) return {};
  const { path, ...place } = locate(span, { root });
  return { file: path, ...place };
}
