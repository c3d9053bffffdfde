// Values in a few words, for messages. Nothing is computed for it.

import { unreachable } from "../../core/unreachable.ts";
import { printNumber } from "../number.ts";
import type { Value } from "./value.ts";

/** "the number 5", "the string \"a\"", "a record", …: as the subject of a sentence or after "this is". */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "bool":
      return `the boolean ${value.value}`;
    case "number":
      return `the number ${printNumber(value.value)}`;
    case "string": {
      const short = value.value.length > 40 ? `${value.value.slice(0, 39)}…` : value.value;
      return `the string ${JSON.stringify(short)}`;
    }
    case "enum":
      return value.argument === undefined
        ? `the enum tag '${value.tag}`
        : `the enum variant '${value.tag} with an argument`;
    case "array":
      return "an array";
    case "record":
      return "a record";
    case "function":
      return "a function";
    case "type":
      return "a type";
    case "contract":
      return "a custom contract";
    case "label":
      return "a label";
    case "key":
      return "a sealing key";
    case "sealed":
      return "a sealed value";
    default:
      return unreachable(value);
  }
}

/** What `%typeof%` answers. */
export function typeTag(value: Value): string {
  switch (value.kind) {
    case "bool":
      return "Bool";
    case "number":
      return "Number";
    case "string":
      return "String";
    case "array":
      return "Array";
    case "record":
      return "Record";
    case "function":
      return "Function";
    case "enum":
      return "Enum";
    case "label":
      return "Label";
    case "contract":
      return "CustomContract";
    case "type":
      return "Type";
    case "null":
    case "key":
    case "sealed":
      return "Other";
    default:
      return unreachable(value);
  }
}
