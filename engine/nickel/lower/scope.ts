// Lexical scopes while lowering: names to binders, which field of which record is being lowered (so that each
// knows whether it depends on its siblings), and what else lowering gathers.

import type { Span } from "../../core/source.ts";
import type { NickelDiagnostic } from "../diagnostics.ts";
import type { Pattern, RecordTerm, Term, TypeNode } from "../syntax/ast.ts";
import type { Binder, Core, CorePattern, CoreType, Frame, TypeVariable } from "./core.ts";

/** Set when a name of the record is mentioned while this is the record's current part. */
export interface Dependency {
  recursive: boolean;
}

/** One layer of names. A record's layer makes binders only for the fields that are mentioned. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly frame: Frame;
  readonly #binders = new Map<string, Binder>();
  /** Of a record's layer: the names of its static fields. */
  readonly #fields: ReadonlySet<string> | undefined;
  /** Of a record's layer: the part that is being lowered. */
  current: Dependency | undefined;

  constructor(parent: Scope | undefined, fields?: ReadonlySet<string>, frame: Frame = { size: 0 }) {
    this.parent = parent;
    this.frame = frame;
    this.#fields = fields;
  }

  /** Takes the frame's next slot; a name bound before is shadowed. */
  bind(name: string): Binder {
    const binder = { name, frame: this.frame, slot: this.frame.size };
    this.frame.size += 1;
    this.#binders.set(name, binder);
    return binder;
  }

  /** The layer as it stands: what is bound in it later is not seen through this. */
  asItStands(): Scope {
    const scope = new Scope(this.parent, this.#fields, this.frame);
    for (const [name, binder] of this.#binders) scope.#binders.set(name, binder);
    return scope;
  }

  /** Takes a slot that has no name. */
  reserve(): number {
    const slot = this.frame.size;
    this.frame.size += 1;
    return slot;
  }

  /** A binder that this very layer has made. */
  own(name: string): Binder | undefined {
    return this.#binders.get(name);
  }

  resolve(name: string): Binder | undefined {
    for (const scope of this.#layers()) {
      const binder =
        scope.#binders.get(name) ?? (scope.#fields?.has(name) === true ? scope.bind(name) : undefined);
      if (binder !== undefined) {
        if (scope.current !== undefined) scope.current.recursive = true;
        return binder;
      }
    }
    return undefined;
  }

  /** The names of the slots taken so far, in order of the slots. */
  slotNames(): readonly string[] {
    return Array.from(this.#binders.keys());
  }

  /** Every name in sight, inner ones first. */
  *visible(): Generator<string> {
    for (const scope of this.#layers()) {
      if (scope.#fields !== undefined) yield* scope.#fields;
      yield* scope.#binders.keys();
    }
  }

  *#layers(): Generator<Scope> {
    yield this;
    for (let scope = this.parent; scope !== undefined; scope = scope.parent) yield scope;
  }

  /** Lowers a part of a record and tells whether it mentioned the record's fields. */
  track<T>(lower: () => T): { readonly result: T; readonly recursive: boolean } {
    const outer = this.current;
    const dependency = { recursive: false };
    this.current = dependency;
    const result = lower();
    this.current = outer;
    if (outer !== undefined && dependency.recursive) outer.recursive = true;
    return { result, recursive: dependency.recursive };
  }
}

/** Type variables in sight. */
export interface TypeScope {
  readonly variable: TypeVariable;
  readonly parent: TypeScope | undefined;
}

/** The lowering of a file: what the parts of it call one another by, and what they gather. */
export interface Lowering {
  readonly diagnostics: NickelDiagnostic[];
  readonly imports: Extract<Core, { kind: "import" }>[];
  /** The names of the bindings that are being lowered, by block: they do not see them. */
  readonly defining: string[][];
  /** Names of the initial environment. */
  readonly globals: ReadonlySet<string>;
  /** Whether there was a static type. */
  isTyped: boolean;
  /** What `_` stands for, by its number, where that was inferred. */
  readonly wildcards: ReadonlyMap<number, TypeNode>;
  /** Trusted text (the standard library): static annotations need no check of what the text itself provides. */
  readonly trusted: boolean;
  term(term: Term, scope: Scope): Core;
  /** A record that a dotted path stands for. */
  pathRecord(term: RecordTerm, scope: Scope): Core;
  pattern(pattern: Pattern, scope: Scope, outer: Scope): CorePattern;
  type(type: TypeNode, scope: Scope): CoreType;
  unbound(name: string, span: Span, scope: Scope): void;
  unboundType(name: string, span: Span): void;
}
