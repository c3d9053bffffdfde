// Blame: the failure of a contract, told at the value that broke it, with the contract as the other place.

import type { Note } from "../../core/diagnostic.ts";
import type { Span } from "../../core/source.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import { describeValue } from "./describe.ts";
import { brokenContract, illegalTailAccess } from "./diagnostics.ts";
import { fail, NickelFailure } from "./failure.ts";
import type { Label } from "./label.ts";
import { isLibrary } from "./library.ts";
import type { SealedTail } from "./record.ts";
import type { Lazy, Place, SealedValue, Value } from "./value.ts";

/** Why a contract refuses a value. */
export class Refusal {
  readonly kind = "refusal";
  readonly label: Label;
  readonly message: string | undefined;
  readonly notes: readonly string[];
  /** Diagnostics that say it better than a blame of the whole value. */
  readonly diagnostics: readonly NickelDiagnostic[];
  /** What a gathering export may go on with. */
  readonly recovered: Value | undefined;
  /** A name that was likely meant. */
  readonly nearest: string | undefined;

  constructor(
    label: Label,
    message: string | undefined,
    more: {
      readonly notes?: readonly string[];
      readonly diagnostics?: readonly NickelDiagnostic[];
      readonly recovered?: Value | undefined;
      readonly nearest?: string | undefined;
    } = {},
  ) {
    this.label = label;
    this.message = message;
    this.notes = more.notes ?? [];
    this.diagnostics = more.diagnostics ?? [];
    this.recovered = more.recovered;
    this.nearest = more.nearest;
  }

  /** The same with something to go on with, unless it has that already. */
  orElse(recovered: Value | undefined): Refusal {
    if (recovered === undefined || this.recovered !== undefined) return this;
    const { notes, diagnostics, nearest } = this;
    return new Refusal(this.label, this.message, { notes, diagnostics, nearest, recovered });
  }
}

/** What a contract says of a value: the value, perhaps wrapped, or why not. */
export type Verdict = Lazy | Refusal;

/** Turns a refusal into a failure. */
export function raiseRefusal(refusal: Refusal): never {
  const [first, ...others] = refusal.diagnostics;
  if (first !== undefined) throw new NickelFailure([first, ...others], refusal.recovered);
  throw new NickelFailure([blameDiagnostic(refusal)], refusal.recovered);
}

/** Blames with what the label holds. */
export function raiseBlame(label: Label): never {
  return raiseRefusal(new Refusal(label, undefined));
}

/** A polymorphic value was looked at. */
export function raiseSealed(sealed: SealedValue): never {
  return raiseRefusal(
    new Refusal(sealed.label, undefined, {
      notes: ["a polymorphic argument was used in a way that depends on what it is"],
    }),
  );
}

export function raiseTailAccess(tail: SealedTail, action: string, at: Place): never {
  const { span } = tail.label;
  return fail(
    illegalTailAccess,
    { action },
    at ?? span,
    span === undefined ? [] : [contractNote(span, tail.label)],
  );
}

function blameDiagnostic(refusal: Refusal): NickelDiagnostic {
  const { label } = refusal;
  const value = known(label.argument);
  const span = placeOf(label, value);
  const remarks = label.remarks.map((one) => one.message);
  const messages = [...remarks, refusal.message].filter((one) => one !== undefined && one !== "");
  const notes: Note[] = [];
  const other = label.span;
  if (other !== undefined && other !== span) notes.push(contractNote(other, label));
  for (const remark of label.remarks) for (const message of remark.notes) notes.push({ message });
  for (const message of refusal.notes) notes.push({ message });
  const params = {
    headline: label.headline ?? `${culprit(label)} breaks its contract`,
    reason: messages.length === 0 ? undefined : messages.join("; "),
    found: span === other || value === undefined ? undefined : describeValue(value),
    nearest: refusal.nearest,
  };
  return complain(brokenContract, params, span, notes);
}

function known(lazy: Lazy | undefined): Value | undefined {
  return lazy?.kind === "thunk" ? lazy.known : lazy;
}

/** The value's own place where a user wrote it, else the term's, else the annotation's. */
function placeOf(label: Label, value: Value | undefined): Place {
  const candidates = [value?.span, label.argument?.span, label.span];
  return candidates.find((span) => span !== undefined && !isLibrary(span)) ?? label.span;
}

function culprit(label: Label): string {
  const inFunction = label.path.some((step) => step.kind === "codomain" || step.kind === "domain");
  const name = label.subject === undefined ? "" : ` \`${label.subject}\``;
  if (!label.positive)
    return label.subject === undefined ? "the caller of a function" : `the caller of${name}`;
  if (inFunction) return name === "" ? "a function" : `the function${name}`;
  const inside = label.path.findLast((step) => step.kind === "field");
  if (inside !== undefined) return `the value of \`${inside.name}\``;
  const part = label.path.some((step) => step.kind === "array" || step.kind === "dictionary");
  if (part) return name === "" ? "an element" : `an element of${name}`;
  return name === "" ? "a value" : `the value of${name}`;
}

function contractNote(span: Span, label: Label): Note {
  if (label.headline !== undefined) return { message: "merged here", span };
  if (!isLibrary(span)) return { message: "expected by this contract", span };
  const text = span.file.text.slice(span.start, span.end).replace(/\s+/g, " ");
  const name = label.subject === undefined ? "" : `\`${label.subject}\` : `;
  return { message: `expected by the standard library: ${name}${text}` };
}
