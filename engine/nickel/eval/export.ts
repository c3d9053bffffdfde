// From a program's value to data with places: everything is computed, and, unless the first error is to end it,
// an error in one field or element does not keep the others from being looked at.

import type { Span } from "../../core/source.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import type { Located, LocatedField } from "../located.ts";
import { exportNumber, printNumber, toDouble } from "../number.ts";
import { step } from "./budget.ts";
import { describeValue } from "./describe.ts";
import { notSerializable, numberOutOfRange } from "./diagnostics.ts";
import { complainExhausted } from "./exhausted.ts";
import { NickelFailure } from "./failure.ts";
import { isLibrary } from "./library.ts";
import { compareUtf8, complainMissing, type Field, type RecordValue, raiseMissing } from "./record.ts";
import { force } from "./thunk.ts";
import type { ArrayValue, Lazy, Place, Value } from "./value.ts";
import { type Trail, writeTrail } from "./value-path.ts";

export interface Exported {
  /** Absent when there are diagnostics. */
  readonly value: Located | undefined;
  readonly diagnostics: readonly NickelDiagnostic[];
}

export interface ExportOptions {
  /** The first error ends it. */
  readonly firstOnly: boolean;
  /** Also fields that are not exported; what no format can hold is described in a string. */
  readonly everything: boolean;
  /** Part of an evaluation: a limit that it reaches is for the door around it to tell. */
  readonly within?: true;
}

/** Computes and converts the whole of a value; `span` is the place of what has none of its own. */
export function exportValue(lazy: Lazy, span: Span, options: ExportOptions): Exported {
  const run = new ExportRun(options);
  try {
    // Upstream computes everything before it asks whether a format can hold it.
    if (options.firstOnly) forceLastFirst(lazy, options.everything);
    const value = run.visit(lazy, span, undefined);
    return { value: run.diagnostics.length === 0 ? value : undefined, diagnostics: run.diagnostics };
  } catch (failure) {
    if (failure instanceof NickelFailure) {
      return { value: undefined, diagnostics: [...run.diagnostics, ...failure.at(span).toldAt("")] };
    }
    if (!(failure instanceof RangeError) || options.within === true) throw failure;
    const exhausted = complainExhausted(failure, run.current ?? span);
    return { value: undefined, diagnostics: [...run.diagnostics, exhausted] };
  }
}

/** @throws the first failure there is, fields and elements taken from the last to the first. */
function forceLastFirst(lazy: Lazy, everything: boolean): void {
  step(lazy.span);
  const value = force(lazy);
  switch (value.kind) {
    case "array":
      for (const element of value.elements().toReversed()) forceLastFirst(element, everything);
      break;
    case "enum":
      if (value.argument !== undefined) forceLastFirst(value.argument, everything);
      break;
    case "record": {
      const cells: Lazy[] = [];
      for (const [name, field] of value.present()) {
        if (field.attributes.notExported && !everything) continue;
        cells.push(value.cellOf(field) ?? raiseMissing({ record: value, name, field, at: undefined }));
      }
      for (const cell of cells.reverse()) forceLastFirst(cell, everything);
      break;
    }
    default:
  }
}

/** Nobody reads more, and data without end may have a fault at every level. */
const mostDiagnostics = 200;

class ExportRun {
  readonly diagnostics: NickelDiagnostic[] = [];
  /** Where what is being computed stands. */
  current: Span | undefined;
  readonly #firstOnly: boolean;
  readonly #everything: boolean;
  readonly #seen = new Set<string>();

  constructor(options: ExportOptions) {
    this.#firstOnly = options.firstOnly;
    this.#everything = options.everything;
  }

  /** `undefined` where something failed that has been noted. */
  visit(lazy: Lazy, outer: Span, trail: Trail | undefined): Located | undefined {
    this.current = ownPlace(lazy.span) ?? outer;
    step(this.current);
    const value = this.#compute(lazy, trail);
    if (value === undefined) return undefined;
    const span = ownPlace(value.span) ?? ownPlace(lazy.span) ?? outer;
    switch (value.kind) {
      case "null":
        return { kind: "null", span };
      case "bool":
        return { kind: "bool", value: value.value, span };
      case "number": {
        const text = exportNumber(value.value);
        if (text !== undefined) return { kind: "number", value: toDouble(value.value), text, span };
        return this.#note([complain(numberOutOfRange, { number: printNumber(value.value) }, span)]);
      }
      case "string":
        return { kind: "string", value: value.value, span };
      case "enum":
        if (value.argument === undefined) return { kind: "enum", tag: value.tag, span };
        return this.#refuse(value, span, trail);
      case "array":
        return this.#array(value, span, trail);
      case "record":
        return this.#record(value, span, trail);
      default:
        return this.#refuse(value, span, trail);
    }
  }

  #compute(lazy: Lazy, trail: Trail | undefined): Value | undefined {
    try {
      return force(lazy);
    } catch (failure) {
      if (this.#firstOnly || !(failure instanceof NickelFailure)) throw failure;
      const placed = failure.at(this.current);
      this.#note(placed.diagnostics, () => placed.toldAt(writeTrail(trail)));
      return failure.recovered;
    }
  }

  /** A cause that was noted before is not noted again; `tell` gives the same diagnostics with the path to them. */
  #note(
    diagnostics: readonly [NickelDiagnostic, ...NickelDiagnostic[]],
    tell: () => readonly NickelDiagnostic[] = () => diagnostics,
  ): undefined {
    if (this.#firstOnly || this.diagnostics.length >= mostDiagnostics) throw new NickelFailure(diagnostics);
    let told: readonly NickelDiagnostic[] | undefined;
    for (const [at, diagnostic] of diagnostics.entries()) {
      const { span } = diagnostic;
      const key = `${diagnostic.code} ${span?.file.path} ${span?.start} ${diagnostic.message}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      told ??= tell();
      this.diagnostics.push(told[at] ?? diagnostic);
    }
  }

  #refuse(value: Value, span: Span, trail: Trail | undefined): Located | undefined {
    if (value.kind === "enum" && value.argument !== undefined) this.visit(value.argument, span, trail);
    if (this.#everything) {
      return { kind: "string", value: `<${describeValue(value)}>`, span };
    }
    return this.#note([
      complain(
        notSerializable,
        { what: describeValue(value), path: writeTrail(trail), help: exportHelp(value) },
        span,
      ),
    ]);
  }

  #array(array: ArrayValue, span: Span, up: Trail | undefined): Located {
    const elements = array.elements();
    const items: Located[] = [];
    // Upstream's order when the first error ends it is from the last to the first.
    for (const [at, element] of this.#ordered(elements).entries()) {
      const index = this.#firstOnly ? elements.length - 1 - at : at;
      const item = this.visit(element, span, { up, step: index });
      if (item !== undefined) items.push(item);
    }
    return { kind: "array", items: this.#ordered(items), span };
  }

  #record(record: RecordValue, span: Span, up: Trail | undefined): Located {
    const present: (readonly [string, Field, Lazy])[] = [];
    for (const [name, field] of record.present()) {
      if (field.attributes.notExported && !this.#everything) continue;
      const cell = record.cellOf(field);
      if (cell !== undefined) present.push([name, field, cell]);
      else if (this.#firstOnly) raiseMissing({ record, name, field, at: undefined });
      else
        this.#note([
          complainMissing({
            record,
            name,
            field,
            at: ownPlace(record.span) === undefined ? span : undefined,
          }),
        ]);
    }
    const fields: (readonly [string, LocatedField])[] = [];
    for (const [name, field, cell] of this.#ordered(present)) {
      const keySpan = ownPlace(field.keySpan) ?? span;
      const value = this.visit(cell, keySpan, { up, step: name });
      if (value !== undefined) fields.push([name, { keySpan, value }]);
    }
    fields.sort(([a], [b]) => compareUtf8(a, b));
    return { kind: "record", fields: new Map(fields), span };
  }

  #ordered<T>(all: readonly T[]): readonly T[] {
    return this.#firstOnly ? all.toReversed() : all;
  }
}

function exportHelp(value: Value): string | undefined {
  switch (value.kind) {
    case "function":
      return "call it, or keep it out of the export with `| not_exported`";
    case "type":
    case "contract":
      return "a contract on a field is written `field | Contract`; what only serves as one is marked `| not_exported`";
    case "enum":
      return "export a plain tag or a record instead, for example by a `match`";
    default:
      return undefined;
  }
}

/** A place that means something to the author of a program. */
function ownPlace(span: Place): Span | undefined {
  return span === undefined || isLibrary(span) ? undefined : span;
}
