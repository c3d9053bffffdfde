// A name that nothing binds: what was likely meant by it.

import { nearMiss } from "../../core/near-miss.ts";
import type { Span } from "../../core/source.ts";

/** What other languages call it, and Nickel otherwise. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ...[
    ["True", "true"],
    ["TRUE", "true"],
    ["False", "false"],
    ["FALSE", "false"],
    ["None", "null"],
    ["nil", "null"],
    ["undefined", "null"],
    ["and", "&&"],
    ["not", "!"],
    ["builtin", "std"],
    ["builtins", "std"],
    ["lib", "std"],
    ["Int", "Number"],
    ["Integer", "std.number.Integer"],
    ["Nat", "std.number.Nat"],
    ["Float", "Number"],
    ["Boolean", "Bool"],
    ["Str", "String"],
    ["List", "Array"],
    ["Any", "Dyn"],
    ["Object", "{ _ : Dyn }"],
    ["map", "std.array.map` or `std.record.map"],
    ["filter", "std.array.filter` or `std.record.filter"],
    ["fold", "std.array.fold_left"],
    ["reduce", "std.array.reduce_left"],
    ["length", "std.array.length` or `std.string.length"],
    ["len", "std.array.length` or `std.string.length"],
    ["concat", "std.array.flatten"],
    ["join", "std.string.join"],
    ["split", "std.string.split"],
    ["range", "std.array.range"],
    ["keys", "std.record.fields"],
    ["values", "std.record.values"],
    ["toString", "std.to_string"],
    ["str", "std.to_string"],
    ["trace", "std.trace"],
    ["print", "std.trace"],
    ["from_predicate", "std.contract.from_predicate"],
  ].map(([name = "", here = ""]) => [name, `it is \`${here}\` in Nickel`] as const),
  ["self", "the fields of a record see one another by their names alone"],
  ["this", "the fields of a record see one another by their names alone"],
  ["or", "it is `||` in Nickel"],
]);

/** Help for the name at a place; `defining` are the names whose definitions it stands in, `visible` those in sight. */
export function unboundHelp(
  name: string,
  span: Span,
  defining: readonly (readonly string[])[],
  visible: Iterable<string>,
): string {
  const block = defining.findLast((names) => names.includes(name));
  if (block !== undefined)
    return block.length === 1
      ? "a `let` does not see itself: write `let rec`"
      : "the bindings of one `let` do not see one another: write `let rec`, or nest a second `let`";
  const lineStart = span.file.text.lastIndexOf("\n", span.start) + 1;
  if (name.endsWith("'") && span.file.text.slice(lineStart, span.start).includes("'"))
    return 'strings stand in "double quotes"';
  const known = elsewhere.get(name);
  if (known !== undefined) return known;
  const nearest = nearMiss(name, visible);
  return nearest === undefined ? `a text stands in quotes: \`"${name}"\`` : `did you mean \`${nearest}\`?`;
}
