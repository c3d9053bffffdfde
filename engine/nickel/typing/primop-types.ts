// The types of operators and primitive operations, as Nickel texts that are read when they are first asked for.

import { SourceFile } from "../../core/source.ts";
import type { BinaryOperator } from "../syntax/ast.ts";
import { parse } from "../syntax/parse.ts";
import { noTerms } from "./context.ts";
import { convertType } from "./convert.ts";
import { instantiate } from "./instantiate.ts";
import { arrow, string, type Type } from "./type.ts";

const numeric = "Number -> Number";
const comparison = "Number -> Number -> Bool";
const errorData =
  "{ message | String | optional, notes | Array String | optional, blame_location | Dyn | optional }";
const customResult = `[| 'Ok Dyn, 'Error ${errorData} |]`;
const match = "{ matched : String, index : Number, groups : Array String }";
const formats = "[| 'Json, 'Toml, 'Yaml, 'YamlDocuments |]";
const alphabets = "[| 'Standard, 'UrlSafe, 'NoPad, 'UrlSafeNoPad |]";
const polarity = "[| 'Positive, 'Negative |]";
const label = "Dyn -> Dyn";

const operators: Readonly<Record<BinaryOperator | "!" | ".", string>> = {
  "++": "String -> String -> String",
  "@": "forall a. Array a -> Array a -> Array a",
  "*": `Number -> ${numeric}`,
  "/": `Number -> ${numeric}`,
  "%": `Number -> ${numeric}`,
  "+": `Number -> ${numeric}`,
  "-": `Number -> ${numeric}`,
  "&": "Dyn -> Dyn -> Dyn",
  "|>": "forall a b. a -> (a -> b) -> b",
  "<": comparison,
  "<=": comparison,
  ">": comparison,
  ">=": comparison,
  "==": "forall a b. a -> b -> Bool",
  "!=": "forall a b. a -> b -> Bool",
  "&&": "Bool -> Bool -> Bool",
  "||": "Bool -> Bool -> Bool",
  "!": "Bool -> Bool",
  ".": "forall a. { _ : a } -> String -> a",
};

/** `Symbol` is a sealing key, which has no name among types that people write. */
const primops: Readonly<Record<string, string>> = {
  typeof:
    "Dyn -> [| 'Number, 'Bool, 'String, 'Enum, 'Function, 'CustomContract, 'Array, 'Record, 'Label, 'ForeignId, 'Type, 'Other |]",
  cast: "Dyn -> [| 'Number Number, 'Bool Bool, 'String String, 'Enum Dyn, 'Function (Dyn -> Dyn), 'CustomContract Dyn, 'Array (Array Dyn), 'Record { _ : Dyn }, 'Label Dyn, 'ForeignId Dyn, 'Type Dyn, 'Other Dyn |]",
  blame: "forall a. Dyn -> a",
  seq: "forall a b. a -> b -> b",
  deep_seq: "forall a b. a -> b -> b",
  force: "Dyn -> Dyn",
  to_string: "Dyn -> String",
  trace: "forall a. String -> a -> a",
  eval_nix: "String -> Dyn",
  seal: "Symbol -> Dyn -> Dyn -> Dyn",
  unseal: "Symbol -> Dyn -> Dyn -> Dyn",
  hash: "[| 'Md5, 'Sha1, 'Sha256, 'Sha512 |] -> String -> String",
  serialize: `forall a. ${formats} -> a -> String`,
  deserialize: `${formats} -> String -> Dyn`,
  pow: `Number -> ${numeric}`,
  "array/at": "forall a. Array a -> Number -> a",
  "array/generate": "forall a. Number -> (Number -> a) -> Array a",
  "array/length": "forall a. Array a -> Number",
  "array/map": "forall a b. Array a -> (a -> b) -> Array b",
  "array/slice": "forall a. Number -> Number -> Array a -> Array a",
  "contract/apply": `Dyn -> Dyn -> ${label}`,
  "contract/array_lazy_apply": "forall a. Dyn -> Dyn -> Array a -> Array a",
  "contract/check": `Dyn -> Dyn -> Dyn -> ${customResult}`,
  "contract/custom": `(Dyn -> Dyn -> ${customResult}) -> Dyn`,
  "contract/record_lazy_apply": "forall a. Dyn -> { _ : a } -> Dyn -> { _ : a }",
  "enum/get_arg": "Dyn -> Dyn",
  "enum/get_tag": "Dyn -> Dyn",
  "enum/is_variant": "Dyn -> Bool",
  "enum/make_variant": "String -> Dyn -> Dyn",
  "label/append_note": `String -> ${label}`,
  "label/flip_polarity": label,
  "label/go_array": label,
  "label/go_codom": label,
  "label/go_dict": label,
  "label/go_dom": label,
  "label/go_field": `String -> ${label}`,
  "label/insert_type_variable": `Symbol -> ${polarity} -> ${label}`,
  "label/lookup_type_variable": `Symbol -> Dyn -> { polarity : ${polarity} }`,
  "label/polarity": `Dyn -> ${polarity}`,
  "label/push_diag": label,
  "label/with_message": `String -> ${label}`,
  "label/with_notes": `Array String -> ${label}`,
  "number/arccos": numeric,
  "number/arcsin": numeric,
  "number/arctan": numeric,
  "number/arctan2": `Number -> ${numeric}`,
  "number/cos": numeric,
  "number/from_string": "String -> Number",
  "number/log": `Number -> ${numeric}`,
  "number/sin": numeric,
  "number/tan": numeric,
  "record/disjoint_merge": "forall a. { _ : a } -> { _ : a } -> { _ : a }",
  "record/empty_with_tail": "Dyn -> Dyn",
  "record/field_is_defined": "forall a. String -> { _ : a } -> Bool",
  "record/field_is_defined_with_opts": "forall a. String -> { _ : a } -> Bool",
  "record/fields": "forall a. { _ : a } -> Array String",
  "record/fields_with_opts": "forall a. { _ : a } -> Array String",
  "record/freeze": "forall a. { _ : a } -> { _ : a }",
  "record/has_field": "forall a. String -> { _ : a } -> Bool",
  "record/has_field_with_opts": "forall a. String -> { _ : a } -> Bool",
  "record/insert": "forall a. String -> { _ : a } -> a -> { _ : a }",
  "record/insert_with_opts": "forall a. String -> { _ : a } -> a -> { _ : a }",
  "record/map": "forall a b. { _ : a } -> (String -> a -> b) -> { _ : b }",
  "record/merge_contract": "Dyn -> Dyn -> Dyn -> Dyn",
  "record/remove": "forall a. String -> { _ : a } -> { _ : a }",
  "record/remove_with_opts": "forall a. String -> { _ : a } -> { _ : a }",
  "record/seal_tail": "Dyn -> Dyn -> { _ : Dyn } -> { _ : Dyn } -> Dyn",
  "record/split_pair":
    "forall a. { _ : a } -> { _ : a } -> { left_only : { _ : a }, right_only : { _ : a }, left_center : { _ : a }, right_center : { _ : a } }",
  "record/unseal_tail": "Dyn -> Dyn -> { _ : Dyn } -> Dyn",
  "record/values": "forall a. { _ : a } -> Array a",
  "string/base64_decode": `${alphabets} -> String -> [| 'Ok String, 'Error { message : String } |]`,
  "string/base64_encode": `${alphabets} -> String -> String`,
  "string/chars": "String -> Array String",
  "string/compare": "String -> String -> [| 'Lesser, 'Equal, 'Greater |]",
  "string/contains": "String -> String -> Bool",
  "string/find": `String -> String -> ${match}`,
  "string/find_all": `String -> String -> Array ${match}`,
  "string/is_match": "String -> String -> Bool",
  "string/length": "String -> Number",
  "string/lowercase": "String -> String",
  "string/replace": "String -> String -> String -> String",
  "string/replace_regex": "String -> String -> String -> String",
  "string/split": "String -> String -> Array String",
  "string/substr": "String -> Number -> Number -> String",
  "string/trim": "String -> String",
  "string/uppercase": "String -> String",
};

const read = new Map<string, Type>();

export function operatorType(operator: BinaryOperator | "!" | ".", level: number): Type {
  return instantiate(signature(operators[operator]), level, "flexible");
}

/** Of any operation but `enum/embed`, whose type depends on a tag. */
export function primopType(name: string, level: number): Type {
  // Any tag may come of a string, so what comes of it is like no other enum.
  if (name === "enum/from_string")
    return arrow(string, { kind: "enum", rows: { kind: "rigid", rigid: { name: "tags", level } } });
  const text = primops[name];
  if (text === undefined) throw new Error(`%${name}% has no type`);
  return instantiate(signature(text), level, "flexible");
}

function signature(text: string): Type {
  const known = read.get(text);
  if (known !== undefined) return known;
  const file = new SourceFile("<std>/types.ncl", `null | ${text}`);
  const { term } = parse(file);
  const node = term?.kind === "annotated" ? term.annotations.contracts[0] : undefined;
  if (node === undefined) throw new Error(`not a type: ${text}`);
  const type = withSymbols(convertType(node, noTerms));
  read.set(text, type);
  return type;
}

function withSymbols(type: Type): Type {
  if (type.kind === "arrow") return arrow(withSymbols(type.domain), withSymbols(type.codomain));
  const isSymbol = type.kind === "contract" && type.term.kind === "variable" && type.term.name === "Symbol";
  return isSymbol ? { kind: "symbol" } : type;
}
