// What can be wrong with the names of a text that parses: codes E0200 to E0209.

import type { NickelTemplate } from "../diagnostics.ts";

export const unboundIdentifier: NickelTemplate<{ name: string; nearest: string | undefined }> = {
  code: "E0200",
  kind: "TypecheckError::UnboundIdentifier",
  message: ({ name }) => `unbound identifier \`${name}\``,
  label: () => "nothing of this name is in scope",
  help: ({ nearest }) => (nearest === undefined ? undefined : `did you mean \`${nearest}\`?`),
};

export const unboundTypeVariable: NickelTemplate<{ name: string }> = {
  code: "E0202",
  kind: "TypecheckError::UnboundTypeVariable",
  message: ({ name }) => `unbound type variable \`${name}\``,
  help: ({ name }) => `bind it: \`forall ${name}. …\``,
};

export const orPatternVariables: NickelTemplate<{ names: readonly string[] }> = {
  code: "E0201",
  kind: "TypecheckError::OrPatternVarsMismatch",
  message: () => "the alternatives of a pattern bind different variables",
  label: ({ names }) => `${names.map((name) => `\`${name}\``).join(", ")} must be bound by all or by none`,
};
