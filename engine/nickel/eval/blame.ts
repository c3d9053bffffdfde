// Blame: the failure of a contract, told at the value that broke it, with the contract as the other place.

import type { Note } from "../../core/diagnostic.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import { describeValue } from "./describe.ts";
import { brokenContract, illegalTailAccess } from "./diagnostics.ts";
import { contains, fail, NickelFailure } from "./failure.ts";
import type { Label } from "./label.ts";
import { isLibrary } from "./library.ts";
import type { SealedTail } from "./record.ts";
import type { Lazy, Place, SealedValue, Value } from "./value.ts";
import { extendPath } from "./value-path.ts";

type Tell = (path: string) => readonly [NickelDiagnostic, ...NickelDiagnostic[]];

/** Why a contract refuses a value. */
export class Refusal {
  readonly kind = "refusal";
  readonly label: Label;
  readonly message: string | undefined;
  readonly notes: readonly string[];
  /** Says it better than a blame of the whole value at that path. */
  readonly tell: Tell | undefined;
  /** What a gathering export may go on with. */
  readonly recovered: Value | undefined;
  /** Other places, told beside that of the contract. */
  readonly places: readonly Note[];
  /** A name that was likely meant. */
  readonly nearest: string | undefined;

  constructor(
    label: Label,
    message: string | undefined,
    more: {
      readonly notes?: readonly string[];
      readonly places?: readonly Note[];
      readonly tell?: Tell | undefined;
      readonly recovered?: Value | undefined;
      readonly nearest?: string | undefined;
    } = {},
  ) {
    this.label = label;
    this.message = message;
    this.notes = more.notes ?? [];
    this.places = more.places ?? [];
    this.tell = more.tell;
    this.recovered = more.recovered;
    this.nearest = more.nearest;
  }

  /** The same with something to go on with, unless it has that already. */
  orElse(recovered: Value | undefined): Refusal {
    if (recovered === undefined || this.recovered !== undefined) return this;
    const { notes, places, tell, nearest } = this;
    return new Refusal(this.label, this.message, { notes, places, tell, nearest, recovered });
  }
}

/** What a contract says of a value: the value, perhaps wrapped, or why not. */
export type Verdict = Lazy | Refusal;

/** Turns a refusal into a failure. */
export function raiseRefusal(refusal: Refusal): never {
  const tell: Tell = refusal.tell ?? ((path) => [blameDiagnostic(refusal, path)]);
  const { label } = refusal;
  const path = pathOf(label);
  const located = label.positive && !isInFunction(label) ? { path, tell } : undefined;
  throw new NickelFailure(tell(path), refusal.recovered, located);
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
  return fail(illegalTailAccess, { action }, at ?? tail.label.span, contractNotes(tail.label));
}

function blameDiagnostic(refusal: Refusal, path: string): NickelDiagnostic {
  const { label } = refusal;
  const value = known(label.argument);
  const span = placeOf(label, value);
  const remarks = label.remarks.map((one) => one.message);
  const messages = [...remarks, refusal.message].filter((one) => one !== undefined && one !== "");
  const notes: Note[] = [];
  notes.push(...refusal.places);
  const other = label.span;
  if (other !== span) notes.push(...contractNotes(label));
  const { call } = label;
  if (call !== undefined && !isLibrary(call) && !contains(call, span))
    notes.push({ message: "called here", span: call });
  for (const remark of label.remarks) for (const message of remark.notes) notes.push({ message });
  for (const message of refusal.notes) notes.push({ message });
  const params = {
    headline: label.headline ?? headline(label, path),
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
  const candidates = [value?.span, label.argument?.span, label.call, label.span];
  return candidates.find((span) => span !== undefined && !isLibrary(span)) ?? label.span;
}

function isInFunction(label: Label): boolean {
  return label.path.some((step) => step.kind === "codomain" || step.kind === "domain");
}

/** From the field or variable that the annotation stands at, or the argument or result of the innermost call. */
function pathOf(label: Label): string {
  let path = isInFunction(label) ? "" : (label.subject ?? "");
  for (const step of label.path) {
    if (step.kind === "domain" || step.kind === "codomain") path = "";
    else if (step.kind === "field") path = extendPath(path, step.name);
    else if (step.kind === "array" && step.index !== undefined) path = extendPath(path, step.index);
    else if (step.kind === "dictionary" && step.name !== undefined) path = extendPath(path, step.name);
  }
  return path;
}

function headline(label: Label, path: string): string {
  const { subject } = label;
  const name = subject === undefined ? "" : ` \`${subject}\``;
  if (!label.positive || isInFunction(label)) {
    const who = label.positive
      ? `${subject === undefined ? "a" : "the"} function${name}`
      : `the caller of${name === "" ? " a function" : name}`;
    return `${who} breaks its contract${path === "" ? "" : ` by \`${path}\` of ${part(label)}`}`;
  }
  return `${path === "" ? "a value" : `the value of \`${path}\``} breaks its contract`;
}

function part(label: Label): string {
  const last = label.path.findLast((step) => step.kind === "domain" || step.kind === "codomain");
  return last?.kind === "domain" ? "an argument" : "the result";
}

/** Where the contract stands. */
export function contractNotes(label: Label): readonly Note[] {
  const { span } = label;
  if (span === undefined) return [];
  if (label.headline !== undefined) return [{ message: "merged here", span }];
  if (isLibrary(span)) {
    const text = span.file.text.slice(span.start, span.end).replace(/\s+/g, " ");
    const name = label.subject === undefined ? "" : `\`${label.subject}\` : `;
    return [{ message: `expected by the standard library: ${name}${text}` }];
  }
  const { part: exact } = label;
  if (exact === undefined || isLibrary(exact) || contains(span, exact))
    return [
      { message: "expected by this contract", span: exact === undefined || isLibrary(exact) ? span : exact },
    ];
  return [
    { message: "expected by this contract", span: exact },
    { message: "which this annotation applies", span },
  ];
}
