// Syntax trees as short texts, for tests: (head part part …), names and literals as they are.

import { unreachable } from "../../engine/core/unreachable.ts";
import type {
  Annotations,
  Chunk,
  FieldMetadata,
  PathElement,
  Pattern,
  Rest,
  Term,
  TypeNode,
} from "../../engine/nickel/syntax/ast.ts";

export function showTerm(term: Term): string {
  switch (term.kind) {
    case "null":
      return "null";
    case "bool":
      return String(term.value);
    case "number":
      return term.text;
    case "string":
      return JSON.stringify(term.value);
    case "template":
      return `(template ${term.chunks.map(showChunk).join(" ")})`;
    case "symbolic":
      return `(symbolic ${term.prefix.text} ${term.chunks.map(showChunk).join(" ")})`;
    case "variable":
      return term.name;
    case "tag":
      return `'${term.tag.text}`;
    case "variant":
      return `(variant ${term.tag.text} ${showTerm(term.argument)})`;
    case "array":
      return `[${term.items.map(showTerm).join(" ")}]`;
    case "record":
      return `{${[
        ...term.includes.map((include) => `(include ${include.name.text}${showMetadata(include.metadata)})`),
        ...term.fields.map(
          (field) =>
            `(${field.path.map(showPathElement).join(".")}${showMetadata(field.metadata)}${
              field.value === undefined ? "" : ` = ${showTerm(field.value)}`
            })`,
        ),
        ...(term.open ? [".."] : []),
      ].join(" ")}}`;
    case "let":
      return `(let${term.recursive ? " rec" : ""} ${term.bindings
        .map(
          (binding) =>
            `(${showPattern(binding.pattern)}${showAnnotations(binding.annotations)}${
              binding.doc === undefined ? "" : ` doc:${binding.doc}`
            } = ${showTerm(binding.value)})`,
        )
        .join(" ")} ${showTerm(term.body)})`;
    case "function":
      return `(fun ${term.parameters.map(showPattern).join(" ")} ${showTerm(term.body)})`;
    case "if":
      return `(if ${showTerm(term.condition)} ${showTerm(term.consequent)} ${showTerm(term.alternative)})`;
    case "match":
      return `(match ${term.branches
        .map(
          (branch) =>
            `(${showPattern(branch.pattern)}${branch.guard === undefined ? "" : ` if ${showTerm(branch.guard)}`} => ${showTerm(
              branch.body,
            )})`,
        )
        .join(" ")})`;
    case "apply":
      return `(${[term.head, ...term.arguments].map(showTerm).join(" ")})`;
    case "unary":
      return `(${term.operator} ${showTerm(term.operand)})`;
    case "binary":
      return `(${term.operator} ${showTerm(term.left)} ${showTerm(term.right)})`;
    case "operator":
      return `(op ${term.operator})`;
    case "primop":
      return `(%${term.name}%${term.label === undefined ? "" : ` ${term.label.text}`} ${term.arguments.map(showTerm).join(" ")})`;
    case "access":
      return `(. ${showTerm(term.record)} ${term.field.text})`;
    case "dynamic-access":
      return `(. ${showTerm(term.record)} ${showTerm(term.field)})`;
    case "annotated":
      return `(annotated ${showTerm(term.term)}${showAnnotations(term.annotations)})`;
    case "type":
      return `<${showType(term.type)}>`;
    case "import":
      return `(import ${term.format} ${term.path})`;
    case "import-package":
      return `(import-package ${term.name.text})`;
    default:
      return unreachable(term);
  }
}

function showChunk(chunk: Chunk): string {
  return chunk.kind === "text" ? JSON.stringify(chunk.text) : showTerm(chunk.term);
}

function showPathElement(element: PathElement): string {
  return element.kind === "static" ? element.name : showTerm(element.term);
}

function showAnnotations({ type, contracts }: Annotations): string {
  return `${type === undefined ? "" : ` : ${showType(type)}`}${contracts.map((one) => ` | ${showType(one)}`).join("")}`;
}

function showMetadata(metadata: FieldMetadata): string {
  return [
    showAnnotations(metadata.annotations),
    metadata.doc === undefined ? "" : ` doc:${metadata.doc}`,
    ...metadata.priorities.map(
      (priority) => ` ${priority.kind === "number" ? `priority:${priority.text}` : priority.kind}`,
    ),
    metadata.optional ? " optional" : "",
    metadata.notExported ? " not_exported" : "",
  ].join("");
}

function showType(type: TypeNode): string {
  switch (type.kind) {
    case "dyn":
      return "Dyn";
    case "number":
      return "Number";
    case "bool":
      return "Bool";
    case "string":
      return "String";
    case "contract":
      return `contract:${showTerm(type.term)}`;
    case "variable":
      return `var:${type.name}`;
    case "wildcard":
      return `_${type.id}`;
    case "arrow":
      return `(-> ${showType(type.domain)} ${showType(type.codomain)})`;
    case "forall": {
      const { kind } = type.variableKind;
      const excluded = kind === "type" ? "" : `:${kind}(${Array.from(type.variableKind.excluded).join(" ")})`;
      return `(forall ${type.variable.text}${excluded} ${showType(type.body)})`;
    }
    case "array":
      return `(Array ${showType(type.element)})`;
    case "dictionary":
      return `{_ ${type.flavour === "type" ? ":" : "|"} ${showType(type.element)}}`;
    case "record": {
      const rows = type.rows.map((row) => `${row.name.text}: ${showType(row.type)}`).join(", ");
      const tail =
        type.tail.kind === "closed" ? "" : `; ${type.tail.kind === "dyn" ? "Dyn" : type.tail.name.text}`;
      return `{${rows}${tail}}`;
    }
    case "enum": {
      const rows = type.rows.map(({ tag, argument }) =>
        argument === undefined ? tag.text : `${tag.text} ${showType(argument)}`,
      );
      return `[|${rows.join(", ")}${type.tail === undefined ? "" : `; ${type.tail.text}`}|]`;
    }
    default:
      return unreachable(type);
  }
}

function showPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case "wildcard":
      return "_";
    case "variable":
      return pattern.name;
    case "constant":
      return showTerm(pattern.constant);
    case "tag":
      return `'${pattern.tag.text}`;
    case "variant":
      return `('${pattern.tag.text} ${showPattern(pattern.argument)})`;
    case "record": {
      const fields = pattern.fields.map(
        ({ field, annotations, fallback, pattern: inner }) =>
          `${field.text}${showAnnotations(annotations)}${fallback === undefined ? "" : ` ? ${showTerm(fallback)}`} = ${showPattern(inner)}`,
      );
      return `{${[...fields, ...showRest(pattern.rest)].join(", ")}}`;
    }
    case "array":
      return `[${[...pattern.items.map(showPattern), ...showRest(pattern.rest)].join(", ")}]`;
    case "alias":
      return `(${pattern.name.text} @ ${showPattern(pattern.pattern)})`;
    case "or":
      return `(or ${pattern.alternatives.map(showPattern).join(" ")})`;
    default:
      return unreachable(pattern);
  }
}

function showRest(rest: Rest): string[] {
  return rest.kind === "closed" ? [] : [rest.kind === "open" ? ".." : `..${rest.name.text}`];
}
