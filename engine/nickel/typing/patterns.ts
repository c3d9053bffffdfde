// The type of a pattern and of the variables that it binds. Enum patterns are open while the branches of a match are
// put together, and closed afterwards, except where a branch takes any value.

import type { Span } from "../../core/source.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { FieldPattern, Pattern } from "../syntax/ast.ts";
import type { Checker, Mode } from "./checker.ts";
import type { Context } from "./context.ts";
import { convertType } from "./convert.ts";
import { freshRows, freshType } from "./instantiate.ts";
import {
  arrayOf,
  bool,
  dyn,
  emptyRows,
  extendRows,
  listRows,
  number,
  type Row,
  type Rows,
  string,
  type Type,
} from "./type.ts";

export interface PatternTypes {
  readonly type: Type;
  readonly bindings: ReadonlyMap<string, Type>;
  /** The ends of enum rows, with where in the value they stand. */
  readonly openTails: readonly { readonly path: string; readonly tail: Rows }[];
  /** Where in the value anything goes. */
  readonly wildcards: ReadonlySet<string>;
}

/** The name, when the pattern takes any value, and its aliases. */
export function plainNames(pattern: Pattern): {
  readonly isPlain: boolean;
  readonly names: readonly string[];
} {
  const names: string[] = [];
  let at = pattern;
  for (; at.kind === "alias"; at = at.pattern) names.push(at.name.text);
  if (at.kind === "variable") return { isPlain: true, names: [...names, at.name] };
  return { isPlain: false, names };
}

/** @throws TypeFault where the parts of the pattern contradict one another (in a typed block). */
export function patternTypes(checker: Checker, pattern: Pattern, context: Context, mode: Mode): PatternTypes {
  const reader = new PatternReader(checker, context, mode);
  const type = reader.read(pattern, "", reader.bindings);
  const { bindings, openTails, wildcards } = reader;
  return { type, bindings, openTails, wildcards };
}

class PatternReader {
  readonly #checker: Checker;
  readonly #context: Context;
  readonly #mode: Mode;
  readonly bindings = new Map<string, Type>();
  readonly openTails: { path: string; tail: Rows }[] = [];
  readonly wildcards = new Set<string>();

  constructor(checker: Checker, context: Context, mode: Mode) {
    this.#checker = checker;
    this.#context = context;
    this.#mode = mode;
  }

  read(pattern: Pattern, path: string, bindings: Map<string, Type>): Type {
    switch (pattern.kind) {
      case "wildcard":
        this.wildcards.add(path);
        return this.#any();
      case "variable": {
        this.wildcards.add(path);
        const type = this.#any();
        bindings.set(pattern.name, type);
        return type;
      }
      case "constant":
        return constantType(pattern.constant.kind);
      case "tag":
        return this.#enum({ name: pattern.tag.text, type: undefined, span: pattern.tag.span }, path);
      case "variant": {
        const type = this.read(pattern.argument, `${path}!`, bindings);
        return this.#enum({ name: pattern.tag.text, type, span: pattern.tag.span }, path);
      }
      case "record":
        return this.#record(pattern, path, bindings);
      case "array":
        return this.#array(pattern, path, bindings);
      case "alias": {
        const type = this.read(pattern.pattern, path, bindings);
        bindings.set(pattern.name.text, type);
        return type;
      }
      case "or":
        return this.#or(pattern.alternatives, path, bindings);
      default:
        return unreachable(pattern);
    }
  }

  #any(): Type {
    return this.#mode === "walk" ? dyn : freshType(this.#context.level);
  }

  #enum(row: Row, path: string): Type {
    const tail = freshRows(this.#context.level);
    this.openTails.push({ path, tail });
    return { kind: "enum", rows: { kind: "extend", row, tail } };
  }

  #record(pattern: Pattern & { kind: "record" }, path: string, bindings: Map<string, Type>): Type {
    const { rest } = pattern;
    let tail: Rows = emptyRows;
    if (rest.kind !== "closed")
      tail = this.#mode === "walk" ? { kind: "dyn" } : freshRows(this.#context.level);
    if (rest.kind === "capture") bindings.set(rest.name.text, { kind: "record", rows: tail });
    const rows = pattern.fields.map(
      (field): Row => ({
        name: field.field.text,
        type: this.#field(field, `${path}.${field.field.text}`, bindings),
        span: field.field.span,
      }),
    );
    return { kind: "record", rows: extendRows(rows, tail) };
  }

  #field({ annotations, pattern }: FieldPattern, path: string, bindings: Map<string, Type>): Type {
    const { type: node } = annotations;
    if (node === undefined) return this.read(pattern, path, bindings);
    const annotated = convertType(node, this.#context.terms);
    if (this.#mode === "walk" && pattern.kind === "variable") {
      bindings.set(pattern.name, annotated);
      return annotated;
    }
    if (this.#mode === "walk" && pattern.kind === "wildcard") return annotated;
    const type = this.read(pattern, path, bindings);
    this.#unify(type, annotated, node.span);
    return type;
  }

  #array(pattern: Pattern & { kind: "array" }, path: string, bindings: Map<string, Type>): Type {
    const element = this.#any();
    pattern.items.forEach((item, index) => {
      const type = this.read(item, `${path}[${index}]`, bindings);
      if (this.#mode === "enforce") this.#unify(element, type, pattern.span);
    });
    if (pattern.rest.kind === "capture") bindings.set(pattern.rest.name.text, arrayOf(element));
    return arrayOf(element);
  }

  /** All alternatives have one type, and so has each of their variables. */
  #or(alternatives: readonly Pattern[], path: string, bindings: Map<string, Type>): Type {
    let first: { readonly type: Type; readonly names: ReadonlyMap<string, Type> } | undefined;
    for (const alternative of alternatives) {
      const names = new Map<string, Type>();
      const type = this.read(alternative, path, names);
      if (first === undefined) first = { type, names };
      else if (this.#mode === "enforce") {
        this.#unify(first.type, type, alternative.span);
        for (const [name, one] of first.names) {
          const other = names.get(name);
          if (other !== undefined) this.#unify(one, other, alternative.span);
        }
      }
    }
    if (first === undefined) return this.#any();
    for (const [name, type] of first.names) bindings.set(name, type);
    return first.type;
  }

  #unify(expected: Type, found: Type, span: Span): void {
    this.#checker.demand(this.#checker.solver.unify(expected, found, this.#context), span);
  }
}

function constantType(kind: "null" | "bool" | "number" | "string"): Type {
  switch (kind) {
    case "null":
      return dyn;
    case "bool":
      return bool;
    case "number":
      return number;
    case "string":
      return string;
    default:
      return unreachable(kind);
  }
}

/** Closes the enum rows that patterns left open, except where `open` says that anything goes. */
export function closeTails(
  checker: Checker,
  patterns: readonly PatternTypes[],
  open: ReadonlySet<string>,
): void {
  for (const { openTails } of patterns) {
    for (const { path, tail } of openTails) {
      const end = open.has(path) ? undefined : listRows(tail).tail;
      if (end?.kind === "flexible") checker.solver.close(end.variable);
    }
  }
}
