// Diagnostics as `catalog-validate --json` prints them: schemas/diagnostics.ts.

import { compareDiagnostics, type Diagnostic } from "../../engine/core/diagnostic.ts";
import type { Span } from "../../engine/core/source.ts";
import { type DiagnosticsJson, diagnosticsVersion } from "../../schemas/diagnostics.ts";
import { locate, type ShownFrom } from "./snippet.ts";

/** In order of their places; paths as people are shown them. `strict`: warnings count as errors. */
export function diagnosticsToJson(
  diagnostics: readonly Diagnostic[],
  from: ShownFrom,
  { strict }: { readonly strict: boolean },
): DiagnosticsJson {
  return {
    version: diagnosticsVersion,
    ok: !diagnostics.some(({ severity }) => strict || severity === "error"),
    diagnostics: diagnostics.toSorted(compareDiagnostics).map((diagnostic) => toJson(diagnostic, from)),
  };
}

function toJson(diagnostic: Diagnostic, from: ShownFrom): DiagnosticsJson["diagnostics"][number] {
  const { code, severity, message, span, label, notes, help } = diagnostic;
  const kind = "kind" in diagnostic && typeof diagnostic.kind === "string" ? diagnostic.kind : undefined;
  return {
    code,
    severity,
    message,
    ...placeOf(span, from),
    ...(label === undefined ? {} : { label }),
    ...(kind === undefined ? {} : { kind }),
    notes: notes.map((note) => Object.assign({ message: note.message }, placeOf(note.span, from))),
    ...(help === undefined ? {} : { help }),
  };
}

function placeOf(span: Span | undefined, from: ShownFrom) {
  if (span === undefined) return {};
  const { path, ...place } = locate(span, from);
  return { file: path, ...place };
}
