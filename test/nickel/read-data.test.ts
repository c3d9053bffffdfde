import { describe, expect, test } from "vitest";
import { renderDiagnostics } from "../../cli/report/diagnostic.ts";
import { SourceFile, type Span } from "../../engine/core/source.ts";
import type { DataFormat, DataNode } from "../../engine/nickel/formats/data.ts";
import { readData } from "../../engine/nickel/formats/read.ts";
import { plain } from "./data-samples.ts";

function read(format: DataFormat, text: string): DataNode {
  const result = readData(new SourceFile(`/w/a.${format}`, text), format);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** The message and the place, as the offsets and the text there. */
function refused(format: DataFormat, text: string): string {
  const result = readData(new SourceFile(`/w/a.${format}`, text), format);
  if (result.ok) return "read";
  const { kind, message, span } = result.error;
  expect(kind).toBe("ParseError::ExternalFormatError");
  return `${message} @${span?.start} ${JSON.stringify(text.slice(span?.start, span?.end))}`;
}

function textAt({ file, start, end }: Span): string {
  return file.text.slice(start, end);
}

/** Every key and leaf with the text that its span covers. */
function places(node: DataNode): string[] {
  switch (node.kind) {
    case "array":
      return node.items.flatMap(places);
    case "record":
      return node.entries.flatMap(({ keySpan, value }) => [textAt(keySpan), ...places(value)]);
    default:
      return [textAt(node.span)];
  }
}

describe("json", () => {
  test("every key and leaf has its place", () => {
    expect(places(read("json", '{"a": [1, -2.5e3, "x\\n"], "b\\u0041": {"c": null, "d": true}}'))).toEqual([
      '"a"',
      "1",
      "-2.5e3",
      '"x\\n"',
      '"b\\u0041"',
      '"c"',
      "null",
      '"d"',
      "true",
    ]);
  });

  test("decimals stay exact, repeated keys stay both", () => {
    const node = read("json", '{"a": 0.1, "a": 123456789012345678901234567890}');
    expect(node.kind === "record" && node.entries.map(({ key, value }) => [key, value])).toMatchObject([
      ["a", { value: { numerator: 1n, denominator: 10n } }],
      ["a", { value: { numerator: 123456789012345678901234567890n, denominator: 1n } }],
    ]);
  });

  test("surrogate pairs", () => {
    expect(plain(read("json", '"\\ud83d\\ude00"'))).toBe("😀");
  });

  test.each([
    ["", 'json parse error: expected a value @0 ""'],
    ["{} x", 'json parse error: expected the end of the file @3 "x"'],
    ["[1,]", 'json parse error: expected a value @3 "]"'],
    ['{"a" 1}', 'json parse error: expected `:` after the key @5 "1"'],
    ["{'a': 1}", 'json parse error: expected a key in double quotes @1 "\'"'],
    ["01", 'json parse error: a number with a leading zero @0 "01"'],
    ["[1.]", 'json parse error: an incomplete number @1 "1."'],
    ['"\\ud800"', 'json parse error: half of a surrogate pair @1 "\\\\ud800"'],
    ['"a\nb"', 'json parse error: a control character in a string @2 "\\n"'],
    ['"a\\x"', 'json parse error: an invalid escape `\\x` @2 "\\\\x"'],
    ['"abc', 'json parse error: an unclosed string @0 "\\""'],
    ["[1 2]", 'json parse error: expected `,` or `]` @3 "2"'],
    ["[".repeat(600), 'json parse error: nested more than 500 levels deep @500 "["'],
  ])("%j is refused", (text, message) => {
    expect(refused("json", text)).toBe(message);
  });

  test("the complaint whole", () => {
    const result = readData(new SourceFile("/w/a.json", '{\n  "a": 1, // one\n}\n'), "json");
    expect(
      result.ok ? "" : renderDiagnostics([result.error], { root: "/w", color: false }),
    ).toBe(`error[E0140]: json parse error: expected a key in double quotes
 --> a.json:2:11
  |
2 |   "a": 1, // one
  |           ^
  |
  = help: JSON has no comments

1 error
`);
  });
});

describe("yaml", () => {
  test("every key and leaf has its place", () => {
    expect(places(read("yaml", 'a:\n  - 1\n  - "x y"\nb c: {d: ~, e: plain text}\nf: |\n  g\n'))).toEqual([
      "a",
      "1",
      '"x y"',
      "b c",
      "d",
      "~",
      "e",
      "plain text",
      "f",
      "|\n  g\n",
    ]);
  });

  test("plain scalars by the core schema", () => {
    const text =
      "[~, null, Null, nULL, true, FALSE, yes, 0x1F, -0x1F, 0o17, 0b1, +1, 1., .5, 1e3, 010, 1_0, 12:30, e1]";
    expect(plain(read("yaml", text))).toEqual([
      null,
      null,
      null,
      "nULL",
      true,
      false,
      "yes",
      31,
      "-0x1F",
      15,
      "0b1",
      1,
      1,
      0.5,
      1000,
      10,
      "1_0",
      "12:30",
      "e1",
    ]);
  });

  test("quoted scalars and tags", () => {
    expect(plain(read("yaml", 'a: "1"\nb: !!str 1\nc: !!float 3\nd: !own 3\ne: !!int "3"\n'))).toEqual({
      a: "1",
      b: "1",
      c: 3,
      d: 3,
      e: "3",
    });
  });

  test("keys are strings as written; merge keys are keys", () => {
    expect(plain(read("yaml", "1.00: a\ntrue: b\n~: c\n<<: {d: 1}\n"))).toEqual({
      "1.00": "a",
      true: "b",
      "~": "c",
      "<<": { d: 1 },
    });
  });

  test("an alias is the anchored node itself, even within itself", () => {
    const node = read("yaml", "a: &x [1, *x]\nb: *x\n");
    if (node.kind !== "record") throw new Error("no record");
    const [a, b] = node.entries.map(({ value }) => value);
    expect(b).toBe(a);
    expect(a?.kind === "array" && a.items[1]).toBe(a);
  });

  test("several documents make an array, none is null", () => {
    expect(plain(read("yaml", "---\na: 1\n---\n- b\n"))).toEqual([{ a: 1 }, ["b"]]);
    expect(plain(read("yaml", "# nothing\n"))).toBe(null);
    expect(plain(read("yaml", ""))).toBe(null);
  });

  test.each([
    ["a: .inf", 'yaml parse error: Nickel numbers cannot be infinite or NaN @3 ".inf"'],
    ["? [1]\n: 2\n", 'yaml parse error: Nickel records only have string keys @2 "[1]"'],
    ["a: *b\n", 'yaml parse error: unknown anchor `b` @3 "*b"'],
    ["a: !!int x\n", 'yaml parse error: invalid int scalar @9 "x"'],
    ["a: !!binary aGk=\n", 'yaml parse error: unknown tag @12 "aGk="'],
    ["a:\n\t- 1\n", 'yaml parse error: tabs are not allowed as indentation @3 "\\t"'],
  ])("%j is refused", (text, message) => {
    expect(refused("yaml", text)).toBe(message);
  });
});

describe("toml", () => {
  test("every key and leaf has its place", () => {
    expect(places(read("toml", 'a.b = 1_0 # c\n[t]\n"x y" = ["s", \'l\']\n[[u]]\nd = 1979-05-27\n'))).toEqual(
      ["a", "b", "1_0", "t", '"x y"', '"s"', "'l'", "u", "d", "1979-05-27"],
    );
  });

  test("dates become strings in their normal form", () => {
    const text = "a = 1979-05-27 07:32:00.500-07:00\nb = 1979-05-27t07:32:00z\nc = 07:32:00.999999\n";
    expect(plain(read("toml", text))).toEqual({
      a: "1979-05-27T07:32:00.5-07:00",
      b: "1979-05-27T07:32:00Z",
      c: "07:32:00.999999",
    });
  });

  test("floats are the exact value of the double", () => {
    const node = read("toml", "a = 0.1\n");
    expect(node.kind === "record" && node.entries[0]?.value).toMatchObject({
      value: { numerator: 3602879701896397n, denominator: 36028797018963968n },
    });
  });

  test.each([
    ["a=1\na=2\n", 'toml parse error: duplicate key `a` @4 "a"'],
    ["[a]\n[a]\n", 'toml parse error: duplicate key `a` @5 "a"'],
    ["[a]\nb.c=1\n[a.b]\n", 'toml parse error: duplicate key `b` @13 "b"'],
    ["[a.b.c]\n[a]\nb.d=1\n", 'toml parse error: duplicate key `b` @12 "b"'],
    ["a=[1]\n[[a]]\n", 'toml parse error: duplicate key `a` @8 "a"'],
    ["a = {b = 1,}\n", 'toml parse error: expected a key @11 "}"'],
    ["a = 01\n", 'toml parse error: expected a value @4 "01"'],
    ["a = 9223372036854775808\n", 'toml parse error: an integer beyond 64 bits @4 "9223372036854775808"'],
    ["a = inf\n", 'toml parse error: Nickel numbers cannot be infinite or NaN @4 "inf"'],
    ["a = 1 b = 2\n", 'toml parse error: expected the end of the line @6 "b"'],
    ["d = 2021-02-30\n", 'toml parse error: expected a value @4 "2021-02-30"'],
    ['a = "\\q"\n', 'toml parse error: an invalid escape `\\q` @5 "\\\\q"'],
  ])("%j is refused", (text, message) => {
    expect(refused("toml", text)).toBe(message);
  });
});

test("text is the file's text", () => {
  expect(plain(read("text", "a\r\nb"))).toBe("a\r\nb");
});
