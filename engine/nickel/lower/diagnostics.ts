// What can be wrong with the names of a text that parses: codes E0200 to E0209, E0242.

import type { NickelTemplate } from "../diagnostics.ts";

export const unboundIdentifier: NickelTemplate<{ name: string; help: string | undefined }> = {
  code: "E0200",
  kind: "TypecheckError::UnboundIdentifier",
  message: ({ name }) => `unbound identifier \`${name}\``,
  label: () => "nothing of this name is in scope",
  help: ({ help }) => help,
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

export const numberTooLarge: NickelTemplate<{ text: string }> = {
  code: "E0203",
  kind: "EvalError::Other",
  message: ({ text }) => `the number ${text} is too large`,
  label: () => "exponents go to a million",
};

export const packageImport: NickelTemplate<{ name: string }> = {
  code: "E0242",
  kind: "ImportError::NoPackageMap",
  message: ({ name }) => `cannot import the package \`${name}\`: there is no package manifest`,
  help: () => "import a file by its path",
};
