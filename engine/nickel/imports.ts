// Files and what they import: each is read, parsed and lowered once, all that it imports included, whether it is
// needed or not; evaluated when it is needed, and only once. Cycles between files are fine.

import { posix } from "node:path";
import type { Files } from "../core/host.ts";
import { nearMiss } from "../core/near-miss.ts";
import { SourceFile, type Span } from "../core/source.ts";
import { complain, type NickelDiagnostic } from "./diagnostics.ts";
import { compileProgram, type World } from "./eval/compile.ts";
import { entryUnreadable, importFailed } from "./eval/diagnostics.ts";
import { complainExhausted } from "./eval/exhausted.ts";
import { fromData } from "./eval/from-data.ts";
import { delay } from "./eval/thunk.ts";
import { type Lazy, NullValue } from "./eval/value.ts";
import { readData } from "./formats/read.ts";
import type { Core } from "./lower/core.ts";
import { type Lowered, lowerFile } from "./lower/lower.ts";
import { type FindPrepared, unpackText } from "./lower/prepared.ts";
import type { ImportFormat, Term } from "./syntax/ast.ts";
import { parse } from "./syntax/parse.ts";
import { type OuterType, outerType } from "./typing/outer-type.ts";
import { UnitTypes } from "./typing/unit-types.ts";

type CoreImport = Extract<Core, { kind: "import" }>;

/** A file in one format. */
export interface Unit {
  readonly file: SourceFile;
  readonly value: Lazy;
  /** Of this file alone, its own imports that cannot be read included. */
  readonly diagnostics: readonly NickelDiagnostic[];
  readonly imports: readonly Unit[];
  /** Where each of these is imported. */
  readonly places: readonly Span[];
  /** Where its imports were looked for in vain before they were found: a file that comes to be there would be taken instead. */
  readonly absent: readonly string[];
  /** What its static types are worth, all of it typed or only what `: T` covers; asked when all imports have been read. */
  readonly types: UnitTypes | undefined;
  /** What its outside tells of its type. */
  readonly outer: OuterType | undefined;
}

export interface LoaderOptions {
  /** Folders are listed to find what a missing file's name may have been meant for. */
  readonly files: Pick<Files, "readText"> & Partial<Pick<Files, "list">>;
  readonly importPaths: readonly string[];
  readonly overlay?: ReadonlyMap<string, string>;
  /** The initial environment. */
  readonly globals: ReadonlySet<string>;
  global(name: string): Lazy;
  readonly prepared?: FindPrepared;
  /** Told what programs trace. */
  trace(text: string): void;
}

export class Loader {
  readonly #options: LoaderOptions;
  readonly #units = new Map<string, Unit>();
  readonly #texts = new Map<string, SourceFile | string>();

  constructor(options: LoaderOptions) {
    this.#options = options;
  }

  /** The entry file; a diagnostic when it cannot be read. */
  entry(path: string): Unit | NickelDiagnostic {
    const file = this.#read(path);
    if (typeof file === "string") return complain(entryUnreadable, { path, reason: file }, undefined);
    return this.#unit(file, formatOf(path));
  }

  #unit(file: SourceFile, format: ImportFormat): Unit {
    const key = `${format} ${file.path}`;
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    return format === "nickel" ? this.#program(key, file) : this.#data(key, file, format);
  }

  #data(key: string, file: SourceFile, format: Exclude<ImportFormat, "nickel">): Unit {
    const data = readData(file, format);
    const unit = data.ok
      ? { ...blank, file, value: fromData(data.value) }
      : { ...blank, file, value: broken, diagnostics: [data.error] };
    this.#units.set(key, unit);
    return unit;
  }

  #program(key: string, file: SourceFile): Unit {
    const { globals } = this.#options;
    const { lowered, term, outer, diagnostics } = this.#lower(file);
    if (lowered === undefined) {
      const unit = { ...blank, file, value: broken, diagnostics };
      this.#units.set(key, unit);
      return unit;
    }
    // By where the path stands, which is the same when the text is read or lowered again.
    const targets = new Map<number, Unit>();
    const imports: Unit[] = [];
    const places: Span[] = [];
    const absent: string[] = [];
    const world: World = {
      global: (name) => this.#options.global(name),
      imported: (core) => targets.get(core.pathSpan.start)?.value ?? broken,
      trace: (text) => this.#options.trace(text),
    };
    const span = { file, start: 0, end: file.text.length };
    const { isTyped } = lowered;
    // Few files have types: of the others the syntax tree is not kept.
    const typed = isTyped ? term : undefined;
    const types = new UnitTypes({
      isTyped,
      unbound: unboundNames(lowered.diagnostics),
      term: () => typed ?? parse(file).term ?? { kind: "null", span },
      imported: (one) => targets.get(one.pathSpan.start)?.outer,
    });
    const value = delay(() => {
      const { wildcards } = types;
      // What was inferred for a `_` holds when the program runs.
      const isInferred = typed !== undefined && wildcards.size > 0;
      const core = isInferred ? lowerFile(typed, globals, false, wildcards).core : lowered.core;
      return compileProgram(core, world)();
    }, span);
    const unit: Unit = { file, value, diagnostics, imports, places, absent, types, outer };
    // Known before its imports are read: they may import it in turn.
    this.#units.set(key, unit);
    for (const one of lowered.imports) {
      const target = this.#resolve(one, posix.dirname(file.path), absent);
      if (typeof target === "string") diagnostics.push(this.#failed(one, target, file.path));
      else {
        const imported = this.#unit(target, one.format);
        targets.set(one.pathSpan.start, imported);
        imports.push(imported);
        places.push(one.pathSpan);
      }
    }
    return unit;
  }

  /** The core of a text; none where it cannot be understood. Of a prepared one there is no syntax tree. */
  #lower(file: SourceFile): {
    readonly lowered: Lowered | undefined;
    readonly term: Term | undefined;
    readonly outer: OuterType | undefined;
    readonly diagnostics: NickelDiagnostic[];
  } {
    const prepared = unpackText(this.#options.prepared?.(file.path), file);
    if (prepared !== undefined) {
      const { core, imports, outer } = prepared;
      const lowered = { core, imports, diagnostics: [], isTyped: false };
      return { lowered, term: undefined, outer, diagnostics: [] };
    }
    const { term, diagnostics } = parse(file);
    if (term === undefined)
      return { lowered: undefined, term, outer: undefined, diagnostics: [...diagnostics] };
    const lowered = lowerWhole(term, this.#options.globals, file);
    return { lowered, term, outer: outerType(term), diagnostics: [...diagnostics, ...lowered.diagnostics] };
  }

  /** The first candidate that can be read, else the reason why the last cannot; those passed over are added to `absent`. */
  #resolve(core: CoreImport, folder: string, absent: string[]): SourceFile | string {
    let reason = "no such file";
    for (const candidate of this.#candidates(core.path, folder)) {
      const file = this.#read(candidate);
      if (typeof file !== "string") return file;
      absent.push(candidate);
      reason = file;
    }
    return reason;
  }

  #candidates(path: string, folder: string): string[] {
    if (posix.isAbsolute(path)) return [posix.normalize(path)];
    return [folder, ...this.#options.importPaths].map((one) => posix.join(one, path));
  }

  #failed(core: CoreImport, reason: string, from: string): NickelDiagnostic {
    const searched = posix.isAbsolute(core.path) ? [] : [posix.dirname(from), ...this.#options.importPaths];
    const nearest = reason === "no such file" ? this.#nearFile(core.path, posix.dirname(from)) : undefined;
    return complain(importFailed, { path: core.path, reason, searched, nearest }, core.pathSpan);
  }

  /** A file beside the missing one whose name is nearly that, or that with an extension. */
  #nearFile(path: string, folder: string): string | undefined {
    const name = posix.basename(path);
    for (const candidate of this.#candidates(path, folder)) {
      const listed = this.#options.files.list?.(posix.dirname(candidate));
      const names = listed?.ok === true ? listed.value.map((entry) => entry.name) : [];
      const near = names.find((one) => one.startsWith(`${name}.`)) ?? nearMiss(name, names);
      if (near !== undefined) return posix.join(posix.dirname(path), near);
    }
    return undefined;
  }

  /** A file's text, or why there is none. */
  #read(path: string): SourceFile | string {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const overlaid = this.#options.overlay?.get(path);
    const text =
      overlaid === undefined ? this.#options.files.readText(path) : { ok: true as const, value: overlaid };
    const result = text.ok ? new SourceFile(path, text.value) : reasonOf(text.error.kind, text.error.message);
    this.#texts.set(path, result);
    return result;
  }
}

/** Lowers a file; one that nests deeper than the stack reaches has a diagnostic for it. */
function lowerWhole(term: Term, globals: ReadonlySet<string>, file: SourceFile): Lowered {
  try {
    return lowerFile(term, globals, false);
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
    const span = { file, start: 0, end: file.text.length };
    const core = { kind: "null", span } as const;
    return { core, imports: [], diagnostics: [complainExhausted(failure, span)], isTyped: false };
  }
}

/** A unit of which there is nothing to tell. */
const blank = {
  diagnostics: [],
  imports: [],
  places: [],
  absent: [],
  types: undefined,
  outer: undefined,
} as const;

/** Where names stand that nothing binds: that a type mentions one is no further fault. */
function unboundNames(diagnostics: readonly NickelDiagnostic[]): readonly number[] {
  const unbound = diagnostics.filter(({ kind }) => kind === "TypecheckError::UnboundIdentifier");
  return unbound.flatMap(({ span }) => span?.start ?? []);
}

/** Stands for a file that could not be read; nothing is evaluated when there is one. */
const broken = new NullValue(undefined);

function reasonOf(kind: string, message: string): string {
  if (kind === "missing") return "no such file";
  if (kind === "not-a-file") return "not a file";
  if (kind === "denied") return "permission denied";
  return message;
}

/** By the extension; an unknown one is Nickel. */
function formatOf(path: string): ImportFormat {
  switch (posix.extname(path).toLowerCase()) {
    case ".json":
      return "json";
    case ".yaml":
    case ".yml":
      return "yaml";
    case ".toml":
      return "toml";
    case ".txt":
      return "text";
    default:
      return "nickel";
  }
}

/** A unit with all that it imports, itself first. */
export function closure(unit: Unit): readonly Unit[] {
  const all = new Set([unit]);
  for (const one of all) for (const imported of one.imports) all.add(imported);
  return Array.from(all);
}

/** The whole text of a unit: the place of what has none of its own. */
export function wholeSpan(unit: Unit): Span {
  return { file: unit.file, start: 0, end: unit.file.text.length };
}
