import * as fc from "fast-check";
import { parse as parseToml } from "smol-toml";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { SourceFile } from "../../engine/core/source.ts";
import type { DataFormat } from "../../engine/nickel/formats/data.ts";
import { readData } from "../../engine/nickel/formats/read.ts";
import { type ExportFormat, writeData } from "../../engine/nickel/formats/write.ts";
import type { Json } from "../../engine/nickel/located.ts";
import { arbitraryRecord, locate, plain } from "./data-samples.ts";

function written(json: Json, format: ExportFormat): string {
  const result = writeData(locate(json), format);
  return result.ok ? result.value : result.error.map(({ kind, message }) => `${kind} ${message}`).join("\n");
}

function reread(text: string, format: DataFormat): Json {
  const result = readData(new SourceFile("/a", text), format);
  if (!result.ok) throw new Error(`${result.error.message}\n${text}`);
  return plain(result.value);
}

const sample: Json = {
  array: ["a", true, 1.5, 1e20, 1e-7, -5, [], [[1, 2]], { b: { c: 1 }, d: [] }],
  empty: {},
  "key with space": 1,
  lines: "a\n  b\n",
  number: "12",
  quote: "it's",
  tables: [{ a: 1, b: { c: [1, 2] } }, { a: 2 }],
  ü: "\t",
};

test("json", () => {
  expect(written(sample, "json")).toBe(`{
  "array": [
    "a",
    true,
    1.5,
    1e20,
    1e-7,
    -5,
    [],
    [
      [
        1,
        2
      ]
    ],
    {
      "b": {
        "c": 1
      },
      "d": []
    }
  ],
  "empty": {},
  "key with space": 1,
  "lines": "a\\n  b\\n",
  "number": "12",
  "quote": "it's",
  "tables": [
    {
      "a": 1,
      "b": {
        "c": [
          1,
          2
        ]
      }
    },
    {
      "a": 2
    }
  ],
  "ü": "\\t"
}
`);
});

test("yaml", () => {
  expect(written(sample, "yaml")).toBe(`array:
- a
- true
- 1.5
- 1e20
- 1e-7
- -5
- []
- - - 1
    - 2
- b:
    c: 1
  d: []
empty: {}
key with space: 1
lines: |
  a
    b
number: '12'
quote: it's
tables:
- a: 1
  b:
    c:
    - 1
    - 2
- a: 2
ü: "\\t"
`);
});

test("toml", () => {
  expect(written(sample, "toml")).toBe(`array = [
    "a",
    true,
    1.5,
    100000000000000000000.0,
    0.0000001,
    -5,
    [],
    [[
    1,
    2,
]],
    { b = { c = 1 }, d = [] },
]
"key with space" = 1
lines = """
a
  b
"""
number = "12"
quote = "it's"
"ü" = "\\t"

[empty]

[[tables]]
a = 1

[tables.b]
c = [
    1,
    2,
]

[[tables]]
a = 2
`);
});

describe("yaml strings", () => {
  test.each([
    ["", "''\n"],
    ["a: b", "'a: b'\n"],
    ["a:b #c", "'a:b #c'\n"],
    ["a#b", "a#b\n"],
    ["- a", "'- a'\n"],
    ["-a", "-a\n"],
    ["007", "'007'\n"],
    ["0x1F", "'0x1F'\n"],
    ["1e3", "'1e3'\n"],
    ["yes", "yes\n"],
    ["2001-01-01", "2001-01-01\n"],
    ["a\nb", "|-\n  a\n  b\n"],
    [" a\n\n", "|2+\n   a\n\n"],
    ["a \nb", '"a \\nb"\n'],
    ["\u0001\ufeff", '"\\x01\\uFEFF"\n'],
    ["😀", "😀\n"],
    // The original writes it in single quotes, where it reads back with blanks behind it.
    ["a\u2028b", '"a\\Lb"\n'],
  ])("%j", (text, expected) => {
    expect(written(text, "yaml")).toBe(expected);
  });

  test("a key of several lines", () => {
    expect(written({ "a\nb": [1, 2], c: 3 }, "yaml")).toBe("? |-\n  a\n  b\n: - 1\n  - 2\nc: 3\n");
  });
});

test("several documents", () => {
  expect(written([1, { a: 2 }], "yaml-documents")).toBe("---\n1\n---\na: 2\n");
});

test("text is the string as it is", () => {
  expect(written("a\nb", "text")).toBe("a\nb");
});

test("what a format cannot hold", () => {
  expect(written({ a: [1, null], b: null }, "toml")).toBe(
    "ExportError::UnsupportedNull the format toml has no null, at `a[1]`\n" +
      "ExportError::UnsupportedNull the format toml has no null, at `b`",
  );
  expect(written([null], "yaml-documents")).toBe(
    "ExportError::UnsupportedNull the format yaml-documents has no null, at `[0]`",
  );
  expect(written({}, "yaml-documents")).toBe(
    "ExportError::ExpectedArray only an array is exported as yaml-documents, this is a record",
  );
  expect(written([], "toml")).toBe(
    "ExportError::NonSerializable only a record is exported as toml, this is an array",
  );
  expect(written(1, "text")).toBe(
    "ExportError::NotAString only a string is exported as text, this is a number",
  );
  expect(written({ a: 1e19 }, "toml")).toBe(
    "ExportError::NumberOutOfRange an integer beyond 64 signed bits, which toml cannot hold, at `a`",
  );
});

describe("what is written reads back", () => {
  test.each(["json", "yaml", "toml"] as const)("%s, by our reader", (format) => {
    fc.assert(
      fc.property(arbitraryRecord, (record) => {
        expect(reread(written(record, format), format)).toEqual(record);
      }),
      { numRuns: 500 },
    );
  });

  test("json, yaml and toml, by others", () => {
    fc.assert(
      fc.property(arbitraryRecord, (record) => {
        // Not by JSON.parse: in Node 24 it takes a key of one control character for another now and then
        // (JSON.parse('{"\\t":1,"\\n":1}') after some other objects). JSON is YAML.
        expect(parseYaml(written(record, "json"))).toEqual(record);
        expect(parseYaml(written(record, "yaml"))).toEqual(record);
        expect(parseToml(written(record, "toml"))).toEqual(record);
      }),
      { numRuns: 500 },
    );
  });
});
