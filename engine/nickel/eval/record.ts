// Records: functions of their own fields. A field that mentions its siblings is kept as a recipe that any record
// holding it can instantiate for itself, so merging never disturbs the records it merges. What a record has
// computed of itself sits in the cells of its fields.

import type { Note } from "../../core/diagnostic.ts";
import type { Span } from "../../core/source.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import type { Priority } from "../lower/priority.ts";
import { lostSibling, missingDefinition } from "./diagnostics.ts";
import { contains, fail, NickelFailure } from "./failure.ts";
import type { Label } from "./label.ts";
import { isLibrary } from "./library.ts";
import { type Code, delay, Env, force, Thunk } from "./thunk.ts";
import type { KeyValue, Lazy, Pending, Place } from "./value.ts";

/** A definition that depends on the record it stands in. */
export interface Recipe {
  readonly kind: "recipe";
  instantiate(record: RecordValue): Lazy;
}

export type Definition = Lazy | Recipe;

export interface FieldAttributes {
  readonly optional: boolean;
  readonly notExported: boolean;
  readonly priority: Priority;
  readonly doc: string | undefined;
}

export const plainAttributes: FieldAttributes = {
  optional: false,
  notExported: false,
  priority: 0,
  doc: undefined,
};

export class Field {
  /** Absent when the field is declared without a value. */
  readonly definition: Definition | undefined;
  /** Applied to the value in this order. */
  readonly contracts: readonly Pending[];
  readonly attributes: FieldAttributes;
  /** The field's name where it was defined; for a merged field, the left one. */
  readonly keySpan: Place;
  /** The value under its contracts in the one record that holds this field. */
  cell: Lazy | undefined = undefined;

  constructor(
    definition: Definition | undefined,
    contracts: readonly Pending[],
    attributes: FieldAttributes,
    keySpan: Place,
  ) {
    this.definition = definition;
    this.contracts = contracts;
    this.attributes = attributes;
    this.keySpan = keySpan;
  }

  /** Absent to nearly everyone. */
  get isEmptyOptional(): boolean {
    return this.definition === undefined && this.attributes.optional;
  }

  /** The same field for another record. */
  revert(): Field {
    return new Field(this.definition, this.contracts, this.attributes, this.keySpan);
  }
}

/** Fields that polymorphic code must not see. */
export interface SealedTail {
  readonly key: KeyValue;
  readonly label: Label;
  readonly record: Lazy;
  readonly names: ReadonlySet<string>;
}

export class RecordValue {
  readonly kind = "record";
  readonly fields: ReadonlyMap<string, Field>;
  readonly open: boolean;
  /** Every field is a plain value without contracts. */
  readonly frozen: boolean;
  readonly tail: SealedTail | undefined;
  readonly span: Place;
  #frames: Map<Group, Env> | undefined;

  constructor(
    fields: ReadonlyMap<string, Field>,
    attributes: {
      readonly open?: boolean;
      readonly frozen?: boolean;
      readonly tail?: SealedTail | undefined;
    },
    span: Place,
  ) {
    this.fields = fields;
    this.open = attributes.open === true;
    this.frozen = attributes.frozen === true;
    this.tail = attributes.tail;
    this.span = span;
  }

  /** The frame through which the fields of one literal see this record's fields. */
  frameOf(group: Group): Env {
    this.#frames ??= new Map();
    let frame = this.#frames.get(group);
    if (frame === undefined) {
      const slots: Lazy[] = [];
      frame = new Env(group.env, slots);
      this.#frames.set(group, frame);
      for (const name of group.names) slots.push(this.reference(name));
    }
    return frame;
  }

  /** A field's value as its siblings see it. */
  private reference(name: string): Lazy {
    const field = this.fields.get(name);
    // A pattern's rest or `%record/remove%` can part a field from one that it mentions.
    if (field === undefined) return delay(() => fail(lostSibling, { name }, undefined), this.span);
    const missing = () => raiseMissing({ record: this, name, field, at: undefined });
    // Such a contract reads the frame that is being filled.
    if (field.cell === undefined && field.contracts.some(({ isDependent }) => isDependent === true))
      return delay(() => force(this.cellOf(field) ?? missing()), this.span);
    return this.cellOf(field) ?? delay(missing, this.span);
  }

  /** A field's value under its contracts; `undefined` when it has none. */
  cellOf(field: Field): Lazy | undefined {
    if (field.cell !== undefined) return field.cell;
    const { definition } = field;
    if (definition === undefined) return undefined;
    let cell: Lazy = definition.kind === "recipe" ? definition.instantiate(this) : definition;
    for (const contract of field.contracts) cell = contract.wrap(cell, this);
    // Filling a frame may have come by this very field.
    field.cell ??= cell;
    return field.cell;
  }

  /** The field for a record made of some of this one's: it keeps what it computed here, until a merge computes it anew. */
  carry(field: Field): Field {
    const carried = field.revert();
    carried.cell = this.cellOf(field);
    return carried;
  }

  /** The fields that are there for everyone but the `_with_opts` operations, in order of definition. */
  *present(): Generator<readonly [string, Field]> {
    for (const entry of this.fields) if (!entry[1].isEmptyOptional) yield entry;
  }

  /** The values of the present fields. @throws a failure when a field has none. */
  *values(at: Place): Generator<readonly [string, Lazy]> {
    for (const [name, field] of this.present()) {
      const cell = this.cellOf(field);
      yield [name, cell ?? raiseMissing({ record: this, name, field, at })];
    }
  }
}

/** A field that has no value was asked for. */
export interface MissingField {
  readonly record: RecordValue;
  readonly name: string;
  readonly field: Field;
  readonly at: Span | undefined;
}

export function raiseMissing(missing: MissingField): never {
  throw new NickelFailure([complainMissing(missing)]);
}

/** Told where the value was asked for, else where the record itself declares the field, else at the record. */
export function complainMissing({ record, name, field, at }: MissingField): NickelDiagnostic {
  const declared = field.keySpan === undefined || isLibrary(field.keySpan) ? undefined : field.keySpan;
  const isDeclaration = at === undefined && contains(record.span, declared);
  const isOwn = declared === undefined || declared.file === record.span?.file;
  const params = { name, isDeclaration, isOwn };
  if (isDeclaration) return complain(missingDefinition, params, declared);
  const notes: Note[] = [];
  if (declared !== undefined) notes.push({ message: "declared here, without a value", span: declared });
  if (record.span !== undefined && at !== undefined && !contains(record.span, declared))
    notes.push({ message: "in this record", span: record.span });
  const [doc] = (field.attributes.doc ?? "").trim().split("\n");
  if (!isOwn && doc !== undefined && doc !== "") notes.push({ message: `\`${name}\`: ${doc}` });
  return complain(missingDefinition, params, at ?? record.span, notes);
}

/** The fields of one evaluated literal: its surroundings, and the names of its frame's slots. */
export interface Group {
  readonly env: Env;
  readonly names: readonly string[];
}

/** A field's term that mentions siblings. */
export class RecursiveTerm implements Recipe {
  readonly kind = "recipe";
  readonly #code: Code;
  readonly #group: Group;
  readonly #span: Place;

  constructor(code: Code, group: Group, span: Place) {
    this.#code = code;
    this.#group = group;
    this.#span = span;
  }

  instantiate(record: RecordValue): Lazy {
    return new Thunk(this.#code, record.frameOf(this.#group), this.#span);
  }
}

/** A field with a value of its own and nothing else. */
export function plainField(value: Lazy, keySpan?: Place): Field {
  return new Field(value, [], plainAttributes, keySpan);
}

/** A dictionary of plain values. */
export function makeDictionary(entries: Iterable<readonly [string, Lazy]>, span: Place): RecordValue {
  const fields = new Map<string, Field>();
  for (const [name, value] of entries) fields.set(name, plainField(value));
  return new RecordValue(fields, { frozen: true }, span);
}

/** Whether it is `{}`, which merging takes no notice of. */
export function isNeutral(record: RecordValue): boolean {
  return record.fields.size === 0 && !record.open && record.tail === undefined;
}

/** Contracts applied for good, dependencies cut. */
export function freeze(record: RecordValue): RecordValue {
  if (record.frozen) return record;
  const fields = new Map<string, Field>();
  for (const [name, field] of record.fields) {
    fields.set(name, new Field(record.cellOf(field), [], field.attributes, field.keySpan));
  }
  return new RecordValue(fields, { open: record.open, frozen: true, tail: record.tail }, record.span);
}

/** The names of the fields, sorted. */
export function fieldNames(record: RecordValue, withEmptyOptionals = false): string[] {
  const names: string[] = [];
  for (const [name, field] of record.fields)
    if (withEmptyOptionals || !field.isEmptyOptional) names.push(name);
  return names.sort(compareUtf8);
}

/** Order of the UTF-8 bytes, which is that of the code points. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) {
      // Surrogates stand for code points above all others.
      const surrogateX = x >= 0xd800 && x <= 0xdfff;
      const surrogateY = y >= 0xd800 && y <= 0xdfff;
      return surrogateX === surrogateY ? x - y : surrogateX ? 1 : -1;
    }
  }
  return a.length - b.length;
}
