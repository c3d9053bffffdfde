// Annotations behind terms, bindings and fields: types, contracts, documentation and the other metadata of fields.

import type { Annotations, FieldMetadata, Priority, TypeNode } from "./ast.ts";
import { misplacedMetadata, missingComma } from "./diagnostics.ts";
import { parseStaticString } from "./parse-string.ts";
import type { Parser } from "./parser.ts";
import { isMetadataWord, type Token } from "./token.ts";
import { fixAnnotations, noAnnotations, noMetadata } from "./uniterm.ts";

/** `: T` and `| C`, any number of them, with type variables fixed. */
export function parseAnnotations(p: Parser): Annotations {
  if (p.kind !== ":" && p.kind !== "|") return noAnnotations;
  const collector = new Collector();
  while (p.kind === ":" || p.kind === "|") parseTypeAnnotation(p, collector);
  return fixAnnotations(p, collector.annotations());
}

/** The same and `| doc "…"`. */
export function parseBindingAnnotations(p: Parser): { annotations: Annotations; doc: string | undefined } {
  const { annotations, doc } = parseFieldMetadata(p, "a binding");
  return { annotations: fixAnnotations(p, annotations), doc };
}

/** All metadata of a field, with type variables unfixed; for the metadata words of `what` other than a field, complains. */
export function parseFieldMetadata(p: Parser, what: "a field" | "a binding"): FieldMetadata {
  if (p.kind !== ":" && p.kind !== "|") return noMetadata;
  const collector = new Collector();
  const priorities: Priority[] = [];
  let doc: string | undefined;
  let optional = false;
  let notExported = false;
  while (p.kind === ":" || p.kind === "|") {
    const word = p.kind === "|" ? p.peek() : undefined;
    if (word === "rec" || (word !== undefined && isMetadataWord(word))) {
      p.next();
      const { token } = p;
      if (word === "rec")
        p.unexpected("a contract", "recursive priorities were dropped; annotate the inner fields");
      if (word !== "doc" && what === "a binding") {
        p.unexpected("a contract or `doc`", `\`${word}\` belongs to a record's field, not to a \`let\``);
      }
      p.next();
      const span = p.spanOf(token);
      if (word === "doc") {
        const text = parseStaticString(p, "documentation", true).value;
        doc ??= text;
      } else if (word === "optional") optional = true;
      else if (word === "not_exported") notExported = true;
      else if (word === "priority") priorities.push(parsePriority(p));
      else priorities.push({ kind: word, span });
    } else parseTypeAnnotation(p, collector);
  }
  return { annotations: collector.annotations(), doc, priorities, optional, notExported };
}

/** First static type and contracts, as they come; a further static type counts as a contract. */
class Collector {
  #type: TypeNode | undefined;
  readonly #contracts: TypeNode[] = [];

  add(isType: boolean, node: TypeNode): void {
    if (isType && this.#type === undefined) this.#type = node;
    else this.#contracts.push(node);
  }

  annotations(): Annotations {
    return { type: this.#type, contracts: this.#contracts };
  }
}

function parseTypeAnnotation(p: Parser, collector: Collector): void {
  const { previous } = p;
  const isType = p.next().kind === ":";
  if (isType && p.kind === "=" && p.token.start === p.previous?.end) {
    p.complainHere("a type", "a value is given with `=` alone");
    return;
  }
  if (!isType && isMetadataWord(p.kind) && !p.isMisused()) refuseMetadata(p, previous);
  collector.add(isType, p.type());
}

/** A metadata word behind a term: what stands before it may be the next field's name, read as an argument. */
function refuseMetadata(p: Parser, previous: Token | undefined): never {
  const { text } = p.file;
  if (previous?.kind === "identifier" && /\n[ \t]*$/.test(text.slice(0, previous.start))) {
    // Behind the name stand `|` and the word.
    p.failAndResume(missingComma, { field: previous.value }, p.spanOf(previous), p.index - 2);
  }
  return p.fail(misplacedMetadata, { word: p.token.value }, p.here());
}

/** The number behind `priority`. */
function parsePriority(p: Parser): Priority {
  const { start } = p.token;
  const sign = p.eat("-") === undefined ? "" : "-";
  const number = p.expect("number", "the priority as a number");
  return { kind: "number", text: sign + number.value, span: p.spanFrom(start) };
}
