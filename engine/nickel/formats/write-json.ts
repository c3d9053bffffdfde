// The JSON writers: non-ASCII text as it is, fields in the order they have, every number with all its digits. No depth of
// the value is too much for the stack.

import { unreachable } from "../../core/unreachable.ts";
import type { Located } from "../located.ts";

/** Over several lines, with two blanks of indentation, as `nickel export` prints it; without a final newline. */
export function writeJson(value: Located): string {
  return write(value, { colon: ": ", isIndented: true });
}

/** On one line, without blanks. */
export function writeJsonLine(value: Located): string {
  return write(value, { colon: ":", isIndented: false });
}

interface Layout {
  readonly colon: string;
  readonly isIndented: boolean;
}

/** An array or record of which a part is written. */
interface Open {
  readonly items: Iterator<Located | readonly [string, { readonly value: Located }]>;
  readonly close: string;
  isEmpty: boolean;
}

function write(value: Located, { colon, isIndented }: Layout): string {
  const open: Open[] = [];
  const breaks: string[] = [];
  /** Where the next line begins, so many levels deep. */
  const lineBreak = (depth: number): string =>
    isIndented ? (breaks[depth] ??= `\n${"  ".repeat(depth)}`) : "";
  let text = "";
  const begin = (located: Located): void => {
    switch (located.kind) {
      case "null":
        text += "null";
        break;
      case "bool":
        text += String(located.value);
        break;
      case "number":
        text += located.text;
        break;
      case "string":
        text += JSON.stringify(located.value);
        break;
      case "enum":
        text += JSON.stringify(located.tag);
        break;
      case "array":
        text += "[";
        open.push({ items: located.items.values(), close: "]", isEmpty: true });
        break;
      case "record":
        text += "{";
        open.push({ items: located.fields.entries(), close: "}", isEmpty: true });
        break;
      default:
        unreachable(located);
    }
  };
  begin(value);
  for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
    const next = inner.items.next();
    if (next.done === true) {
      open.pop();
      text += inner.isEmpty ? inner.close : lineBreak(open.length) + inner.close;
      continue;
    }
    text += (inner.isEmpty ? "" : ",") + lineBreak(open.length);
    inner.isEmpty = false;
    const part = next.value;
    if ("kind" in part) begin(part);
    else {
      const [name, field] = part;
      text += JSON.stringify(name) + colon;
      begin(field.value);
    }
  }
  return text;
}
