// Imported data as values: containers are converted when they are asked for, each once, so that shared and even
// recursive nodes stay shared.

import { unreachable } from "../../core/unreachable.ts";
import type { DataNode } from "../formats/data.ts";
import type { Num } from "../number.ts";
import { merge } from "./merge.ts";
import { Field, plainAttributes, plainField, RecordValue } from "./record.ts";
import { delay } from "./thunk.ts";
import {
  ArrayValue,
  BoolValue,
  type Lazy,
  NullValue,
  NumberValue,
  StringValue,
  type Value,
} from "./value.ts";

/** How a text that a program deserializes is read, unlike an imported file. */
export interface Deserializing {
  /** Of a key that occurs twice the last value counts; otherwise it is defined piecewise. */
  readonly lastWins?: boolean;
  /** What numbers become. */
  readonly number?: (exact: Num) => Num;
}

/** Converts the whole of a file. */
export function fromData(
  root: DataNode,
  { lastWins = false, number = (exact) => exact }: Deserializing = {},
): Lazy {
  const known = new Map<DataNode, Lazy>();
  return convert(root);

  function convert(node: DataNode): Lazy {
    switch (node.kind) {
      case "null":
        return new NullValue(node.span);
      case "bool":
        return new BoolValue(node.value, node.span);
      case "number":
        return new NumberValue(number(node.value), node.span);
      case "string":
        return new StringValue(node.value, node.span);
      case "array":
      case "record": {
        const present = known.get(node);
        if (present !== undefined) return present;
        const lazy = delay(() => convertContainer(node), node.span);
        known.set(node, lazy);
        return lazy;
      }
      default:
        return unreachable(node);
    }
  }

  function convertContainer(node: Extract<DataNode, { kind: "array" | "record" }>): Value {
    if (node.kind === "array") return new ArrayValue(node.items.map(convert), [], node.span);
    const fields = new Map<string, Field>();
    for (const { key, keySpan, value } of node.entries) {
      const present = fields.get(key)?.definition;
      const lazy = convert(value);
      if (lastWins || present === undefined || present.kind === "recipe")
        fields.set(key, plainField(lazy, keySpan));
      else
        fields.set(
          key,
          new Field(
            delay(() => merge(present, lazy, keySpan), keySpan),
            [],
            plainAttributes,
            keySpan,
          ),
        );
    }
    return new RecordValue(fields, {}, node.span);
  }
}
