// The standard library as a whole: its members with their types, and that only what is used of it is read.

import { describe, expect, test } from "vitest";
import type { Span } from "../../engine/core/source.ts";
import { exportValue } from "../../engine/nickel/eval/export.ts";
import { Loader, wholeSpan } from "../../engine/nickel/imports.ts";
import { createLibrary } from "../../engine/nickel/stdlib/library.ts";
import {
  type ModuleName,
  moduleNames,
  parseModule,
  topLevelNames,
} from "../../engine/nickel/stdlib/module.ts";
import type { Term } from "../../engine/nickel/syntax/ast.ts";
import { FakeFiles } from "../fakes/files.ts";
import { outcome } from "./evaluated.ts";

/** The fields of a record, behind bindings or not, each with the type or else the contract it is declared with. */
function signatures(term: Term, path: string): string[] {
  if (term.kind === "let") return signatures(term.body, path);
  if (term.kind !== "record") return [];
  return term.fields.flatMap((field) => {
    const [{ kind, ...name }] = field.path;
    if (kind === "dynamic" || !("name" in name)) throw new Error("a member without a fixed name");
    const { type, contracts } = field.metadata.annotations;
    const [first] = contracts;
    const at = `${path}${name.name}`;
    const declared =
      type !== undefined ? ` : ${flat(type.span)}` : first !== undefined ? ` | ${flat(first.span)}` : "";
    const isShape = field.value?.kind === "record" && field.metadata.priorities.length === 0;
    return [`${at}${declared}`, ...(isShape ? signatures(field.value, `${at}.`) : [])];
  });
}

function flat({ file, start, end }: Span): string {
  const words = file.text.slice(start, end).replace(/\s+/g, " ");
  return words.replaceAll("( ", "(").replaceAll(" )", ")");
}

const members = (name: ModuleName): string => signatures(parseModule(name), "").join("\n");

describe("members", () => {
  test("std", () => {
    expect(moduleNames).toMatchInlineSnapshot(`
      [
        "array",
        "contract",
        "enum",
        "function",
        "number",
        "package",
        "record",
        "string",
        "test",
      ]
    `);
    expect(members("top")).toMatchInlineSnapshot(`
      "is_number : Dyn -> Bool
      is_bool : Dyn -> Bool
      is_string : Dyn -> Bool
      is_enum : Dyn -> Bool
      is_function : Dyn -> Bool
      is_array : Dyn -> Bool
      is_record : Dyn -> Bool
      typeof : Dyn -> [| 'Number, 'Bool, 'String, 'Enum, 'Label, 'Function, 'Array, 'Record, 'ForeignId, 'CustomContract, 'Type, 'Other |]
      cast : Dyn -> [| 'Number Number, 'Bool Bool, 'String String, 'Enum Dyn, 'Label Dyn, 'Function (Dyn -> Dyn), 'Array (Array Dyn), 'Record { _ : Dyn }, 'ForeignId Dyn, 'CustomContract Dyn, 'Type Dyn, 'Other Dyn |]
      seq : forall a. Dyn -> a -> a
      deep_seq : forall a. Dyn -> a -> a
      hash : [| 'Md5, 'Sha1, 'Sha256, 'Sha512 |] -> String -> String
      serialize : [| 'Json, 'Toml, 'Yaml, 'YamlDocuments |] -> Dyn -> String
      deserialize : [| 'Json, 'Toml, 'Yaml, 'YamlDocuments |] -> String -> Dyn
      to_string | std.string.Stringable -> String
      trace : forall a. String -> a -> a
      FailWith
      fail_with | String -> (forall a. a)"
    `);
  });

  test("std.array", () => {
    expect(members("array")).toMatchInlineSnapshot(`
      "NonEmpty
      first : forall a. Array a -> a
      last : forall a. Array a -> a
      drop_first : forall a. Array a -> Array a
      drop_last : forall a. Array a -> Array a
      length : forall a. Array a -> Number
      map : forall a b. (a -> b) -> Array a -> Array b
      at : forall a. Number -> Array a -> a
      at_or : forall a. Number -> a -> Array a -> a
      concat : forall a. Array a -> Array a -> Array a
      fold_left : forall a b. (a -> b -> a) -> a -> Array b -> a
      try_fold_left : forall a b c. (a -> c -> [| 'Ok a, 'Error b |]) -> a -> Array c -> [| 'Ok a, 'Error b |]
      fold_right : forall a b. (a -> b -> b) -> b -> Array a -> b
      prepend : forall a. a -> Array a -> Array a
      append : forall a. a -> Array a -> Array a
      reverse : forall a. Array a -> Array a
      filter : forall a. (a -> Bool) -> Array a -> Array a
      flatten : forall a. Array (Array a) -> Array a
      all : forall a. (a -> Bool) -> Array a -> Bool
      any : forall a. (a -> Bool) -> Array a -> Bool
      elem : Dyn -> Array Dyn -> Bool
      partition : forall a. (a -> Bool) -> Array a -> { right : Array a, wrong : Array a }
      generate : forall a. (Number -> a) -> Number -> Array a
      compare : forall a. (a -> a -> [| 'Lesser, 'Equal, 'Greater |]) -> Array a -> Array a -> [| 'Lesser, 'Equal, 'Greater |]
      sort : forall a. (a -> a -> [| 'Lesser, 'Equal, 'Greater |]) -> Array a -> Array a
      flat_map : forall a b. (a -> Array b) -> Array a -> Array b
      intersperse : forall a. a -> Array a -> Array a
      slice : forall a. Number -> Number -> Array a -> Array a
      split_at : forall a. Number -> Array a -> { left : Array a, right : Array a }
      replicate : forall a. Number -> a -> Array a
      range_step : Number -> Number -> Number -> Array Number
      range : Number -> Number -> Array Number
      reduce_left : forall a. (a -> a -> a) -> Array a -> a
      reduce_right : forall a. (a -> a -> a) -> Array a -> a
      zip_with : forall a b c. (a -> b -> c) -> Array a -> Array b -> Array c
      map_with_index : forall a b. (Number -> a -> b) -> Array a -> Array b
      filter_map : forall a b. (a -> [| 'Some b, 'None |]) -> Array a -> Array b
      dedup : Array Dyn -> Array Dyn
      dedup_sorted : forall a. (a -> a -> [| 'Lesser, 'Equal, 'Greater |]) -> Array a -> Array a
      sort_dedup : forall a. (a -> a -> [| 'Lesser, 'Equal, 'Greater |]) -> Array a -> Array a"
    `);
  });

  test("std.contract", () => {
    expect(members("contract")).toMatchInlineSnapshot(`
      "Equal
      blame
      blame_with_message
      custom : (Dyn -> Dyn -> [| 'Ok Dyn, 'Error { message | String | optional, notes | Array String | optional, blame_location | Dyn | optional } |]) -> Dyn
      from_predicate | (Dyn -> Bool) -> Dyn
      from_validator | (Dyn -> [| 'Ok, 'Error { message | String | optional, notes | Array String | optional, blame_location | Dyn | optional } |]) -> Dyn
      Sequence | Array Dyn -> Dyn
      all_of : Array Dyn -> Dyn
      any_of | Array Dyn -> Dyn
      not | Dyn -> Dyn
      label
      label.with_message
      label.with_notes
      label.append_note
      apply
      check : Dyn -> Dyn -> Dyn -> [| 'Ok Dyn, 'Error { message | String | optional, notes | Array String | optional, blame_location | Dyn | optional } |]
      unstable
      unstable.DependentFun
      unstable.RangeStep
      unstable.RangeFun
      unstable.IndexedArrayFun | [| 'Index, 'Split |] -> Dyn
      unstable.ArraySliceFun
      unstable.HasField"
    `);
  });

  test("std.enum", () => {
    expect(members("enum")).toMatchInlineSnapshot(`
      "Tag
      Enum
      TagOrString
      is_enum_tag : Dyn -> Bool
      is_enum_variant : Dyn -> Bool
      to_tag_and_arg | Enum -> { tag | String, arg | optional }
      from_tag_and_arg | { tag | String, arg | optional } -> Enum
      map | (Dyn -> Dyn) -> Enum -> Enum"
    `);
  });

  test("std.function", () => {
    expect(members("function")).toMatchInlineSnapshot(`
      "id : forall a. a -> a
      compose : forall a b c. (b -> c) -> (a -> b) -> (a -> c)
      flip : forall a b c. (a -> b -> c) -> b -> a -> c
      const : forall a b. a -> b -> a
      first : forall a b. a -> b -> a
      second : forall a b. a -> b -> b
      pipe : forall a. a -> Array (a -> a) -> a"
    `);
  });

  test("std.number", () => {
    expect(members("number")).toMatchInlineSnapshot(`
      "Integer
      Nat
      PosNat
      NonZero
      is_integer : Number -> Bool
      compare : Number -> Number -> [| 'Lesser, 'Equal, 'Greater |]
      min : Number -> Number -> Number
      max : Number -> Number -> Number
      floor : Number -> Number
      abs : Number -> Number
      fract : Number -> Number
      truncate : Number -> Number
      pow : Number -> Number -> Number
      log : Number -> Number -> Number
      cos : Number -> Number
      sin : Number -> Number
      tan : Number -> Number
      arccos : Number -> Number
      arcsin : Number -> Number
      arctan : Number -> Number
      arctan2 : Number -> Number -> Number
      sqrt : Number -> Number
      pi : Number
      e : Number"
    `);
  });

  test("std.package", () => {
    expect(members("package")).toMatchInlineSnapshot(`
      "structured
      structured.Semver
      structured.Semver.major | std.number.Nat
      structured.Semver.minor | std.number.Nat
      structured.Semver.patch | std.number.Nat
      structured.Semver.pre | String
      structured.Semver.build | String
      structured.ExactSemverReq
      structured.ExactSemverReq.major | std.number.Nat
      structured.ExactSemverReq.minor | std.number.Nat
      structured.ExactSemverReq.patch | std.number.Nat
      structured.ExactSemverReq.pre | String
      structured.SemverPrefix
      structured.SemverPrefix.major | std.number.Nat
      structured.SemverPrefix.minor | std.number.Nat
      structured.SemverPrefix.patch | std.number.Nat
      structured.SemverReq
      structured.PackageId
      Semver
      SemverPrefix
      ExactSemverReq
      SemverReq
      GitId
      PackageId
      GitDependency
      GitDependency.url | String
      GitDependency.ref | [| 'Head, 'Branch String, 'Tag String, 'Commit std.package.GitId |]
      GitDependency.path | String
      IndexDependency
      IndexDependency.package | PackageId
      IndexDependency.version | SemverReq
      Manifest
      Manifest.name | String
      Manifest.version | String
      Manifest.minimal_nickel_version | String
      Manifest.authors | Array String
      Manifest.description | String
      Manifest.keywords | Array String
      Manifest.license | String
      Manifest.dependencies | { _ : [| 'Path String, 'Git std.package.GitDependency, 'Index std.package.IndexDependency |] }"
    `);
  });

  test("std.record", () => {
    expect(members("record")).toMatchInlineSnapshot(`
      "FieldsMatch | String -> Dyn
      map : forall a b. (String -> a -> b) -> { _ : a } -> { _ : b }
      fields : forall a. { _ : a } -> Array String
      fields_with_opts : forall a. { _ : a } -> Array String
      values : forall a. { _ : a } -> Array a
      has_field : forall a. String -> { _ : a } -> Bool
      has_field_with_opts : forall a. String -> { _ : a } -> Bool
      get : forall a. String -> { _ : a } -> a
      get_or : forall a. String -> a -> { _ : a } -> a
      insert : forall a. String -> a -> { _ : a } -> { _ : a }
      insert_with_opts : forall a. String -> a -> { _ : a } -> { _ : a }
      remove : forall a. String -> { _ : a } -> { _ : a }
      remove_with_opts : forall a. String -> { _ : a } -> { _ : a }
      update : forall a. String -> a -> { _ : a } -> { _ : a }
      map_values : forall a b. (a -> b) -> { _ : a } -> { _ : b }
      to_array : forall a. { _ : a } -> Array { field : String, value : a }
      from_array : forall a. Array { field : String, value : a } -> { _ : a }
      is_empty : forall a. { _ : a } -> Bool
      merge_all : Array { _ : Dyn } -> { _ : Dyn }
      filter : forall a. (String -> a -> Bool) -> { _ : a } -> { _ : a }
      apply_on : forall a b. String -> (a -> a -> b) -> { _ : a } -> { _ : a } -> b
      length : forall a. { _ : a } -> Number
      freeze : forall a. { _ : a } -> { _ : a }"
    `);
  });

  test("std.string", () => {
    expect(members("string")).toMatchInlineSnapshot(`
      "BoolLiteral
      NumberLiteral
      Character
      Matches | String -> Dyn
      Stringable
      NonEmpty
      join : String -> Array String -> String
      split : String -> String -> Array String
      trim : String -> String
      characters : String -> Array String
      uppercase : String -> String
      lowercase : String -> String
      contains : String -> String -> Bool
      compare : String -> String -> [| 'Lesser, 'Equal, 'Greater |]
      replace : String -> String -> String -> String
      replace_regex : String -> String -> String -> String
      is_match : String -> String -> Bool
      find : String -> String -> { matched : String, index : Number, groups : Array String }
      find_all : String -> String -> Array { matched : String, index : Number, groups : Array String }
      length : String -> Number
      substring : Number -> Number -> String -> String
      base64_encode : [| 'Standard, 'UrlSafe, 'NoPad, 'UrlSafeNoPad |] -> String -> String
      base64_decode : [| 'Standard, 'UrlSafe, 'NoPad, 'UrlSafeNoPad |] -> String -> String
      from | Stringable -> String
      from_number | Number -> String
      from_enum | forall a. [|; a |] -> String
      from_bool | Bool -> String
      to_number : String -> Number
      to_bool : String -> Bool
      to_enum | String -> std.enum.Tag"
    `);
  });

  test("std.test", () => {
    expect(members("test")).toMatchInlineSnapshot(`
      "Assert
      assert_all | Array Assert -> Bool"
    `);
  });

  test.each(moduleNames)("std.%s has those and no others", (name) => {
    const names = signatures(parseModule(name), "").map((one) => one.split(" ")[0] ?? "");
    expect(outcome(`std.record.fields std.${name}`)).toEqual(
      names.filter((one) => !one.includes(".")).toSorted(),
    );
  });

  test("std has its modules and the functions that the module top defines", () => {
    const functions = signatures(parseModule("top"), "").map((one) => one.split(" ")[0] ?? "");
    expect(functions.toSorted()).toEqual(topLevelNames);
    expect(outcome("std.record.fields std")).toEqual([...moduleNames, ...functions].toSorted());
  });
});

/** The modules that a program reads when it is evaluated. */
function modulesOf(text: string): readonly string[] {
  const library = createLibrary(() => undefined);
  const loader = new Loader({ files: new FakeFiles({ "/main.ncl": text }), importPaths: [], ...library });
  const unit = loader.entry("/main.ncl");
  if ("code" in unit) throw new Error(unit.message);
  const { value } = exportValue(unit.value, wholeSpan(unit), { firstOnly: false, everything: false });
  if (value === undefined) throw new Error(`${text} has no value`);
  return library.loaded();
}

describe("laziness", () => {
  test.each([
    ["1", []],
    ["std.array.map (fun x => x + 1) [1]", ["array"]],
    ["std.array.at 0 [1] + std.array.fold_left (fun x y => x + y) 0 (std.array.range 0 3)", ["array"]],
    ["std.array.at_or 3 0 [1]", ["array", "number"]],
    ['std.string.join "," ["a"]', ["string"]],
    ["std.is_number 1", ["top"]],
    ['std.record.get "a" { a = 1 }', ["record", "contract"]],
    ['{ version = "1.0.0" } | { version | std.package.Semver }', ["package", "contract", "number"]],
    ["std.record.fields std |> std.array.length", ["array", "record"]],
  ])("%s", (text, modules) => {
    expect(modulesOf(text)).toEqual(modules);
  });
});
