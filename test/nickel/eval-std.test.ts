import { describe, expect, test } from "vitest";
import type { Json } from "../../engine/nickel/located.ts";
import { outcome } from "./evaluated.ts";

function table(cases: readonly (readonly [string, Json])[]): void {
  test.each(cases)("%s", (text, expected) => {
    expect(outcome(text)).toEqual(expected);
  });
}

describe("std.array", () => {
  table([
    ["std.array.map (fun x => x + 1) [1, 2]", [2, 3]],
    ['std.array.fold_left (fun acc x => acc ++ x) "" ["a", "b"]', "ab"],
    ["std.array.fold_right (fun x acc => [x] @ acc) [] [1, 2]", [1, 2]],
    ["std.array.filter (fun x => x > 1) [1, 2, 3]", [2, 3]],
    ["std.array.sort std.number.compare [3, 1, 2]", [1, 2, 3]],
    [
      "std.array.sort (fun x y => std.number.compare y.a x.a) [{a = 1, b = 1}, {a = 2, b = 2}, {a = 1, b = 3}] |> std.array.map (fun {b, ..} => b)",
      [2, 1, 3],
    ],
    ["std.array.flat_map (fun x => [x, x]) [1, 2]", [1, 1, 2, 2]],
    ["std.array.partition (fun x => x < 2) [1, 2, 3]", { right: [1], wrong: [2, 3] }],
    ["std.array.zip_with (fun x y => x + y) [1, 2] [3, 4, 5]", [4, 6]],
    ["std.array.range 0 4 @ std.array.range_step 0 2 0.5", [0, 1, 2, 3, 0, 0.5, 1, 1.5]],
    ['std.array.dedup [1, "1", 1, "a", "a"]', [1, "1", "a"]],
    ["std.array.elem {a = 1} [{a = 1}]", true],
    ["std.array.slice 1 3 [1, 2, 3, 4]", [2, 3]],
    [
      "std.array.try_fold_left (fun acc x => if x == 0 then 'Error \"zero\" else 'Ok (acc / x)) 1 [1, 0, 2] |> match { 'Error e => e, _ => 1 }",
      "zero",
    ],
    ["std.array.reduce_left (fun x y => x - y) [10, 3, 2]", 5],
    ["std.array.any (fun x => x > 1) [1, 2] && !(std.array.all (fun x => x > 1) [1, 2])", true],
    ['std.array.at_or 5 "none" [1]', "none"],
    ["std.array.length (std.array.generate (fun n => n) 100000)", 100000],
    ["std.array.fold_left (fun a b => a + b) 0 (std.array.range 0 20000)", 199990000],
    ["std.array.first []", ["EvalError::BlameError: the caller of `first` breaks its contract: empty array"]],
    [
      "std.array.map 1 [1]",
      ["EvalError::BlameError: the caller of `map` breaks its contract: expected a function"],
    ],
    [
      "std.array.at 1.5 [1, 2]",
      ["EvalError::BlameError: the caller of `at` breaks its contract: invalid array indexing"],
    ],
  ]);
});

describe("std.string", () => {
  table([
    ['std.string.length "👨‍👩‍👧é"', 2],
    ['std.string.characters "ab"', ["a", "b"]],
    ['std.string.split "," "a,b,"', ["a", "b"]],
    ['std.string.join ", " ["a", "b"]', "a, b"],
    ['std.string.trim " \\n a "', "a"],
    ['std.string.uppercase "aß"', "ASS"],
    ['std.string.replace "a" "b" "banana"', "bbnbnb"],
    ['std.string.replace_regex "[0-9]+" "#" "a12b3"', "a#b#"],
    ['std.string.is_match "^\\\\d{2}$" "12"', true],
    ['std.string.is_match "(?i)ABC" "xabcx"', true],
    ['std.string.is_match "^[[:alpha:]]+\\\\z" "ab\\n"', false],
    ['std.string.find "(\\\\w)(\\\\d)?" "é-b"', { matched: "é", index: 0, groups: ["é", ""] }],
    ['std.string.find_all "b" "abcb" |> std.array.map (fun {index, ..} => index)', [1, 3]],
    ['std.string.contains "na" "banana"', true],
    ['std.string.substring 1 3 "héllo"', "él"],
    ['std.string.to_number "-1.5e2"', -150],
    [
      "std.string.from 'Tag ++ std.string.from 1.5 ++ std.string.from true ++ std.string.from null",
      "Tag1.5truenull",
    ],
    ['std.string.to_enum "a" == \'a', true],
    ["std.string.base64_decode 'UrlSafeNoPad (std.string.base64_encode 'UrlSafeNoPad \"hé?\")", "hé?"],
    ['std.string.compare "a" "b" == \'Lesser', true],
    ['"x" | std.string.NonEmpty', "x"],
    [
      '"x1" | std.string.Matches "^[a-z]+$"',
      ["EvalError::BlameError: a value breaks its contract: expected a string matching `^[a-z]+$`"],
    ],
    [
      'std.string.is_match "(a)\\\\1" "aa"',
      ["EvalError::Other: invalid regular expression `(a)\\1`: back-references are not supported"],
    ],
  ]);
});

describe("std.record", () => {
  table([
    ["std.record.fields {b = 1, a = 2}", ["a", "b"]],
    ["std.record.values {b = 1, a = 2}", [2, 1]],
    ['std.record.map (fun k v => k ++ v) {a = "x"}', { a: "ax" }],
    ["std.record.to_array {a = 1}", [{ field: "a", value: 1 }]],
    ['std.record.from_array [{field = "a", value = 1}]', { a: 1 }],
    ["std.record.filter (fun _ v => v > 1) {a = 1, b = 2}", { b: 2 }],
    ["std.record.merge_all [{a = 1}, {b = 2}, {}]", { a: 1, b: 2 }],
    ['std.record.has_field "a" {a | optional}', false],
    ['std.record.get_or "b" 1 {a = 0}', 1],
    ["std.record.is_empty {}", true],
    [
      '{"bad name" = 1} | std.record.FieldsMatch "^[a-z]+$"',
      ['EvalError::BlameError: a value breaks its contract: invalid field name "bad name"'],
    ],
    ['std.record.insert "a" 1 {a = 2}', ["EvalError::Other: the field `a` exists already"]],
    [
      'std.record.get "a" {b = 1}',
      ["EvalError::BlameError: the caller of `get` breaks its contract: missing field"],
    ],
  ]);
});

describe("std.number, std.enum, std.function and the rest", () => {
  table([
    ["std.number.floor (-2.5)", -3],
    ["std.number.truncate (-2.5)", -2],
    ["std.number.sqrt 4", 2],
    ["std.number.pow 2 10", 1024],
    ["std.number.log 8 2", 3],
    ["std.number.min 1 2 + std.number.max 1 2 + std.number.abs (-3)", 6],
    ["1.5 | std.number.Integer", ["EvalError::BlameError: a value breaks its contract: expected an integer"]],
    ['"a" | std.enum.TagOrString', "a"],
    ["std.enum.to_tag_and_arg ('A 1)", { tag: "A", arg: 1 }],
    ['std.enum.from_tag_and_arg {tag = "A"}', "A"],
    ["std.function.compose (fun x => x + 1) (fun x => x * 2) 5", 11],
    ["std.function.pipe 1 [(+) 1, (+) 2]", 4],
    [
      "[std.typeof 1, std.typeof null, std.typeof 'A, std.typeof Number, std.typeof std.number.Nat]",
      ["Number", "Other", "Enum", "Type", "CustomContract"],
    ],
    ["std.is_number 1 && std.is_record {} && !(std.is_string 1)", true],
    ["std.to_string 1.50", "1.5"],
    ['std.hash \'Sha256 "a"', "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],
    ["std.serialize 'Json {b = [1], a = 'T}", '{\n  "a": "T",\n  "b": [\n    1\n  ]\n}'],
    ['std.deserialize \'Yaml "a: [1, x]"', { a: [1, "x"] }],
    [
      'std.deserialize \'Json "{"',
      ["EvalError::DeserializationError: json parse error: expected a key in double quotes"],
    ],
    ['std.fail_with "stop"', ["EvalError::BlameError: a value breaks its contract: stop"]],
    ["let std = {array = 5} in std.array", 5],
  ]);
});
