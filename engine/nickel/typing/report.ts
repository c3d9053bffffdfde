// A mismatch of types as a complaint: where it shows, what was asked for where, and the innermost reason.

import type { Note } from "../../core/diagnostic.ts";
import { nearMiss } from "../../core/near-miss.ts";
import type { Span } from "../../core/source.ts";
import { unreachable } from "../../core/unreachable.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import { isLibrary } from "../eval/library.ts";
import {
  endlessType,
  extraRow,
  extraTail,
  fieldConflict,
  fieldMismatch,
  functionMismatch,
  missingRow,
  missingTail,
  mixedRecord,
  sealedTail,
  tagConflict,
  tagMismatch,
  typeMismatch,
  variableEscapes,
} from "./diagnostics.ts";
import { innermostCause, type Mismatch } from "./mismatch.ts";
import { TypePrinter } from "./show-type.ts";
import { listRows, resolve, resolveRows, type Type } from "./type.ts";

/** Thrown where a typed block cannot go on, caught where the block begins. */
export class TypeFault extends Error {
  readonly diagnostic: NickelDiagnostic;

  constructor(diagnostic: NickelDiagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** The complaint about a term at `span`. */
export function reportMismatch(mismatch: Mismatch, span: Span): NickelDiagnostic {
  // Whatever is around it: there are hundreds of layers of it.
  if (innermostCause(mismatch).kind === "endless") return complain(endlessType, undefined, span);
  const printer = new TypePrinter();
  switch (mismatch.kind) {
    case "types": {
      const { expected, found } = mismatch;
      const params = { ...show(printer, expected, found), help: mismatchHelp(expected, found) };
      return complain(typeMismatch, params, span, origins(expected, span));
    }
    case "missing-row": {
      const { of, name, expected, found } = mismatch;
      const nearest = nearMiss(name, rowNames(found));
      const params = { of, name, found: printer.show(found), isAccess: false, nearest };
      const accessed = accessedName(expected, name, span);
      if (accessed !== undefined) return complain(missingRow, { ...params, isAccess: true }, accessed);
      const note = rowNote(expected, name, `\`${name}\` is asked for here`, span);
      return complain(missingRow, params, span, note);
    }
    case "extra-row": {
      const { of, name, expected, found } = mismatch;
      const nearest = nearMiss(name, rowNames(expected));
      const params = { of, name, ...show(printer, expected, found), nearest };
      return complain(extraRow, params, span, origins(expected, span));
    }
    case "missing-tail":
    case "extra-tail": {
      const { expected, found } = mismatch;
      const row = mismatch.kind === "missing-tail" ? missingTail : extraTail;
      return complain(row, show(printer, expected, found), span, origins(expected, span));
    }
    case "row":
      return mismatch.of === "record"
        ? reportField(mismatch, span, printer)
        : reportTag(mismatch, span, printer);
    case "row-conflict": {
      const { of, row, expected, found } = mismatch;
      const params = { name: row.name, ...show(printer, expected, found) };
      return complain(of === "record" ? fieldConflict : tagConflict, params, span, [
        { message: `what is expected here is \`${params.expected}\`` },
      ]);
    }
    case "domain":
    case "codomain": {
      const { path, cause } = innermost(mismatch);
      const { expected, found } = mismatch;
      const params = { ...show(printer, expected, found), part: pathText(path), why: reason(cause, printer) };
      const inner = reportMismatch(cause, span).kind;
      return { ...complain(functionMismatch, params, span, origins(expected, span)), cause: inner };
    }
    case "sealed-tail": {
      const { of, rigid, found } = mismatch;
      return complain(sealedTail, { of, variable: rigid.name, found: printer.show(found) }, span);
    }
    case "level":
      return complain(variableEscapes, { variable: mismatch.rigid.name }, span);
    case "inhomogeneous": {
      const { first, second } = mismatch;
      const texts = {
        first: printer.showRow(first, "record"),
        second: printer.showRow(second, "record"),
      };
      return complain(mixedRecord, texts, span);
    }
    case "endless":
      return complain(endlessType, undefined, span);
    default:
      return unreachable(mismatch);
  }
}

function show(printer: TypePrinter, expected: Type, found: Type): { expected: string; found: string } {
  return { expected: printer.show(expected), found: printer.show(found) };
}

/** Fields of fields are told by one path, and the innermost types. */
function reportField(
  mismatch: Mismatch & { kind: "row" },
  span: Span,
  printer: TypePrinter,
): NickelDiagnostic {
  const path = [mismatch.name];
  let at = mismatch;
  while (at.cause?.kind === "row" && at.cause.of === "record") {
    at = at.cause;
    path.push(at.name);
  }
  const expected = rowType(at.expected, at.name);
  const found = rowType(at.found, at.name);
  const params = {
    path: path.join("."),
    expected: expected === undefined ? "…" : printer.show(expected),
    found: found === undefined ? "…" : printer.show(found),
  };
  const notes = [...rowNote(at.expected, at.name, `\`${at.name}\` is declared here`, span)];
  if (at.cause !== undefined && at.cause.kind !== "types") notes.push({ message: reason(at.cause, printer) });
  return complain(fieldMismatch, params, span, notes);
}

function reportTag(mismatch: Mismatch & { kind: "row" }, span: Span, printer: TypePrinter): NickelDiagnostic {
  const { name, expected, found, cause } = mismatch;
  const text = (type: Type): string => {
    const row = "rows" in type ? listRows(type.rows).list.find((one) => one.name === name) : undefined;
    return row === undefined ? printer.show(type) : printer.showRow(row, "enum");
  };
  const notes = [...rowNote(expected, name, `\`'${name}\` is declared here`, span)];
  if (cause !== undefined) notes.push({ message: reason(cause, printer) });
  return complain(tagMismatch, { name, expected: text(expected), found: text(found) }, span, notes);
}

/** The chain of arrows to what differs in them. */
function innermost(mismatch: Mismatch): { path: readonly ("domain" | "codomain")[]; cause: Mismatch } {
  const path: ("domain" | "codomain")[] = [];
  let at = mismatch;
  while (at.kind === "domain" || at.kind === "codomain") {
    path.push(at.kind);
    at = at.cause;
  }
  return { path, cause: at };
}

/** "the second argument", "the result", "the first argument of the second argument". */
function pathText(path: readonly ("domain" | "codomain")[]): string {
  const parts: string[] = [];
  let argument = 1;
  for (const step of path) {
    if (step === "codomain") argument += 1;
    else {
      parts.unshift(`the ${ordinal(argument)} argument`);
      argument = 1;
    }
  }
  if (path.at(-1) === "codomain") parts.unshift("the result");
  return parts.join(" of ");
}

function ordinal(count: number): string {
  const words = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
  return words[count - 1] ?? `${count}th`;
}

/** A mismatch in a few words. */
function reason(mismatch: Mismatch, printer: TypePrinter): string {
  switch (mismatch.kind) {
    case "types":
      return `expected \`${printer.show(mismatch.expected)}\`, found \`${printer.show(mismatch.found)}\``;
    case "missing-row":
      return `\`${printer.show(mismatch.found)}\` lacks ${rowText(mismatch)}`;
    case "extra-row":
      return `\`${printer.show(mismatch.expected)}\` has no ${rowText(mismatch)}`;
    case "missing-tail":
    case "extra-tail":
      return `only one of \`${printer.show(mismatch.expected)}\` and \`${printer.show(mismatch.found)}\` ends in \`; Dyn\``;
    case "row":
      return mismatch.cause === undefined
        ? `only one of the tags ${rowText(mismatch)} has an argument`
        : `${rowText(mismatch)}: ${reason(mismatch.cause, printer)}`;
    case "row-conflict":
      return `\`${printer.showRow(mismatch.row, mismatch.of)}\` is there already`;
    case "domain":
    case "codomain": {
      const { path, cause } = innermost(mismatch);
      return `${pathText(path)}: ${reason(cause, printer)}`;
    }
    case "sealed-tail":
      return sealedReason(mismatch, printer);
    case "level":
      return `this cannot be of any type \`${mismatch.rigid.name}\``;
    case "endless":
      return "this would need a type that contains itself";
    case "inhomogeneous":
      return "not all fields have one type";
    default:
      return unreachable(mismatch);
  }
}

function sealedReason(
  { of, rigid, found }: Mismatch & { kind: "sealed-tail" },
  printer: TypePrinter,
): string {
  const further = of === "record" ? "fields" : "tags";
  const isNone = "rows" in found && resolveRows(found.rows).kind === "empty";
  return isNone
    ? `it must take any further ${further}, for which \`${rigid.name}\` stands`
    : `\`${rigid.name}\` stands for any further ${further}, not for \`${printer.show(found)}\``;
}

function rowText({ of, name }: { readonly of: "record" | "enum"; readonly name: string }): string {
  return of === "record" ? `\`${name}\`` : `\`'${name}\``;
}

/** `Dyn` and contracts are types of their own, which nothing else is. */
function mismatchHelp(expected: Type, found: Type): string | undefined {
  const kinds = [resolve(expected).kind, resolve(found).kind];
  if (kinds.every((kind) => kind === "contract"))
    return "two contracts are one type only where they are the same by name or by their parts";
  if (kinds.includes("contract"))
    return "a contract is a type of its own: `| T` on the value makes it a `T`, checked when the program runs";
  if (kinds[0] === "dyn") return "what has a type is no `Dyn`: `| Dyn` on it forgets the type";
  if (kinds[1] === "dyn")
    return "nothing is known of its type here: annotate what it comes from, or put `| T` on it, checked when the program runs";
  return undefined;
}

/** Where the expected type was written, when it was not where the term stands. */
function origins(expected: Type, span: Span): readonly Note[] {
  const type = resolve(expected);
  const written = "span" in type ? type.span : undefined;
  if (written === undefined || isLibrary(written) || isWithin(written, span)) return [];
  return [{ message: "the type is asked for here", span: written }];
}

function rowNote(expected: Type, name: string, message: string, span: Span): readonly Note[] {
  const type = resolve(expected);
  if (!("rows" in type)) return [];
  const written = listRows(type.rows).list.find((row) => row.name === name)?.span;
  if (written === undefined || isLibrary(written) || isWithin(written, span)) return [];
  return [{ message, span: written }];
}

/** The name in `record.name`, where the term at `span` is the record. */
function accessedName(expected: Type, name: string, span: Span): Span | undefined {
  const type = resolve(expected);
  const written =
    "rows" in type ? listRows(type.rows).list.find((row) => row.name === name)?.span : undefined;
  if (written === undefined || written.file !== span.file || written.start < span.end) return undefined;
  return /^[\s)]*\.\s*$/.test(span.file.text.slice(span.end, written.start)) ? written : undefined;
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.file === outer.file && inner.start >= outer.start && inner.end <= outer.end;
}

function rowNames(type: Type): readonly string[] {
  const rows = resolve(type);
  return "rows" in rows ? listRows(rows.rows).list.map((row) => row.name) : [];
}

function rowType(type: Type, name: string): Type | undefined {
  const rows = resolve(type);
  return "rows" in rows ? listRows(rows.rows).list.find((row) => row.name === name)?.type : undefined;
}
