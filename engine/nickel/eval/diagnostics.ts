// What can be wrong with a program while it runs: codes E0210 to E0299, with their texts.

import type { NickelTemplate } from "../diagnostics.ts";
import type { Misfit } from "./misfit.ts";

const quote = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
const meant = (nearest: string | undefined): string | undefined =>
  nearest === undefined ? undefined : `did you mean \`${nearest}\`?`;

export const brokenContract: NickelTemplate<{
  headline: string;
  reason: string | undefined;
  found: string | undefined;
  nearest?: string | undefined;
}> = {
  code: "E0210",
  kind: "EvalError::BlameError",
  message: ({ headline, reason }) => (reason === undefined ? headline : `${headline}: ${reason}`),
  label: ({ found }) => (found === undefined ? undefined : `this is ${found}`),
  help: ({ nearest }) => meant(nearest),
};

export const unknownField: NickelTemplate<{
  name: string;
  path: string;
  nearest: string | undefined;
  known: readonly string[];
}> = {
  code: "E0211",
  kind: "EvalError::BlameError",
  message: ({ name }) => `unknown field \`${name}\``,
  label: ({ path }) => `the contract of ${path === "" ? "this record" : `\`${path}\``} has no such field`,
  help: ({ nearest, known }) =>
    meant(nearest) ?? (known.length > 0 && known.length <= 30 ? `known fields: ${quote(known)}` : undefined),
};

/**
 * `isDeclaration`: the place is that of the field's own declaration in the record that lacks its value; `isOwn`: the
 * declaration stands in the same file as the record.
 */
export const missingDefinition: NickelTemplate<{ name: string; isDeclaration: boolean; isOwn: boolean }> = {
  code: "E0212",
  kind: "EvalError::MissingFieldDef",
  message: ({ name }) => `missing definition for the field \`${name}\``,
  label: ({ name, isDeclaration }) =>
    isDeclaration ? "declared here, without a value" : `\`${name}\` has no value here`,
  help: ({ name, isOwn }) => `give it a value, \`${name} = …\`${isOwn ? ", or declare it `| optional`" : ""}`,
};

export const incompatibleMerge: NickelTemplate<{ left: string; right: string }> = {
  code: "E0213",
  kind: "EvalError::MergeIncompatibleArgs",
  message: ({ left, right }) => `cannot merge ${left} with ${right}`,
  label: ({ left }) => `this is ${left}`,
  help: () => "give one of them a priority: `| default` lets the other win, `| force` makes it win",
};

/**
 * `names`: the circle, if its values have names; `isPlain`: one name, and nothing else is its value; `file`: the file that
 * needs its own value.
 */
export const infiniteRecursion: NickelTemplate<{
  names: readonly string[];
  isPlain?: boolean;
  file?: string;
}> = {
  code: "E0214",
  kind: "EvalError::InfiniteRecursion",
  message: ({ names: [first, ...others], file }) =>
    first === undefined
      ? `infinite recursion${file === undefined ? "" : `: the value of \`${file}\` needs that value`}`
      : `infinite recursion: ${[first, ...others, first].map((name) => `\`${name}\``).join(" needs ")}`,
  label: () => "this needs its own value",
  help: ({ names: [name], isPlain, file }) =>
    file !== undefined
      ? "does the file import itself, or one that imports it?"
      : isPlain === true
        ? `\`${name}\` means itself here: give what is meant outside another name, or \`include\` it in the record`
        : undefined,
};

export const stackOverflow: NickelTemplate<undefined> = {
  code: "E0215",
  kind: "EvalError::Other",
  message: () => "the evaluation nests too deep",
  label: () => "while evaluating this",
  help: () =>
    "a function that calls itself without end, a very long list walked without a fold, or a very long chain of operators; LAMINA_NICKEL_STACK (in MiB) gives it more room",
};

/** `taken`: how many arguments were taken before one too many. */
export const notAFunction: NickelTemplate<{ what: string; taken: number }> = {
  code: "E0216",
  kind: "EvalError::NotAFunc",
  message: ({ what }) => `${what} cannot be called`,
  label: () => "only functions take arguments",
  help: ({ what, taken }) =>
    what.startsWith("the enum")
      ? "a tag takes one argument: put several into a record or an array"
      : taken === 0
        ? "two values side by side are a call: is a comma or an operator missing?"
        : `the function takes ${taken === 1 ? "one argument" : `${taken} arguments`}: is a comma or an operator missing behind ${taken === 1 ? "it" : "them"}?`,
};

export const fieldMissing: NickelTemplate<{
  name: string;
  nearest: string | undefined;
  known: readonly string[];
}> = {
  code: "E0217",
  kind: "EvalError::FieldMissing",
  message: ({ name }) => `no field \`${name}\``,
  label: () => "the record has no such field",
  help: ({ nearest, known }) =>
    meant(nearest) ??
    (known.length === 0 ? "it is empty" : known.length <= 12 ? `it has ${quote(known)}` : undefined),
};

export const wrongType: NickelTemplate<{
  expected: string;
  found: string;
  purpose: string;
  help?: string | undefined;
}> = {
  code: "E0218",
  kind: "EvalError::TypeError",
  message: ({ expected, purpose }) => `${purpose}: expected ${expected}`,
  label: ({ found }) => `this is ${found}`,
  help: ({ help }) => help,
};

export const wrongOperand: NickelTemplate<{
  operator: string;
  expected: string;
  found: string;
  position: string;
  help?: string | undefined;
}> = {
  code: "E0219",
  kind: "EvalError::NAryPrimopTypeError",
  message: ({ operator, expected, position }) => `${operator} expects ${expected}${position}`,
  label: ({ found }) => `this is ${found}`,
  help: ({ help }) => help,
};

export const wrongArgument: NickelTemplate<{
  operator: string;
  expected: string;
  found: string;
  help?: string | undefined;
}> = {
  code: "E0220",
  kind: "EvalError::UnaryPrimopTypeError",
  message: ({ operator, expected }) => `${operator} expects ${expected}`,
  label: ({ found }) => `this is ${found}`,
  help: ({ help }) => help,
};

export const incomparable: NickelTemplate<{ left: string; right: string }> = {
  code: "E0221",
  kind: "EvalError::IncomparableValues",
  message: ({ left, right }) => `cannot compare ${left} with ${right}`,
};

export const noMatch: NickelTemplate<{ what: string }> = {
  code: "E0222",
  kind: "EvalError::NonExhaustiveMatch",
  message: ({ what }) => `no branch matches ${what}`,
  label: () => "unmatched",
  help: () => "add a branch for it, or a last one `_ => …`",
};

export const noEnumMatch: NickelTemplate<{
  what: string;
  known: readonly string[];
  nearest: string | undefined;
}> = {
  code: "E0223",
  kind: "EvalError::NonExhaustiveEnumMatch",
  message: ({ what }) => `no branch matches ${what}`,
  label: () => "unmatched",
  help: ({ known, nearest }) =>
    nearest === undefined
      ? `the branches are for ${known.map((tag) => `'${tag}`).join(", ")}`
      : `did you mean '${nearest}?`,
};

export const failedDestructuring: NickelTemplate<{ what: string; misfit: Misfit | undefined }> = {
  code: "E0224",
  kind: "EvalError::FailedDestructuring",
  message: ({ what }) => `${what} does not fit the pattern`,
  label: ({ misfit }) => misfit?.label,
  help: ({ misfit }) => misfit?.help,
};

export const illegalTailAccess: NickelTemplate<{ action: string }> = {
  code: "E0225",
  kind: "EvalError::IllegalPolymorphicTailAccess",
  message: ({ action }) => `cannot ${action}: the polymorphic tail of the record is sealed`,
};

export const other: NickelTemplate<{ message: string; help?: string }> = {
  code: "E0227",
  kind: "EvalError::Other",
  message: ({ message }) => message,
  help: ({ help }) => help,
};

export const deserializationFailed: NickelTemplate<{ message: string }> = {
  code: "E0228",
  kind: "EvalError::DeserializationError",
  message: ({ message }) => message,
};

export const serializationFailed: NickelTemplate<{ message: string }> = {
  code: "E0229",
  kind: "EvalError::SerializationError",
  message: ({ message }) => message,
};

export const notSerializable: NickelTemplate<{ what: string; path: string; help: string | undefined }> = {
  code: "E0230",
  kind: "ExportError::NonSerializable",
  message: ({ what, path }) => `${what} cannot be exported${path === "" ? "" : ` (at ${path})`}`,
  label: ({ what }) => `this is ${what}`,
  help: ({ help }) => help,
};

export const numberOutOfRange: NickelTemplate<{ number: string }> = {
  code: "E0231",
  kind: "ExportError::NumberOutOfRange",
  message: ({ number }) => `the number ${number} is too large to be exported`,
};

export const notEnoughArguments: NickelTemplate<{ operator: string; arity: number }> = {
  code: "E0232",
  kind: "EvalError::NotEnoughArgs",
  message: ({ operator, arity }) => `${operator} expects ${arity} arguments`,
  label: () => "too few arguments",
};

export const lostSibling: NickelTemplate<{ name: string }> = {
  code: "E0233",
  kind: "EvalError::UnboundIdentifier",
  message: ({ name }) => `a field is defined by \`${name}\`, which was taken out of the record`,
  label: ({ name }) => `\`${name}\` is not in this record`,
};

export const importFailed: NickelTemplate<{
  path: string;
  reason: string;
  searched: readonly string[];
  nearest: string | undefined;
}> = {
  code: "E0240",
  kind: "ImportError::IOError",
  message: ({ path, reason }) => `cannot import \`${path}\`: ${reason}`,
  label: ({ searched }) => (searched.length === 0 ? undefined : `looked in ${searched.join(", ")}`),
  help: ({ nearest }) => (nearest === undefined ? undefined : `did you mean \`${nearest}\`?`),
};

export const entryUnreadable: NickelTemplate<{ path: string; reason: string }> = {
  code: "E0241",
  kind: "ImportError::IOError",
  message: ({ path, reason }) => `cannot read \`${path}\`: ${reason}`,
};
