// What is left to check of a static type when the program runs. The term was checked against it, so what the term
// itself gives (a positive position) is as it should be; what untyped code hands to it (a negative one) may not be.

import { unreachable } from "../../core/unreachable.ts";
import type { CoreType, TypeVariable } from "./core.ts";

/**
 * The type with `Dyn` for what need not be checked; `Dyn` alone when nothing is left. Of a trusted text (the standard
 * library) contracts and functions without anything to check are left out as well.
 */
export function simplifyStatic(type: CoreType, isTrusted: boolean): CoreType {
  return new Simplifier(isTrusted).simplify(type, true);
}

class Simplifier {
  readonly #isTrusted: boolean;
  /** Variables of `forall`s in positive position: a typed term cannot misuse them. */
  readonly #dropped = new Set<TypeVariable>();

  constructor(isTrusted: boolean) {
    this.#isTrusted = isTrusted;
  }

  simplify(type: CoreType, isPositive: boolean): CoreType {
    const dyn: CoreType = { kind: "dyn", span: type.span };
    switch (type.kind) {
      case "dyn":
        return type;
      case "number":
      case "bool":
      case "string":
        return isPositive ? dyn : type;
      case "contract":
        return isPositive && this.#isTrusted ? dyn : type;
      case "variable":
        return this.#dropped.has(type.variable) ? dyn : type;
      case "forall":
        if (!isPositive) return { ...type, body: this.simplify(type.body, isPositive) };
        this.#dropped.add(type.variable);
        return this.simplify(type.body, isPositive);
      case "arrow": {
        const domain = this.simplify(type.domain, !isPositive);
        const codomain = this.simplify(type.codomain, isPositive);
        const isEmpty = domain.kind === "dyn" && codomain.kind === "dyn";
        return isEmpty && isPositive && this.#isTrusted ? dyn : { ...type, domain, codomain };
      }
      case "array":
      case "dictionary": {
        const element = this.simplify(type.element, isPositive);
        return isPositive && element.kind === "dyn" ? dyn : { ...type, element };
      }
      case "record":
        return this.#record(type, isPositive);
      case "enum": {
        const rows = type.rows.map((row) => ({
          ...row,
          argument: row.argument === undefined ? undefined : this.simplify(row.argument, isPositive),
        }));
        const isEmpty = rows.every(({ argument }) => argument === undefined || argument.kind === "dyn");
        return isPositive && isEmpty ? dyn : { ...type, rows };
      }
      default:
        return unreachable(type);
    }
  }

  #record(type: CoreType & { kind: "record" }, isPositive: boolean): CoreType {
    const rows = type.rows.map((row) => ({ ...row, type: this.simplify(row.type, isPositive) }));
    // What is behind a sealed tail depends on which fields stand before it.
    const isSealed = typeof type.tail === "object" && !this.#dropped.has(type.tail);
    if (isSealed) return { ...type, rows };
    if (!isPositive)
      return {
        ...type,
        rows,
        tail: typeof type.tail === "object" ? unsealed(type.tail, type.rows) : type.tail,
      };
    const left = rows.filter((row) => row.type.kind !== "dyn");
    return left.length === 0 ? { kind: "dyn", span: type.span } : { ...type, rows: left, tail: "dyn" };
  }
}

/** A tail that hides nothing: what is left to check is that it lacks the names that stand before it elsewhere. */
function unsealed(
  { name, kind }: TypeVariable,
  rows: readonly { readonly name: string }[],
): "dyn" | TypeVariable {
  if (kind.kind !== "record-rows") return "dyn";
  const excluded = kind.excluded.difference(new Set(rows.map((row) => row.name)));
  return excluded.size === 0 ? "dyn" : { name, kind: { ...kind, excluded } };
}
