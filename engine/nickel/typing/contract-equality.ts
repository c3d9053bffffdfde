// Whether two contracts are the same type. Each is opaque, but an alias is what it stands for, and applications,
// records, arrays and constants are compared part by part. How many names are followed is limited, so that contracts
// that mention one another come to an end; anything else is different from all but itself.

import { equals, parseNumber } from "../number.ts";
import type {
  Annotations,
  EnumRow,
  FieldDefinition,
  FieldMetadata,
  Name,
  RecordTerm,
  Term,
  TypeNode,
} from "../syntax/ast.ts";
import type { Terms } from "./context.ts";

const followedNames = 12;

/** The same contract, each with the lets around it. */
export function contractsEqual(left: Term, leftTerms: Terms, right: Term, rightTerms: Terms): boolean {
  return new Comparison(leftTerms, rightTerms, { left: followedNames }).terms(left, right);
}

/** Two places with the lets around them. */
class Comparison {
  readonly #left: Terms;
  readonly #right: Terms;
  /** How many names may still be followed, by the whole comparison. */
  readonly #budget: { left: number };
  /** Variables of `forall`s on both sides that correspond. */
  readonly #variables: readonly (readonly [string, string])[];

  constructor(
    left: Terms,
    right: Terms,
    budget: { left: number },
    variables: readonly (readonly [string, string])[] = [],
  ) {
    this.#left = left;
    this.#right = right;
    this.#budget = budget;
    this.#variables = variables;
  }

  terms(left: Term, right: Term): boolean {
    if (left === right && this.#left === this.#right) return true;
    if (left.kind === "variable" || right.kind === "variable") return this.#names(left, right);
    switch (left.kind) {
      case "null":
        return right.kind === "null";
      case "bool":
        return right.kind === "bool" && left.value === right.value;
      case "number":
        return right.kind === "number" && sameNumber(left.text, right.text);
      case "string":
        return right.kind === "string" && left.value === right.value;
      case "tag":
        return right.kind === "tag" && left.tag.text === right.tag.text;
      case "variant":
        return (
          right.kind === "variant" &&
          left.tag.text === right.tag.text &&
          this.terms(left.argument, right.argument)
        );
      case "array":
        return right.kind === "array" && this.#all(left.items, right.items);
      case "apply":
        return (
          right.kind === "apply" &&
          this.terms(left.head, right.head) &&
          this.#all(left.arguments, right.arguments)
        );
      case "record":
        return right.kind === "record" && this.#records(left, right);
      case "annotated":
        return (
          right.kind === "annotated" &&
          this.#annotations(left.annotations, right.annotations) &&
          this.terms(left.term, right.term)
        );
      case "access":
        return (
          right.kind === "access" &&
          left.field.text === right.field.text &&
          this.terms(left.record, right.record)
        );
      case "type":
        return right.kind === "type" && this.types(left.type, right.type);
      default:
        return false;
    }
  }

  /** At least one side is a name. */
  #names(left: Term, right: Term): boolean {
    const leftDefinition = left.kind === "variable" ? this.#left.get(left.name) : undefined;
    const rightDefinition = right.kind === "variable" ? this.#right.get(right.name) : undefined;
    if (left.kind === "variable" && right.kind === "variable") {
      if (leftDefinition === undefined && rightDefinition === undefined) return left.name === right.name;
      if (left.name === right.name && this.#left === this.#right) return true;
    }
    if (this.#budget.left === 0) return false;
    this.#budget.left -= 1;
    if (left.kind === "variable") {
      return (
        leftDefinition !== undefined &&
        this.#at(leftDefinition.terms, this.#right).terms(leftDefinition.term, right)
      );
    }
    return (
      rightDefinition !== undefined &&
      this.#at(this.#left, rightDefinition.terms).terms(left, rightDefinition.term)
    );
  }

  #at(left: Terms, right: Terms): Comparison {
    return new Comparison(left, right, this.#budget, this.#variables);
  }

  #all(left: readonly Term[], right: readonly Term[]): boolean {
    return pairwise(left, right, (one, other) => this.terms(one, other));
  }

  #records(left: RecordTerm, right: RecordTerm): boolean {
    return (
      left.open === right.open &&
      pairwise(byPath(left.fields), byPath(right.fields), (one, other) => this.#fields(one, other)) &&
      pairwise(
        left.includes.toSorted((one, other) => order(one.name.text, other.name.text)),
        right.includes.toSorted((one, other) => order(one.name.text, other.name.text)),
        (one, other) => one.name.text === other.name.text && this.#metadata(one.metadata, other.metadata),
      )
    );
  }

  #fields(left: FieldDefinition, right: FieldDefinition): boolean {
    const samePath = pairwise(
      left.path,
      right.path,
      (one, other) => one.kind === "static" && other.kind === "static" && one.name === other.name,
    );
    if (!samePath || !this.#metadata(left.metadata, right.metadata)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return this.terms(left.value, right.value);
  }

  #metadata(left: FieldMetadata, right: FieldMetadata): boolean {
    return (
      left.optional === right.optional &&
      left.notExported === right.notExported &&
      pairwise(left.priorities, right.priorities, (one, other) =>
        one.kind === "number"
          ? other.kind === "number" && sameNumber(one.text, other.text)
          : one.kind === other.kind,
      ) &&
      this.#annotations(left.annotations, right.annotations)
    );
  }

  #annotations(left: Annotations, right: Annotations): boolean {
    if (left.type === undefined || right.type === undefined) {
      if (left.type !== right.type) return false;
    } else if (!this.types(left.type, right.type)) return false;
    return pairwise(left.contracts, right.contracts, (one, other) => this.types(one, other));
  }

  types(left: TypeNode, right: TypeNode): boolean {
    switch (left.kind) {
      case "dyn":
      case "number":
      case "bool":
      case "string":
        return right.kind === left.kind;
      case "wildcard":
        return right.kind === "wildcard" && left.id === right.id;
      case "contract":
        return right.kind === "contract" && this.terms(left.term, right.term);
      case "variable":
        return right.kind === "variable" && this.#corresponds(left.name, right.name);
      case "arrow":
        return (
          right.kind === "arrow" &&
          this.types(left.domain, right.domain) &&
          this.types(left.codomain, right.codomain)
        );
      case "forall":
        return (
          right.kind === "forall" &&
          left.variableKind.kind === right.variableKind.kind &&
          this.#binding(left.variable, right.variable).types(left.body, right.body)
        );
      case "array":
        return right.kind === "array" && this.types(left.element, right.element);
      case "dictionary":
        return (
          right.kind === "dictionary" &&
          left.flavour === right.flavour &&
          this.types(left.element, right.element)
        );
      case "record":
        return (
          right.kind === "record" &&
          left.tail.kind === "closed" &&
          right.tail.kind === "closed" &&
          pairwise(byName(left.rows), byName(right.rows), (one, other) =>
            one.name.text === other.name.text ? this.types(one.type, other.type) : false,
          )
        );
      case "enum": {
        if (right.kind !== "enum" || left.tail !== undefined || right.tail !== undefined) return false;
        return pairwise(
          left.rows.toSorted((one, other) => order(enumRowName(one), enumRowName(other))),
          right.rows.toSorted((one, other) => order(enumRowName(one), enumRowName(other))),
          (one, other) => {
            if (enumRowName(one) !== enumRowName(other)) return false;
            if (one.argument === undefined || other.argument === undefined) return true;
            return this.types(one.argument, other.argument);
          },
        );
      }
      default:
        return false;
    }
  }

  #binding(left: Name, right: Name): Comparison {
    const variables = [...this.#variables, [left.text, right.text] as const];
    return new Comparison(this.#left, this.#right, this.#budget, variables);
  }

  /** The innermost `forall` of each name must be the same. */
  #corresponds(left: string, right: string): boolean {
    const nearest = this.#variables.findLast(([one, other]) => one === left || other === right);
    return nearest !== undefined && nearest[0] === left && nearest[1] === right;
  }
}

function pairwise<T>(left: readonly T[], right: readonly T[], same: (one: T, other: T) => boolean): boolean {
  return (
    left.length === right.length &&
    left.every((one, at) => {
      const other = right[at];
      return other !== undefined && same(one, other);
    })
  );
}

function byPath(fields: readonly FieldDefinition[]): readonly FieldDefinition[] {
  return fields.toSorted((one, other) => order(pathText(one), pathText(other)));
}

function pathText({ path }: FieldDefinition): string {
  return path.map((element) => (element.kind === "static" ? JSON.stringify(element.name) : "%")).join(".");
}

function byName<T extends { readonly name: Name }>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((one, other) => order(one.name.text, other.name.text));
}

/** A tag and the same tag with an argument are two rows. */
function enumRowName({ tag, argument }: EnumRow): string {
  return `${tag.text}${argument === undefined ? "" : " "}`;
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function sameNumber(left: string, right: string): boolean {
  const one = parseNumber(left.replace(/\s+/g, ""));
  const other = parseNumber(right.replace(/\s+/g, ""));
  return one !== undefined && other !== undefined && equals(one, other);
}
