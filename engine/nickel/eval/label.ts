// Labels: what a contract knows of the place it was written at, of the value it checks, and whom to blame. A label
// is immutable; each step into a type makes another one.

import type { Span } from "../../core/source.ts";
import type { Lazy } from "./value.ts";

export type PathStep =
  | { readonly kind: "domain" }
  | { readonly kind: "codomain" }
  | { readonly kind: "array" }
  | { readonly kind: "dictionary" }
  | { readonly kind: "field"; readonly name: string };

/** What a custom contract has to say. */
export interface Remark {
  readonly message: string | undefined;
  readonly notes: readonly string[];
}

export interface Label {
  /** The annotation; absent for contracts that the evaluator makes up. */
  readonly span: Span | undefined;
  /** The field or variable that the annotation stands at. */
  readonly subject: string | undefined;
  /** What is being checked, once the contract is applied. */
  readonly argument: Lazy | undefined;
  /** Whether the value is to blame, as opposed to its context. */
  readonly positive: boolean;
  readonly path: readonly PathStep[];
  /** Said in place of who broke which contract, for contracts that nobody wrote. */
  readonly headline: string | undefined;
  /** The last one is that of the innermost contract. */
  readonly remarks: readonly Remark[];
}

export function makeLabel(span: Span | undefined, subject: string | undefined): Label {
  return { span, subject, argument: undefined, positive: true, path: [], headline: undefined, remarks: [] };
}

export function flip(label: Label): Label {
  return { ...label, positive: !label.positive };
}

export function goInto(label: Label, step: PathStep): Label {
  return { ...label, path: [...label.path, step] };
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
