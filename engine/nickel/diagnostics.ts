// The language's complaints: diagnostics that also carry the error kind as Nickel itself spells it. One table of
// codes: E01xx are found while reading a text, E02xx while evaluating it.

import type { Diagnostic, Note } from "../core/diagnostic.ts";
import type { Span } from "../core/source.ts";

/** Spelt as in Nickel's own test suite. */
export type NickelErrorKind =
  | "ParseError::UnexpectedEOF"
  | "ParseError::UnexpectedToken"
  | "ParseError::ExtraToken"
  | "ParseError::UnmatchedCloseBrace"
  | "ParseError::InvalidEscapeSequence"
  | "ParseError::InvalidAsciiEscapeCode"
  | "ParseError::StringDelimiterMismatch"
  | "ParseError::ExternalFormatError"
  | "ParseError::UnboundTypeVariables"
  | "ParseError::InvalidRecordType"
  | "ParseError::RecursiveLetPattern"
  | "ParseError::PatternInLetRec"
  | "ParseError::TypeVariableKindMismatch"
  | "ParseError::TypedFieldWithoutDefinition"
  | "ParseError::UnsupportedSyntax"
  | "ParseError::InvalidUniRecord"
  | "ParseError::InterpolationInStaticPath"
  | "ParseError::DuplicateIdentInRecordPattern"
  | "ParseError::DuplicateIdentInLetBlock"
  | "ParseError::DisabledFeature"
  | "ParseError::InvalidContract"
  | "ParseError::InvalidImportFormat"
  | "ParseError::MultipleFieldDecls"
  | "TypecheckError::UnboundIdentifier"
  | "TypecheckError::UnboundTypeVariable"
  | "TypecheckError::OrPatternVarsMismatch"
  | "TypecheckError::TypeMismatch"
  | "TypecheckError::MissingRow"
  | "TypecheckError::ExtraRow"
  | "TypecheckError::MissingDynTail"
  | "TypecheckError::ExtraDynTail"
  | "TypecheckError::RecordRowMismatch"
  | "TypecheckError::EnumRowMismatch"
  | "TypecheckError::RecordRowConflict"
  | "TypecheckError::EnumRowConflict"
  | "TypecheckError::ArrowTypeMismatch"
  | "TypecheckError::ForallParametricityViolation"
  | "TypecheckError::CtrTypeInTermPos"
  | "TypecheckError::VarLevelMismatch"
  | "TypecheckError::InhomogeneousRecord"
  | "ImportError::IOError"
  | "ImportError::ParseError"
  | "ImportError::MissingDependency"
  | "ImportError::NoPackageMap"
  | "EvalError::BlameError"
  | "EvalError::MissingFieldDef"
  | "EvalError::TypeError"
  | "EvalError::UnaryPrimopTypeError"
  | "EvalError::NAryPrimopTypeError"
  | "EvalError::ParseError"
  | "EvalError::NotAFunc"
  | "EvalError::FieldMissing"
  | "EvalError::NotEnoughArgs"
  | "EvalError::MergeIncompatibleArgs"
  | "EvalError::UnboundIdentifier"
  | "EvalError::InfiniteRecursion"
  | "EvalError::SerializationError"
  | "EvalError::DeserializationError"
  | "EvalError::IllegalPolymorphicTailAccess"
  | "EvalError::IncomparableValues"
  | "EvalError::NonExhaustiveEnumMatch"
  | "EvalError::NonExhaustiveMatch"
  | "EvalError::FailedDestructuring"
  | "EvalError::QueryNonRecord"
  | "EvalError::Other"
  | "ExportError::UnsupportedNull"
  | "ExportError::NotAString"
  | "ExportError::NonSerializable"
  | "ExportError::NumberOutOfRange"
  | "ExportError::ExpectedArray";

export interface NickelDiagnostic extends Diagnostic {
  readonly kind: NickelErrorKind;
  /** Of a mismatch of two function types: the kind of what is wrong inside of them. */
  readonly cause?: NickelErrorKind | undefined;
}

/** A row of the table: its code, the upstream kind, and how its texts are made of its parameters. */
export interface NickelTemplate<P> {
  readonly code: string;
  readonly kind: NickelErrorKind;
  readonly message: (params: P) => string;
  readonly label?: (params: P) => string | undefined;
  readonly help?: (params: P) => string | undefined;
}

/** Makes a diagnostic of a row of the table. */
export function complain<P>(
  template: NickelTemplate<P>,
  params: P,
  span: Span | undefined,
  notes: readonly Note[] = [],
): NickelDiagnostic {
  return {
    code: template.code,
    kind: template.kind,
    severity: "error",
    message: template.message(params),
    span,
    label: template.label?.(params),
    notes,
    help: template.help?.(params),
  };
}
