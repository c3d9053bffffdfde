// The YAML reader: YAML 1.2 with the core schema's words, anchors as shared nodes, keys always strings as written.

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments, Scalar } from "yaml";
import type { SourceFile, Span } from "../../core/source.ts";
import { type Num, parseNumber } from "../number.ts";
import type { DataEntry, DataNode } from "./data.ts";
import { DataFault, nestingLimit } from "./data-fault.ts";

type ArrayNode = Extract<DataNode, { kind: "array" }>;

/** One document as it is, several as an array, none as null. @throws DataFault at the first fault. */
export function readYaml(file: SourceFile): DataNode {
  const documents = readYamlDocuments(file);
  const [first, ...others] = documents.items;
  if (first === undefined) return { kind: "null", span: documents.span };
  return others.length === 0 ? first : documents;
}

/** All documents as an array. @throws DataFault at the first fault. */
export function readYamlDocuments(file: SourceFile): ArrayNode {
  const parsed = parseAllDocuments(file.text, {
    // Scalars come as strings; the words of the core schema are told apart below, exactly as Nickel does.
    schema: "failsafe",
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const whole: Span = { file, start: 0, end: file.text.length };
  const documents = Array.isArray(parsed) ? parsed : [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error === undefined) continue;
    const isOverflow = /call stack/.test(error.message);
    const what = isOverflow ? `nested more than ${nestingLimit} levels deep` : sentence(error.message);
    throw new DataFault(what, error.pos[0], error.pos[1]);
  }
  const items = documents.map((document) => new YamlReader(file).document(document));
  return { kind: "array", items, span: whole };
}

/** The library's message as the rest of a sentence: its first line, with a small letter. */
function sentence(message: string): string {
  const [line = ""] = message.split("\n");
  return line.charAt(0).toLowerCase() + line.slice(1);
}

class YamlReader {
  readonly #file: SourceFile;
  readonly #anchors = new Map<string, DataNode>();
  #depth = 0;

  constructor(file: SourceFile) {
    this.#file = file;
  }

  document(document: Document.Parsed): DataNode {
    return this.#node(document.contents, document.range[0]);
  }

  #spanOf(node: Node, fallback: number): Span {
    const [start, end] = node.range ?? [fallback, fallback];
    return { file: this.#file, start, end };
  }

  /** `at` is where an empty node would stand. */
  #node(node: unknown, at: number): DataNode {
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      const { start, end } = this.#spanOf(node, at);
      if (target === undefined) throw new DataFault(`unknown anchor \`${node.source}\``, start, end);
      return target;
    }
    if (isScalar(node)) {
      const value = this.#scalar(node, this.#spanOf(node, at));
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, value);
      return value;
    }
    if (isSeq(node)) {
      const items: DataNode[] = [];
      const span = this.#spanOf(node, at);
      const array: DataNode = { kind: "array", items, span };
      this.#within(node.anchor, array, () => {
        for (const item of node.items) items.push(this.#node(item, span.start));
      });
      return array;
    }
    if (isMap(node)) {
      const entries: DataEntry[] = [];
      const span = this.#spanOf(node, at);
      const record: DataNode = { kind: "record", entries, span };
      this.#within(node.anchor, record, () => {
        for (const pair of node.items) {
          const { key, keySpan } = this.#key(pair.key, span.start);
          entries.push({ key, keySpan, value: this.#node(pair.value, keySpan.end) });
        }
      });
      return record;
    }
    return { kind: "null", span: { file: this.#file, start: at, end: at } };
  }

  /** Fills a collection, which its own parts may refer to. */
  #within(anchor: string | undefined, collection: DataNode, fill: () => void): void {
    if (anchor !== undefined) this.#anchors.set(anchor, collection);
    this.#depth += 1;
    if (this.#depth > nestingLimit) {
      throw new DataFault(`nested more than ${nestingLimit} levels deep`, collection.span.start);
    }
    fill();
    this.#depth -= 1;
  }

  #key(node: unknown, at: number): { key: string; keySpan: Span } {
    if (node === null) return { key: "~", keySpan: { file: this.#file, start: at, end: at } };
    if (!isScalar(node)) {
      const { start, end } =
        isAlias(node) || isMap(node) || isSeq(node) ? this.#spanOf(node, at) : { start: at, end: at + 1 };
      throw new DataFault("Nickel records only have string keys", start, end);
    }
    const span = this.#spanOf(node, at);
    const text = textOf(node);
    const key = text === "" && isPlain(node) ? "~" : text;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, { kind: "string", value: key, span });
    return { key, keySpan: span };
  }

  #scalar(node: Scalar, span: Span): DataNode {
    const text = textOf(node);
    if (!isPlain(node)) return { kind: "string", value: text, span };
    const { tag } = node;
    if (tag?.startsWith(coreTag) === true) return this.#tagged(tag.slice(coreTag.length), text, span);
    return this.#inferred(text, span);
  }

  #inferred(text: string, span: Span): DataNode {
    switch (text) {
      case "":
      case "~":
      case "null":
      case "Null":
      case "NULL":
        return { kind: "null", span };
      case "true":
      case "True":
      case "TRUE":
        return { kind: "bool", value: true, span };
      case "false":
      case "False":
      case "FALSE":
        return { kind: "bool", value: false, span };
      default: {
        const number = this.#number(text, span);
        return number === undefined
          ? { kind: "string", value: text, span }
          : { kind: "number", value: number, span };
      }
    }
  }

  /** A plain scalar with an explicit tag of the core schema. */
  #tagged(type: string, text: string, span: Span): DataNode {
    const refuse = (what: string): never => {
      throw new DataFault(what, span.start, span.end);
    };
    switch (type) {
      case "str":
        return { kind: "string", value: text, span };
      case "bool":
        return text === "true" || text === "false"
          ? { kind: "bool", value: text === "true", span }
          : refuse("invalid bool scalar");
      case "int":
        return /^[+-]?\d+$/.test(text)
          ? { kind: "number", value: this.#number(text, span) ?? refuse("invalid int scalar"), span }
          : refuse("invalid int scalar");
      case "float":
        return { kind: "number", value: this.#number(text, span) ?? refuse("invalid float scalar"), span };
      case "null":
        return text === "~" || text === "null" || text === ""
          ? { kind: "null", span }
          : refuse("invalid null scalar");
      default:
        return refuse("unknown tag");
    }
  }

  /** The number that a plain scalar spells, if it does. */
  #number(text: string, span: Span): Num | undefined {
    if (/^(?:[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(text)) {
      throw new DataFault("Nickel numbers cannot be infinite or NaN", span.start, span.end);
    }
    if (/^0x[\dA-Fa-f]+$|^0o[0-7]+$/.test(text))
      return BigInt(text) < 1n << 63n ? parseNumber(text) : undefined;
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
    const value = parseNumber(text);
    if (value === undefined) throw new DataFault("a number beyond all bounds", span.start, span.end);
    return value;
  }
}

const coreTag = "tag:yaml.org,2002:";

function isPlain(node: Scalar): boolean {
  return node.type === undefined || node.type === Scalar.PLAIN;
}

/** Under the failsafe schema every scalar's value is its text. */
function textOf(node: Scalar): string {
  return typeof node.value === "string" ? node.value : "";
}
