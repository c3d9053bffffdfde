// What a static type (`: T`) can refuse: codes E0260 to E0279, with their texts.

import type { NickelTemplate } from "../diagnostics.ts";
import type { RowsOf } from "./mismatch.ts";

/** Two types as texts. */
interface Pair {
  readonly expected: string;
  readonly found: string;
}

const quoteRow = (of: RowsOf, name: string): string => (of === "record" ? `\`${name}\`` : `\`'${name}\``);
const meant = (of: RowsOf, nearest: string | undefined): string | undefined =>
  nearest === undefined ? undefined : `did you mean ${quoteRow(of, nearest)}?`;

/** A field as it is written, or a tag. */
const rowText = (of: RowsOf, name: string): string =>
  `${of === "record" ? "field" : "tag"} ${quoteRow(of, name)}`;

export const typeMismatch: NickelTemplate<Pair & { readonly help: string | undefined }> = {
  code: "E0260",
  kind: "TypecheckError::TypeMismatch",
  message: ({ expected, found }) => `expected the type \`${expected}\`, found \`${found}\``,
  label: ({ found }) => `this is \`${found}\``,
  help: ({ help }) => help,
};

export const missingRow: NickelTemplate<{
  readonly of: RowsOf;
  readonly name: string;
  readonly found: string;
  /** The place is that of the field's name, behind the record. */
  readonly isAccess: boolean;
  readonly nearest: string | undefined;
}> = {
  code: "E0261",
  kind: "TypecheckError::MissingRow",
  message: ({ of, name }) => `the ${rowText(of, name)} is missing`,
  label: ({ found, isAccess }) => (isAccess ? `not in \`${found}\`` : `this is \`${found}\``),
  help: ({ of, isAccess, nearest }) => {
    if (isAccess || nearest === undefined) return meant(of, nearest);
    return `${quoteRow(of, nearest)} may be misspelt for it`;
  },
};

export const extraRow: NickelTemplate<{
  readonly of: RowsOf;
  readonly name: string;
  readonly expected: string;
  readonly found: string;
  readonly nearest: string | undefined;
}> = {
  code: "E0262",
  kind: "TypecheckError::ExtraRow",
  message: ({ of, name, expected }) => `the ${rowText(of, name)} is not in the type \`${expected}\``,
  label: ({ of, found }) => (of === "record" ? `this is \`${found}\`` : "this is none of its tags"),
  help: ({ of, nearest }) => meant(of, nearest),
};

export const missingTail: NickelTemplate<Pair> = {
  code: "E0263",
  kind: "TypecheckError::MissingDynTail",
  message: ({ expected }) => `expected further fields, as the type \`${expected}\` has them`,
  label: ({ found }) => `this is \`${found}\`, without \`; Dyn\``,
};

export const extraTail: NickelTemplate<Pair> = {
  code: "E0264",
  kind: "TypecheckError::ExtraDynTail",
  message: ({ expected, found }) =>
    `expected the type \`${expected}\`, found \`${found}\`: only one of them ends in \`; Dyn\``,
  label: ({ found }) => `this is \`${found}\``,
  help: () => "a contract, written with `|`, lets a record pass where its type does not",
};

export const fieldMismatch: NickelTemplate<Pair & { readonly path: string }> = {
  code: "E0265",
  kind: "TypecheckError::RecordRowMismatch",
  message: ({ path, expected, found }) =>
    `expected the type \`${expected}\` for the field \`${path}\`, found \`${found}\``,
  label: ({ path }) => `the field \`${path}\` of this has another type`,
};

export const tagMismatch: NickelTemplate<Pair & { readonly name: string }> = {
  code: "E0266",
  kind: "TypecheckError::EnumRowMismatch",
  message: ({ name, expected, found }) =>
    `expected \`${expected}\` for the tag \`'${name}\`, found \`${found}\``,
  label: ({ name }) => `the argument of \`'${name}\` has another type`,
};

export const fieldConflict: NickelTemplate<Pair & { readonly name: string }> = {
  code: "E0267",
  kind: "TypecheckError::RecordRowConflict",
  message: ({ name }) => `the field \`${name}\` would be in the type twice`,
  label: ({ found }) => `this is \`${found}\``,
  help: () => "the variable at the end of a type stands for other fields than those before it",
};

export const tagConflict: NickelTemplate<Pair & { readonly name: string }> = {
  code: "E0268",
  kind: "TypecheckError::EnumRowConflict",
  message: ({ name }) => `the tag \`'${name}\` would be in the type twice, with different arguments`,
  label: ({ found }) => `this is \`${found}\``,
  help: () => "the variable at the end of a type stands for other tags than those before it",
};

export const functionMismatch: NickelTemplate<Pair & { readonly part: string; readonly why: string }> = {
  code: "E0269",
  kind: "TypecheckError::ArrowTypeMismatch",
  message: ({ expected, found }) => `expected the type \`${expected}\`, found \`${found}\``,
  label: ({ part, why }) => `${part}: ${why}`,
};

export const sealedTail: NickelTemplate<{
  readonly variable: string;
  readonly found: string;
  readonly of: RowsOf;
}> = {
  code: "E0270",
  kind: "TypecheckError::ForallParametricityViolation",
  message: ({ of, variable, found }) =>
    `\`${variable}\` stands for any further ${of === "record" ? "fields" : "tags"}, not for \`${found}\``,
  label: ({ variable }) => `what \`${variable}\` stands for can only be passed on as it is`,
};

export const contractInTerm: NickelTemplate<{ readonly contract: string }> = {
  code: "E0271",
  kind: "TypecheckError::CtrTypeInTermPos",
  message: ({ contract }) => `the contract \`${contract}\` in a type that is used as a value`,
  label: () => "inside of a static type only types can be values",
  help: () => "put the type behind `|`, or outside of what `: T` covers",
};

export const variableEscapes: NickelTemplate<{ readonly variable: string }> = {
  code: "E0272",
  kind: "TypecheckError::VarLevelMismatch",
  message: ({ variable }) => `this cannot be of any type \`${variable}\``,
  label: ({ variable }) => `its type is fixed outside of the \`forall ${variable}\``,
};

export const mixedRecord: NickelTemplate<{
  readonly first: string;
  readonly second: string;
}> = {
  code: "E0273",
  kind: "TypecheckError::InhomogeneousRecord",
  message: ({ first, second }) =>
    `a record with \`${first}\` and \`${second}\` is no dictionary: all fields must have one type`,
  label: () => "used as a dictionary here",
};

/** Nickel itself has no word for it. */
export const endlessType: NickelTemplate<undefined> = {
  code: "E0274",
  kind: "TypecheckError::TypeMismatch",
  message: () => "this would need a type that contains itself",
  label: () => "no type is like this",
  help: () => "give what is bound here a type, or put `| Dyn` on one of its uses",
};
