// The texts of the standard library, one a module, and their syntax trees: a module is parsed when it is first asked
// for, and once for all evaluators.

import type { SourceFile } from "../../core/source.ts";
import { librarySource } from "../eval/library.ts";
import type { Term } from "../syntax/ast.ts";
import { parse } from "../syntax/parse.ts";
import arrayText from "./array.ncl.ts";
import contractText from "./contract.ncl.ts";
import enumText from "./enum.ncl.ts";
import functionText from "./function.ncl.ts";
import numberText from "./number.ncl.ts";
import packageText from "./package.ncl.ts";
import recordText from "./record.ncl.ts";
import stringText from "./string.ncl.ts";
import testText from "./test.ncl.ts";
import topText from "./top.ncl.ts";

const texts = {
  array: arrayText,
  contract: contractText,
  enum: enumText,
  function: functionText,
  number: numberText,
  package: packageText,
  record: recordText,
  string: stringText,
  test: testText,
  top: topText,
};

/** `top` holds the functions that stand in `std` itself; the others are its fields of the same names. */
export type ModuleName = keyof typeof texts;

/** Those that are fields of `std`, sorted. */
export const moduleNames = [
  "array",
  "contract",
  "enum",
  "function",
  "number",
  "package",
  "record",
  "string",
  "test",
] as const satisfies readonly ModuleName[];

/** The names that the module `top` defines, sorted: known without parsing it. */
export const topLevelNames = [
  "FailWith",
  "cast",
  "deep_seq",
  "deserialize",
  "fail_with",
  "hash",
  "is_array",
  "is_bool",
  "is_enum",
  "is_function",
  "is_number",
  "is_record",
  "is_string",
  "seq",
  "serialize",
  "to_string",
  "trace",
  "typeof",
] as const;

const parsed = new Map<ModuleName, Term>();

export function moduleSource(name: ModuleName): SourceFile {
  return librarySource(name, texts[name]);
}

/** The syntax tree of a module: a record, perhaps behind bindings of its own. */
export function parseModule(name: ModuleName): Term {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const { term, diagnostics } = parse(moduleSource(name));
  if (term === undefined) throw new Error(`std.${name}: ${diagnostics[0]?.message}`);
  parsed.set(name, term);
  return term;
}
