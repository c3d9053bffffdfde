// Labels: what a contract knows of the place it was written at, of the value it checks, and whom to blame. A label
// is immutable; each step into a type makes another one.

import type { Span } from "../../core/source.ts";
import type { Lazy } from "./value.ts";

export type PathStep =
  | { readonly kind: "domain" }
  | { readonly kind: "codomain" }
  | { readonly kind: "array"; readonly index?: number }
  | { readonly kind: "dictionary"; readonly name?: string }
  | { readonly kind: "field"; readonly name: string };

/** What a custom contract has to say. */
export interface Remark {
  readonly message: string | undefined;
  readonly notes: readonly string[];
}

export interface Label {
  /** The annotation; absent for contracts that the evaluator makes up. */
  readonly span: Span | undefined;
  /** The part of a type that the path leads to, wherever it is written; absent for the whole annotation. */
  readonly part: Span | undefined;
  /** The field or variable that the annotation stands at. */
  readonly subject: string | undefined;
  /** What is being checked, once the contract is applied. */
  readonly argument: Lazy | undefined;
  /** Whether the value is to blame, as opposed to its context. */
  readonly positive: boolean;
  readonly path: readonly PathStep[];
  /** The call whose argument or result is checked. */
  readonly call: Span | undefined;
  /** Said in place of who broke which contract, for contracts that nobody wrote. */
  readonly headline: string | undefined;
  /** The last one is that of the innermost contract. */
  readonly remarks: readonly Remark[];
}

export function makeLabel(span: Span | undefined, subject: string | undefined): Label {
  return {
    span,
    part: undefined,
    subject,
    argument: undefined,
    positive: true,
    path: [],
    call: undefined,
    headline: undefined,
    remarks: [],
  };
}

export function flip(label: Label): Label {
  return { ...label, positive: !label.positive };
}

/** One step into a value; `part` is the place of what the type says of it. */
export function goInto(label: Label, step: PathStep, part: Span | undefined = label.part): Label {
  return { ...label, part, path: [...label.path, step] };
}

/** The same for one element of the array that the path leads into. */
export function atIndex(label: Label, index: number): Label {
  const last = label.path.at(-1);
  if (last?.kind !== "array" || last.index !== undefined) return label;
  return { ...label, path: [...label.path.slice(0, -1), { kind: "array", index }] };
}

/** The same for one call of a function. */
export function calledAt(label: Label, call: Span | undefined): Label {
  return call === undefined ? label : { ...label, call };
}

export function checking(label: Label, argument: Lazy): Label {
  return { ...label, argument };
}

/** Sets what the current contract says, keeping what it does not change. */
export function remark(label: Label, change: Partial<Remark>): Label {
  const current = label.remarks.at(-1) ?? { message: undefined, notes: [] };
  return { ...label, remarks: [...label.remarks.slice(0, -1), { ...current, ...change }] };
}

/** Opens a new remark above the present ones, unless the last is still empty. */
export function pushRemark(label: Label): Label {
  const current = label.remarks.at(-1);
  if (current === undefined || (current.message === undefined && current.notes.length === 0)) return label;
  return { ...label, remarks: [...label.remarks, { message: undefined, notes: [] }] };
}
