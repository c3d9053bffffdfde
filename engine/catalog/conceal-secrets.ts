// What a contract has to say of a source of a secret, without what stands there: it may be the value itself.

import type { Diagnostic } from "../core/diagnostic.ts";

/** Of diagnostics of a file's evaluation. */
export function concealSecrets(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) =>
    isOfSecrets(diagnostic) ? { ...diagnostic, isConcealed: true, label: undefined } : diagnostic,
  );
}

/** Whether the contract that is broken is one of schemas/secret_source.ncl, which notes point to. */
function isOfSecrets({ notes }: Diagnostic): boolean {
  return notes.some(({ span }) => {
    if (span === undefined) return false;
    const { file, start, end } = span;
    return file.path.endsWith("/secret_source.ncl") || file.text.slice(start, end) === "S.SecretSources";
  });
}
