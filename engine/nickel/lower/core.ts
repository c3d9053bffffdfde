// The core language: what lowering makes of the syntax tree and the compiler turns into closures. Names are
// resolved to binders (a frame and a slot), operators are primops, paths and piecewise definitions are nested
// records, and every part of a record says whether it depends on the record's own fields.

import type { Span } from "../../core/source.ts";
import type { Num } from "../number.ts";
import type { ImportFormat, VariableKind } from "../syntax/ast.ts";
import type { Priority } from "./priority.ts";

/** What is allocated together at run time. `size` grows while its scope is lowered. */
export interface Frame {
  size: number;
}

/** Where a variable lives. */
export interface Binder {
  readonly name: string;
  readonly frame: Frame;
  readonly slot: number;
}

export type Core =
  | { readonly kind: "null"; readonly span: Span }
  | { readonly kind: "bool"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "number"; readonly value: Num; readonly span: Span }
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "template"; readonly chunks: readonly CoreChunk[]; readonly span: Span }
  | { readonly kind: "local"; readonly binder: Binder; readonly span: Span }
  /** A name of the initial environment: `std`, or what a standard library module may see. */
  | { readonly kind: "global"; readonly name: string; readonly span: Span }
  | { readonly kind: "tag"; readonly tag: string; readonly span: Span }
  | { readonly kind: "variant"; readonly tag: string; readonly argument: Core; readonly span: Span }
  | { readonly kind: "array"; readonly items: readonly Core[]; readonly span: Span }
  | CoreRecord
  | CoreLet
  | CoreFunction
  | {
      readonly kind: "if";
      readonly condition: Core;
      readonly consequent: Core;
      readonly alternative: Core;
      readonly span: Span;
    }
  | { readonly kind: "match"; readonly branches: readonly CoreBranch[]; readonly span: Span }
  | { readonly kind: "apply"; readonly head: Core; readonly arguments: readonly Core[]; readonly span: Span }
  | { readonly kind: "and" | "or"; readonly left: Core; readonly right: Core; readonly span: Span }
  | {
      readonly kind: "primop";
      readonly name: string;
      readonly arguments: readonly Core[];
      readonly span: Span;
    }
  | {
      readonly kind: "access";
      readonly record: Core;
      readonly field: string;
      readonly fieldSpan: Span;
      readonly span: Span;
    }
  | {
      readonly kind: "annotated";
      readonly term: Core;
      /** Innermost first. */
      readonly contracts: readonly CoreContract[];
      readonly span: Span;
    }
  | { readonly kind: "type"; readonly type: CoreType; readonly span: Span }
  | {
      readonly kind: "import";
      readonly path: string;
      readonly pathSpan: Span;
      readonly format: ImportFormat;
      readonly span: Span;
    };

export type CoreChunk =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "interpolation"; readonly term: Core; readonly indent: number };

/** One frame holds the fields that others mention; the slot of `names[i]` is i. */
export interface CoreRecord {
  readonly kind: "record";
  readonly frame: Frame;
  readonly names: readonly string[];
  readonly fields: readonly CoreField[];
  readonly dynamicFields: readonly CoreDynamicField[];
  readonly open: boolean;
  readonly span: Span;
}

export interface CoreField {
  readonly name: string;
  readonly keySpan: Span;
  readonly value: Core | undefined;
  /** Whether the value mentions a field of the record. */
  readonly recursive: boolean;
  readonly contracts: readonly CoreContract[];
  readonly optional: boolean;
  readonly notExported: boolean;
  readonly priority: Priority;
  readonly doc: string | undefined;
}

/** The name is made in the scope around the record, the value sees the static fields. */
export interface CoreDynamicField extends Omit<CoreField, "name"> {
  readonly name: Core;
}

/** A contract with what its label tells. */
export interface CoreContract {
  readonly type: CoreType;
  readonly span: Span;
  /** Whether it mentions a field of the record it annotates a field of. */
  readonly recursive: boolean;
  /** The field or variable that it annotates. */
  readonly subject: string | undefined;
}

export interface CoreLet {
  readonly kind: "let";
  readonly frame: Frame;
  readonly recursive: boolean;
  readonly bindings: readonly CoreBinding[];
  readonly body: Core;
  readonly span: Span;
}

export interface CoreBinding {
  readonly pattern: CorePattern;
  readonly value: Core;
}

/** Slots 0 to arity - 1 hold the arguments; patterns bind the further ones. */
export interface CoreFunction {
  readonly kind: "function";
  readonly frame: Frame;
  readonly arity: number;
  /** Of the last parameter alone: a destructuring one ends its function. */
  readonly pattern: CorePattern | undefined;
  readonly body: Core;
  readonly span: Span;
}

export interface CoreBranch {
  readonly frame: Frame;
  readonly pattern: CorePattern;
  readonly guard: Core | undefined;
  readonly body: Core;
  readonly span: Span;
}

/** All variables of a pattern live in one frame. */
export type CorePattern =
  | { readonly kind: "wildcard"; readonly span: Span }
  | { readonly kind: "variable"; readonly slot: number; readonly span: Span }
  | { readonly kind: "null"; readonly span: Span }
  | { readonly kind: "bool"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "number"; readonly value: Num; readonly span: Span }
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "tag"; readonly tag: string; readonly span: Span }
  | { readonly kind: "variant"; readonly tag: string; readonly argument: CorePattern; readonly span: Span }
  | {
      readonly kind: "record";
      readonly fields: readonly CoreFieldPattern[];
      readonly open: boolean;
      readonly restSlot: number | undefined;
      readonly span: Span;
    }
  | {
      readonly kind: "array";
      readonly items: readonly CorePattern[];
      readonly open: boolean;
      readonly restSlot: number | undefined;
      readonly span: Span;
    }
  | { readonly kind: "alias"; readonly slot: number; readonly pattern: CorePattern; readonly span: Span }
  | { readonly kind: "or"; readonly alternatives: readonly CorePattern[]; readonly span: Span };

export interface CoreFieldPattern {
  readonly name: string;
  readonly nameSpan: Span;
  readonly contracts: readonly CoreContract[];
  readonly fallback: Core | undefined;
  readonly pattern: CorePattern;
}

export type CoreType =
  | { readonly kind: "dyn" | "number" | "bool" | "string"; readonly span: Span }
  | { readonly kind: "contract"; readonly term: Core; readonly span: Span }
  /** Bound by the enclosing `forall` of that identity. */
  | { readonly kind: "variable"; readonly variable: TypeVariable; readonly span: Span }
  | { readonly kind: "arrow"; readonly domain: CoreType; readonly codomain: CoreType; readonly span: Span }
  | { readonly kind: "forall"; readonly variable: TypeVariable; readonly body: CoreType; readonly span: Span }
  | { readonly kind: "array"; readonly element: CoreType; readonly span: Span }
  | {
      readonly kind: "dictionary";
      readonly flavour: "type" | "contract";
      readonly element: CoreType;
      readonly span: Span;
    }
  | {
      readonly kind: "record";
      readonly rows: readonly { readonly name: string; readonly nameSpan: Span; readonly type: CoreType }[];
      readonly tail: "closed" | "dyn" | TypeVariable;
      readonly span: Span;
    }
  | {
      readonly kind: "enum";
      readonly rows: readonly { readonly tag: string; readonly argument: CoreType | undefined }[];
      /** Whether any other tag is fine: tails are not sealed. */
      readonly open: boolean;
      readonly span: Span;
    };

/** Identity is what counts. */
export interface TypeVariable {
  readonly name: string;
  readonly kind: VariableKind;
}
