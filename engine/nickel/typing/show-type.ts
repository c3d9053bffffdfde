// Types as people write them, for messages. Unknown types are `_a`, `_b`, and so on, unless a `forall` named them; one
// printer gives the same variable the same name in all types of a message, and different ones different names.

import { unreachable } from "../../core/unreachable.ts";
import type { Term } from "../syntax/ast.ts";
import { listRows, type Row, type Rows, resolve, type Type } from "./type.ts";

/** Rows of one type beyond these, parts nested deeper than that, and longer contracts, are cut short. */
const rowLimit = 8;
const depthLimit = 8;
const contractLimit = 60;

export class TypePrinter {
  readonly #names = new Map<object, string>();
  #count = 0;
  /** What variables stand for that is being shown. */
  readonly #open = new Set<Type>();

  show(type: Type): string {
    return this.#show(type, 0);
  }

  /** A field with its type, a tag with what it holds. */
  showRow(row: Row, of: "record" | "enum"): string {
    return this.#row(row, of, 0);
  }

  #show(written: Type, depth: number): string {
    if (depth > depthLimit) return "…";
    const type = resolve(written);
    if (written.kind !== "flexible" || written.variable.type === undefined)
      return this.#showResolved(type, depth);
    // A type may contain itself.
    if (this.#open.has(type)) return "…";
    this.#open.add(type);
    const text = this.#showResolved(type, depth);
    this.#open.delete(type);
    return text;
  }

  #showResolved(type: Type, depth: number): string {
    switch (type.kind) {
      case "dyn":
        return "Dyn";
      case "number":
        return "Number";
      case "bool":
        return "Bool";
      case "string":
        return "String";
      case "symbol":
        return "a sealing key";
      case "wildcard":
        return "_";
      case "bound":
        return type.name;
      case "rigid":
        return this.#name(type.rigid, type.rigid.name);
      case "flexible":
        return this.#name(type.variable, type.variable.name);
      case "contract":
        return showContract(type.term);
      case "arrow": {
        const { domain, codomain } = type;
        const isLoose = ["arrow", "forall"].includes(resolve(domain).kind);
        const from = this.#showWithin(domain, isLoose, depth);
        const to = this.#show(codomain, depth);
        return `${from} -> ${resolve(codomain).kind === "forall" ? `(${to})` : to}`;
      }
      case "forall":
        return `forall ${this.#quantified(type, depth)}`;
      case "array": {
        const element = resolve(type.element);
        const isLoose = ["arrow", "forall", "array"].includes(element.kind) || isApplied(element);
        return `Array ${this.#showWithin(element, isLoose, depth)}`;
      }
      case "dictionary":
        return `{ _ ${type.flavour === "type" ? ":" : "|"} ${this.#show(type.element, depth + 1)} }`;
      case "record": {
        const text = this.#rows(type.rows, "record", depth);
        return text === "" ? "{}" : `{ ${text} }`;
      }
      case "enum":
        return `[| ${this.#rows(type.rows, "enum", depth)} |]`;
      default:
        return unreachable(type);
    }
  }

  #showWithin(type: Type, isLoose: boolean, depth: number): string {
    const text = this.#show(type, depth + 1);
    return isLoose ? `(${text})` : text;
  }

  #quantified(type: Type & { kind: "forall" }, depth: number): string {
    const names = [type.variable];
    let body = resolve(type.body);
    for (; body.kind === "forall"; body = resolve(body.body)) names.push(body.variable);
    return `${names.join(" ")}. ${this.#show(body, depth)}`;
  }

  #rows(rows: Rows, of: "record" | "enum", depth: number): string {
    const { list, tail } = listRows(rows);
    const shown = list.slice(0, rowLimit).map((row) => this.#row(row, of, depth));
    if (list.length > rowLimit) shown.push(`… ${list.length - rowLimit} more`);
    const end = this.#tail(tail);
    const text = shown.join(", ");
    if (end === undefined) return text;
    return text === "" ? `; ${end}` : `${text}; ${end}`;
  }

  #row({ name, type }: Row, of: "record" | "enum", depth: number): string {
    const quoted = /^_*[A-Za-z][\w'-]*$/.test(name) ? name : JSON.stringify(name);
    if (of === "record") return `${quoted} : ${type === undefined ? "Dyn" : this.#show(type, depth + 1)}`;
    if (type === undefined) return `'${quoted}`;
    const argument = resolve(type);
    const isLoose = ["arrow", "forall", "array"].includes(argument.kind) || isApplied(argument);
    return `'${quoted} ${this.#showWithin(argument, isLoose, depth)}`;
  }

  #tail(tail: Rows): string | undefined {
    switch (tail.kind) {
      case "dyn":
        return "Dyn";
      case "bound":
        return tail.name;
      case "rigid":
        return this.#name(tail.rigid, tail.rigid.name);
      case "flexible":
        return this.#name(tail.variable, tail.variable.name);
      default:
        return undefined;
    }
  }

  #name(variable: object, given: string | undefined): string {
    const known = this.#names.get(variable);
    if (known !== undefined) return known;
    const name = given ?? `_${letters(this.#count++)}`;
    const used = new Set(this.#names.values());
    let unique = name;
    for (let suffix = 1; used.has(unique); suffix += 1) unique = `${name}${suffix}`;
    this.#names.set(variable, unique);
    return unique;
  }
}

function isApplied(type: Type): boolean {
  return type.kind === "contract" && type.term.kind === "apply";
}

function letters(count: number): string {
  const letter = String.fromCodePoint(97 + (count % 26));
  return count < 26 ? letter : `${letter}${Math.floor(count / 26)}`;
}

/** A contract as it stands in the text, on one line. */
export function showContract({ span }: Term): string {
  const text = span.file.text.slice(span.start, span.end).replace(/\s+/g, " ");
  return text.length > contractLimit ? `${text.slice(0, contractLimit)}…` : text;
}
