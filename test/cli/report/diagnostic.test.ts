// How diagnostics look, pinned whole.

import { describe, expect, test } from "vitest";
import { renderDiagnostic, renderDiagnostics, summarizeDiagnostics } from "../../../cli/report/diagnostic.ts";
import { diagnosticsToJson } from "../../../cli/report/diagnostics-json.ts";
import type { Diagnostic } from "../../../engine/core/diagnostic.ts";
import { SourceFile, type Span } from "../../../engine/core/source.ts";
import { diagnostics as diagnosticsSchema } from "../../../schemas/diagnostics.ts";

const root = "/project";
const plain = { root, color: false };

/** The span of the first occurrence of `part` in `text`. */
function spanOf(path: string, text: string, part: string): Span {
  const start = text.indexOf(part);
  if (start < 0) throw new Error(`no ${part} in the text`);
  return { file: new SourceFile(path, text), start, end: start + part.length };
}

function error(fields: Partial<Diagnostic>): Diagnostic {
  return { code: "E0301", severity: "error", message: "something is wrong", notes: [], ...fields };
}

function rendered(diagnostic: Diagnostic, width?: number): string {
  return `\n${renderDiagnostic(diagnostic, { ...plain, width })}\n`;
}

const workflow = `let W = import "lamina/workflow.ncl" in
{
  name = "rust",
  build_base = "debain",
  tools_provided = [
    "rustc",
    "cargo",
  ],
} | W.Workflow
`;

describe("a diagnostic in one line", () => {
  test("underlines the token and writes the label beside it", () => {
    expect(
      rendered(
        error({
          message: 'layer "rust" stands on "debain", which does not exist',
          span: spanOf("/project/catalog/rust/workflow.ncl", workflow, '"debain"'),
          label: "no such layer",
          help: 'did you mean "debian"?',
        }),
      ),
    ).toBe(`
error[E0301]: layer "rust" stands on "debain", which does not exist
 --> catalog/rust/workflow.ncl:4:16
  |
4 |   build_base = "debain",
  |                ^^^^^^^^ no such layer
  |
  = help: did you mean "debian"?
`);
  });

  test("without a place says only what is wrong and what to do", () => {
    expect(rendered(error({ message: "there is no catalog here", help: "run lamina init" }))).toBe(`
error[E0301]: there is no catalog here
  = help: run lamina init
`);
  });

  test("is a warning where it is one", () => {
    expect(
      rendered(error({ severity: "warning", code: "W0301", span: spanOf("/project/a.ncl", "{}\n", "{}") })),
    ).toBe(`
warning[W0301]: something is wrong
 --> a.ncl:1:1
  |
1 | {}
  | ^^
`);
  });

  test("names a file outside of the project by its whole path", () => {
    expect(rendered(error({ span: spanOf("/opt/lamina/schemas/workflow.ncl", "x\n", "x") }))).toBe(`
error[E0301]: something is wrong
 --> /opt/lamina/schemas/workflow.ncl:1:1
  |
1 | x
  | ^
`);
  });

  test("widens the gutter to the largest line number, also that of a note", () => {
    const long = `${"\n".repeat(99)}  base = 1,\n`;
    expect(
      rendered(
        error({
          span: spanOf("/project/a.ncl", "x = 2\n", "2"),
          notes: [{ message: "the other value stands here", span: spanOf("/project/b.ncl", long, "1") }],
          help: "keep one of them",
        }),
      ),
    ).toBe(`
error[E0301]: something is wrong
   --> a.ncl:1:5
    |
  1 | x = 2
    |     ^
note: the other value stands here
   --> b.ncl:100:10
    |
100 |   base = 1,
    |          -
    |
    = help: keep one of them
`);
  });

  test("puts notes without a place under the snippet, several lines of one aligned", () => {
    expect(
      rendered(
        error({
          span: spanOf("/project/a.ncl", "x = 2\n", "2"),
          notes: [{ message: "rust -> leptos\n-> rust" }, { message: "twice" }],
        }),
      ),
    ).toBe(`
error[E0301]: something is wrong
 --> a.ncl:1:5
  |
1 | x = 2
  |     ^
  |
  = note: rust -> leptos
          -> rust
  = note: twice
`);
  });
});

describe("where the underline stands", () => {
  test("tabs reach to the next stop of four", () => {
    expect(rendered(error({ span: spanOf("/project/Dockerfile", "\tRUN\tfalse\n", "false") }))).toBe(`
error[E0301]: something is wrong
 --> Dockerfile:1:6
  |
1 |     RUN false
  |         ^^^^^
`);
  });

  test("wide characters count two columns, combining marks none", () => {
    const text = 'name = "漢字e\u0301🦀", x\n';
    expect(rendered(error({ span: spanOf("/project/a.ncl", text, "x") }))).toBe(`
error[E0301]: something is wrong
 --> a.ncl:1:17
  |
1 | name = "漢字e\u0301🦀", x
  |                   ^
`);
    expect(rendered(error({ span: spanOf("/project/a.ncl", text, "漢字") }))).toBe(`
error[E0301]: something is wrong
 --> a.ncl:1:9
  |
1 | name = "漢字e\u0301🦀", x
  |         ^^^^
`);
  });

  test("a place without length has one mark", () => {
    const file = new SourceFile("/project/a.ncl", "{ a = }\n");
    expect(rendered(error({ span: { file, start: 6, end: 6 }, label: "expected a value" }))).toBe(`
error[E0301]: something is wrong
 --> a.ncl:1:7
  |
1 | { a = }
  |       ^ expected a value
`);
  });

  test("the end of the file is shown after the last text", () => {
    const file = new SourceFile("/project/a.ncl", "{\n  a = 1,\n\n");
    expect(rendered(error({ span: { file, start: 13, end: 13 }, label: "expected }" }))).toBe(`
error[E0301]: something is wrong
 --> a.ncl:2:9
  |
2 |   a = 1,
  |         ^ expected }
`);
  });

  test("an empty file has its first line", () => {
    const file = new SourceFile("/project/a.ncl", "");
    expect(rendered(error({ span: { file, start: 0, end: 0 } }))).toBe(`
error[E0301]: something is wrong
 --> a.ncl:1:1
  |
1 |
  | ^
`);
  });

  test("a line end at the end of a span does not make it one of two lines", () => {
    expect(rendered(error({ span: spanOf("/project/Dockerfile", "FROM a\r\nRUN b\n", "FROM a\r\n") }))).toBe(`
error[E0301]: something is wrong
 --> Dockerfile:1:1
  |
1 | FROM a
  | ^^^^^^
`);
  });

  test("a span of several lines is bracketed from its first line", () => {
    expect(
      rendered(
        error({ span: spanOf("/project/a.ncl", "{\n  a = 1,\n}\n", "{\n  a = 1,\n}"), label: "this" }),
      ),
    ).toBe(`
error[E0301]: something is wrong
 --> a.ncl:1:1
  |
1 | / {
2 | |   a = 1,
3 | | }
  | |_^ this
`);
  });

  test("a span that begins within a line is bracketed from there, and a long one is shortened", () => {
    const text = `tools = [\n${Array.from({ length: 9 }, (_, index) => `  "t${index}",\n`).join("")}],\n`;
    const start = text.indexOf("[");
    const file = new SourceFile("/project/a.ncl", text);
    expect(rendered(error({ span: { file, start, end: text.indexOf("]") + 1 }, label: "nine tools" }))).toBe(`
error[E0301]: something is wrong
  --> a.ncl:1:9
   |
 1 |   tools = [
   |  _________^
 2 | |   "t0",
 3 | |   "t1",
 4 | |   "t2",
...  |
11 | | ],
   | |_^ nine tools
`);
  });

  test("of a line of wide characters as many columns are shown", () => {
    const text = `${"日本".repeat(9)} = 1 + "x", ${"語".repeat(20)}`;
    const span = spanOf("/project/a.ncl", text, '"x"');
    expect(rendered(error({ span }), 48)).toMatchInlineSnapshot(`
      "
      error[E0301]: something is wrong
       --> a.ncl:1:26
        |
      1 | …日本 = 1 + "x", 語語語語語語語語語語語語語…
        |             ^^^
      "
    `);
  });

  test("a line wider than the room is shown around the mark", () => {
    const text = `{ a = "${"x".repeat(200)}", wrong = 1, b = "${"y".repeat(200)}" }\n`;
    expect(rendered(error({ span: spanOf("/project/a.ncl", text, "wrong") }), 60)).toBe(`
error[E0301]: something is wrong
 --> a.ncl:1:211
  |
1 | …xxxxxxxxxxx", wrong = 1, b = "yyyyyyyyyyyyyyyyyyyyyyyy…
  |                ^^^^^
`);
  });
});

describe("text from foreign files", () => {
  test("cannot steer the terminal", () => {
    const text = 'a = "\x1b[2J\x07\u202e",\n';
    expect(
      rendered(error({ message: "bad \x1b[31m name", span: spanOf("/project/a.ncl", text, "a") })),
    ).toBe(`
error[E0301]: bad ␛[31m name
 --> a.ncl:1:1
  |
1 | a = "␛[2J␇\ufffd",
  | ^
`);
  });
});

describe("several diagnostics", () => {
  test("stand in order of file and place, with a count at the end", () => {
    const text = "a\nb\n";
    const diagnostics = [
      error({ message: "third", span: spanOf("/project/b.ncl", text, "a") }),
      error({
        message: "second",
        severity: "warning",
        code: "W0302",
        span: spanOf("/project/a.ncl", text, "b"),
      }),
      error({ message: "first", span: spanOf("/project/a.ncl", text, "a") }),
    ];
    expect(renderDiagnostics(diagnostics, plain)).toBe(`error[E0301]: first
 --> a.ncl:1:1
  |
1 | a
  | ^

warning[W0302]: second
 --> a.ncl:2:1
  |
2 | b
  | ^

error[E0301]: third
 --> b.ncl:1:1
  |
1 | a
  | ^

2 errors, 1 warning
`);
  });

  test("that are none print nothing", () => {
    expect(renderDiagnostics([], plain)).toBe("");
    expect(summarizeDiagnostics([], root)).toBe("");
  });
});

test("colour marks severity, gutter and underline, and nothing else changes", () => {
  const diagnostic = error({
    span: spanOf("/project/a.ncl", "x = 2\n", "2"),
    label: "wrong",
    help: "write 3",
    notes: [{ message: "set here", span: spanOf("/project/b.ncl", "y\n", "y") }],
  });
  const colored = renderDiagnostic(diagnostic, { root, color: true });
  // oxlint-disable-next-line no-control-regex -- what colour is made of
  expect(colored.replaceAll(/\x1b\[\d+m/g, "")).toBe(renderDiagnostic(diagnostic, plain));
  expect(colored.split("\n")[0]).toBe(
    "\x1b[1m\x1b[31merror[E0301]\x1b[39m\x1b[22m\x1b[1m: something is wrong\x1b[22m",
  );
});

test("as JSON, with the label and the name that Nickel has for it", () => {
  const span = spanOf("/project/a.ncl", "a = x\n", "x");
  const unbound = {
    ...error({ span, label: "nothing of this name is in scope" }),
    kind: "TypecheckError::UnboundIdentifier",
  };
  const json = diagnosticsToJson([unbound], { root }, { strict: false });
  expect(diagnosticsSchema.parse(json).diagnostics).toEqual([
    {
      code: "E0301",
      severity: "error",
      message: "something is wrong",
      file: "a.ncl",
      line: 1,
      column: 5,
      endLine: 1,
      endColumn: 6,
      label: "nothing of this name is in scope",
      kind: "TypecheckError::UnboundIdentifier",
      notes: [],
    },
  ]);
});
