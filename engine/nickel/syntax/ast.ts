// The surface syntax tree of Nickel: what the parser hands to name resolution and lowering. Which of terms and types a
// piece of text is has been decided here (a type in term position is a `type` term, a term in type position is a
// `contract` type), type variables are fixed, multi-line strings are unindented. Operators are not yet rewritten.

import type { Span } from "../../core/source.ts";

/** An identifier, field name or enum tag, without quotes and with escapes decoded. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

interface Node {
  readonly span: Span;
}

// --- terms

export type Term =
  | NullTerm
  | BoolTerm
  | NumberTerm
  | StringTerm
  | TemplateTerm
  | SymbolicTerm
  | VariableTerm
  | TagTerm
  | VariantTerm
  | ArrayTerm
  | RecordTerm
  | LetTerm
  | FunctionTerm
  | IfTerm
  | MatchTerm
  | ApplyTerm
  | UnaryTerm
  | BinaryTerm
  | OperatorTerm
  | PrimopTerm
  | AccessTerm
  | DynamicAccessTerm
  | AnnotatedTerm
  | TypeTerm
  | ImportTerm
  | ImportPackageTerm;

export interface NullTerm extends Node {
  readonly kind: "null";
}

export interface BoolTerm extends Node {
  readonly kind: "bool";
  readonly value: boolean;
}

/** `text` is the literal as written: decimal with optional fraction and exponent, or 0x, 0o, 0b and digits; no sign. */
export interface NumberTerm extends Node {
  readonly kind: "number";
  readonly text: string;
}

/** Any form of string literal without interpolation. */
export interface StringTerm extends Node {
  readonly kind: "string";
  readonly value: string;
}

/** A string with at least one interpolation. */
export interface TemplateTerm extends Node {
  readonly kind: "template";
  readonly chunks: readonly Chunk[];
}

/** `prefix-s%"…"%`: stands for `{ tag = 'SymbolicString, prefix = 'prefix, fragments = […] }`. */
export interface SymbolicTerm extends Node {
  readonly kind: "symbolic";
  readonly prefix: Name;
  readonly chunks: readonly Chunk[];
}

export type Chunk =
  | { readonly kind: "text"; readonly text: string; readonly span: Span }
  /** Each newline inside the value is followed by `indent` blanks (multi-line strings; else 0). */
  | { readonly kind: "interpolation"; readonly term: Term; readonly indent: number; readonly span: Span };

export interface VariableTerm extends Node {
  readonly kind: "variable";
  readonly name: string;
}

/** `'Tag` not applied to anything. */
export interface TagTerm extends Node {
  readonly kind: "tag";
  readonly tag: Name;
}

/** `'Tag e`: a tag literal applied to exactly one argument. More arguments make an `apply` with a `tag` head. */
export interface VariantTerm extends Node {
  readonly kind: "variant";
  readonly tag: Name;
  readonly argument: Term;
}

export interface ArrayTerm extends Node {
  readonly kind: "array";
  readonly items: readonly Term[];
}

/**
 * A record value. Definitions stand as written and in order: several may share a name or a prefix of their paths
 * (piecewise definitions), which lowering merges. No include shares a name with another include or a definition.
 */
export interface RecordTerm extends Node {
  readonly kind: "record";
  readonly fields: readonly FieldDefinition[];
  readonly includes: readonly Include[];
  /** Ends in `..`. */
  readonly open: boolean;
}

/** `path metadata = value`; the metadata belongs to the last element of the path. */
export interface FieldDefinition extends Node {
  readonly path: readonly [PathElement, ...PathElement[]];
  readonly metadata: FieldMetadata;
  readonly value: Term | undefined;
}

/** A quoted name without interpolation counts as static. */
export type PathElement =
  | { readonly kind: "static"; readonly name: string; readonly span: Span }
  | { readonly kind: "dynamic"; readonly term: TemplateTerm; readonly span: Span };

/** `include name metadata`; `include [a, b]` gives one of these for each name. */
export interface Include extends Node {
  readonly name: Name;
  readonly metadata: FieldMetadata;
}

/** `let b1, b2 in body`. No name is bound by two bindings of a block. */
export interface LetTerm extends Node {
  readonly kind: "let";
  readonly recursive: boolean;
  readonly bindings: readonly [Binding, ...Binding[]];
  readonly body: Term;
}

export interface Binding extends Node {
  readonly pattern: Pattern;
  readonly annotations: Annotations;
  readonly doc: string | undefined;
  readonly value: Term;
}

/** `fun p1 p2 … => body`. */
export interface FunctionTerm extends Node {
  readonly kind: "function";
  readonly parameters: readonly [Pattern, ...Pattern[]];
  readonly body: Term;
}

export interface IfTerm extends Node {
  readonly kind: "if";
  readonly condition: Term;
  readonly consequent: Term;
  readonly alternative: Term;
}

/** `match { p if guard => body, … }`: a function of one argument. */
export interface MatchTerm extends Node {
  readonly kind: "match";
  readonly branches: readonly MatchBranch[];
}

export interface MatchBranch extends Node {
  readonly pattern: Pattern;
  readonly guard: Term | undefined;
  readonly body: Term;
}

/** `f a b …`, never nested in its own head. */
export interface ApplyTerm extends Node {
  readonly kind: "apply";
  readonly head: Term;
  readonly arguments: readonly [Term, ...Term[]];
}

export type UnaryOperator = "-" | "!";

export interface UnaryTerm extends Node {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operatorSpan: Span;
  readonly operand: Term;
}

export type BinaryOperator =
  | "++"
  | "@"
  | "*"
  | "/"
  | "%"
  | "+"
  | "-"
  | "&"
  | "|>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "!="
  | "&&"
  | "||";

export interface BinaryTerm extends Node {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Term;
  readonly right: Term;
}

/** `(+)`, `(!)`, `(.)`: the operator as a function. `(-)` is the binary one; `(.)` takes the record, then the name. */
export interface OperatorTerm extends Node {
  readonly kind: "operator";
  readonly operator: BinaryOperator | "!" | ".";
}

/** `%name% a b`: always with as many arguments as primops.ts says. `label` is the identifier of `%enum/embed%` alone. */
export interface PrimopTerm extends Node {
  readonly kind: "primop";
  /** Without the percent signs. */
  readonly name: string;
  readonly nameSpan: Span;
  readonly label: Name | undefined;
  readonly arguments: readonly Term[];
}

/** `e.name` and `e."name"`. */
export interface AccessTerm extends Node {
  readonly kind: "access";
  readonly record: Term;
  readonly field: Name;
}

/** `e."…%{…}…"`. */
export interface DynamicAccessTerm extends Node {
  readonly kind: "dynamic-access";
  readonly record: Term;
  readonly field: TemplateTerm;
}

/** `e : T | C …`. */
export interface AnnotatedTerm extends Node {
  readonly kind: "annotated";
  readonly term: Term;
  readonly annotations: Annotations;
}

/** A type where a term is expected: a first-class value that carries the type's contract. Never a `contract` type. */
export interface TypeTerm extends Node {
  readonly kind: "type";
  readonly type: TypeNode;
}

export type ImportFormat = "nickel" | "json" | "yaml" | "toml" | "text";

/** `import "path"` (the format by the path's extension; unknown ones are Nickel) or `import "path" as 'Format`. */
export interface ImportTerm extends Node {
  readonly kind: "import";
  /** As written: relative to the importing file or an import path, or absolute. */
  readonly path: string;
  readonly pathSpan: Span;
  readonly format: ImportFormat;
}

/** `import name`: a package. */
export interface ImportPackageTerm extends Node {
  readonly kind: "import-package";
  readonly name: Name;
}

// --- annotations

/**
 * `: T` and `| C` of one place, combined: the first `: T` is the static type, a further one stands among the contracts
 * where it was written. The type's contract applies first, then the contracts from left to right.
 */
export interface Annotations {
  readonly type: TypeNode | undefined;
  readonly contracts: readonly TypeNode[];
}

export interface FieldMetadata {
  readonly annotations: Annotations;
  /** The first one written. */
  readonly doc: string | undefined;
  /** All that are written, in order: the highest counts; none means priority 0. */
  readonly priorities: readonly Priority[];
  readonly optional: boolean;
  readonly notExported: boolean;
}

/** `text` is a number literal, with a leading "-" where one was written. */
export type Priority =
  | { readonly kind: "default"; readonly span: Span }
  | { readonly kind: "force"; readonly span: Span }
  | { readonly kind: "number"; readonly text: string; readonly span: Span };

// --- types

export type TypeNode =
  | { readonly kind: "dyn" | "number" | "bool" | "string"; readonly span: Span }
  /** Any term used as a contract, variables that no `forall` binds among them. */
  | { readonly kind: "contract"; readonly term: Term; readonly span: Span }
  /** Bound by an enclosing `forall`. */
  | { readonly kind: "variable"; readonly name: string; readonly span: Span }
  /** `_`; `id` counts from 0 within a file. */
  | { readonly kind: "wildcard"; readonly id: number; readonly span: Span }
  | { readonly kind: "arrow"; readonly domain: TypeNode; readonly codomain: TypeNode; readonly span: Span }
  /** `forall a b. T` nests: one variable each. */
  | {
      readonly kind: "forall";
      readonly variable: Name;
      readonly variableKind: VariableKind;
      readonly body: TypeNode;
      readonly span: Span;
    }
  | { readonly kind: "array"; readonly element: TypeNode; readonly span: Span }
  /** `{_ : T}` (type) or `{_ | T}` (contract). */
  | {
      readonly kind: "dictionary";
      readonly flavour: "type" | "contract";
      readonly element: TypeNode;
      readonly span: Span;
    }
  | {
      readonly kind: "record";
      readonly rows: readonly RecordRow[];
      readonly tail: RecordTail;
      readonly span: Span;
    }
  | {
      readonly kind: "enum";
      readonly rows: readonly EnumRow[];
      /** The row variable after `;`. */
      readonly tail: Name | undefined;
      readonly span: Span;
    };

/** What a `forall` variable stands for, found from its uses; rows list the names they must lack. */
export type VariableKind =
  | { readonly kind: "type" }
  | { readonly kind: "record-rows"; readonly excluded: ReadonlySet<string> }
  | { readonly kind: "enum-rows"; readonly excluded: ReadonlySet<string> };

/** No name occurs twice. */
export interface RecordRow {
  readonly name: Name;
  readonly type: TypeNode;
}

export type RecordTail =
  | { readonly kind: "closed" }
  | { readonly kind: "dyn"; readonly span: Span }
  | { readonly kind: "variable"; readonly name: Name };

export interface EnumRow {
  readonly tag: Name;
  readonly argument: TypeNode | undefined;
}

// --- patterns

export type Pattern =
  | { readonly kind: "wildcard"; readonly span: Span }
  | { readonly kind: "variable"; readonly name: string; readonly span: Span }
  | {
      readonly kind: "constant";
      readonly constant: NullTerm | BoolTerm | NumberTerm | StringTerm;
      readonly span: Span;
    }
  | { readonly kind: "tag"; readonly tag: Name; readonly span: Span }
  | { readonly kind: "variant"; readonly tag: Name; readonly argument: Pattern; readonly span: Span }
  /** No field is matched twice. */
  | {
      readonly kind: "record";
      readonly fields: readonly FieldPattern[];
      readonly rest: Rest;
      readonly span: Span;
    }
  | { readonly kind: "array"; readonly items: readonly Pattern[]; readonly rest: Rest; readonly span: Span }
  /** `name @ p`. */
  | { readonly kind: "alias"; readonly name: Name; readonly pattern: Pattern; readonly span: Span }
  /** `p or q or …`: at least two. That all bind the same names is left to name resolution. */
  | { readonly kind: "or"; readonly alternatives: readonly Pattern[]; readonly span: Span };

/** `field : T | C ? fallback = pattern`; a bare `field` has a variable pattern of that name. */
export interface FieldPattern extends Node {
  readonly field: Name;
  readonly annotations: Annotations;
  readonly fallback: Term | undefined;
  readonly pattern: Pattern;
}

/** What may be left over: nothing, anything (`..`), or anything, bound to a name (`..rest`). */
export type Rest =
  | { readonly kind: "closed" }
  | { readonly kind: "open"; readonly span: Span }
  | { readonly kind: "capture"; readonly name: Name };
