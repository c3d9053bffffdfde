// The type of `std`: each module has what its own text says in annotations, read when a typed block first uses it.

import { moduleNames, parseModule, topLevelNames } from "../stdlib/module.ts";
import type { RecordTerm, Term } from "../syntax/ast.ts";
import { noTerms } from "./context.ts";
import { convertType } from "./convert.ts";
import { firstAnnotation } from "./outer-type.ts";
import { dyn, emptyRows, extendRows, type Row, type Type } from "./type.ts";

/** How deep records of records are read. */
const depthLimit = 4;

let library: Type | undefined;

export function libraryType(): Type {
  library ??= { kind: "record", rows: extendRows(libraryRows(), emptyRows) };
  return library;
}

function libraryRows(): readonly Row[] {
  // To the original the contracts of manifests are no record, so nothing is known of them.
  const modules = moduleNames.map((name) =>
    name === "package"
      ? new LateRow(name, () => dyn)
      : new LateRow(name, () => termType(parseModule(name), depthLimit)),
  );
  // What stands in `std` itself.
  const functions = topLevelNames.map(
    (name) => new LateRow(name, () => fieldType(innerRecord(parseModule("top")), name, depthLimit)),
  );
  return [...modules, ...functions];
}

/** A row whose type is read when it is first asked for. Types of the library mention no variables from outside. */
class LateRow implements Row {
  readonly name: string;
  readonly span = undefined;
  readonly isClosed = true;
  readonly #read: () => Type;
  #type: Type | undefined;

  constructor(name: string, read: () => Type) {
    this.name = name;
    this.#read = read;
  }

  get type(): Type {
    this.#type ??= this.#read();
    return this.#type;
  }
}

function termType(term: Term, depth: number): Type {
  const record = innerRecord(term);
  if (record === undefined || depth === 0) return dyn;
  const names = new Set(record.fields.map(({ path }) => (path[0].kind === "static" ? path[0].name : "")));
  const rows = Array.from(names, (name) => new LateRow(name, () => fieldType(record, name, depth - 1)));
  return { kind: "record", rows: extendRows(rows, emptyRows) };
}

/** By its annotation, else by its own fields where it is a record. */
function fieldType(record: RecordTerm | undefined, name: string, depth: number): Type {
  const field = record?.fields.find(({ path }) => path[0].kind === "static" && path[0].name === name);
  if (field === undefined) return dyn;
  const node = firstAnnotation(field.metadata.annotations);
  if (node !== undefined) return convertType(node, noTerms);
  return field.value?.kind === "record" ? termType(field.value, depth) : dyn;
}

/** The record that a module's text comes to. */
function innerRecord(term: Term): RecordTerm | undefined {
  let at = term;
  while (at.kind === "let") at = at.body;
  return at.kind === "record" ? at : undefined;
}
