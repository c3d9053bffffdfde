// The embedded Nickel from the command line: export, eval, and the batch protocol.

import { afterAll, describe, expect, test } from "vitest";
import { callCli, layerFiles, runCli, writeProject } from "./run-cli.ts";

const project = writeProject({
  ...layerFiles("base", '{ image = "debian:trixie-slim" }'),
  "config.ncl": `{
  name = "it's \\"quoted\\" %{"100%"}",
  big = 18446744073709551615,
  ratio = 0.1,
  "with space" = 'tag,
  list = [1, [], {}],
  nothing = null,
}
`,
  "hiding.ncl": "{ shown = 1, hidden | not_exported = fun x => x }\n",
  "table.ncl": "{ b = 1, a = { c = [true] } }\n",
  "broken.ncl": "{ a = 1 +\n",
  "wrong.ncl": 'let f | String -> Number = fun x => x in f "a"\n',
  "traced.ncl": '{ a | not_exported = 1, b = std.trace "seen" 2 }',
  "uses-lib.ncl": 'import "helper.ncl"\n',
  "lib/helper.ncl": '"helped"\n',
});
afterAll(() => project.remove());

function batch(mode: string, ...lines: string[]) {
  return runCli(["nickel", "batch", "--mode", mode], { cwd: project.root, stdin: lines.join("\n") });
}

describe("nickel export", () => {
  test("prints JSON with every digit", async () => {
    expect(await callCli(["nickel", "export", "config.ncl"], project.root)).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `{
  "big": 18446744073709551615,
  "list": [
    1,
    [],
    {}
  ],
  "name": "it's \\"quoted\\" 100%",
  "nothing": null,
  "ratio": 0.1,
  "with space": "tag"
}
`,
    });
  });

  test("prints YAML and TOML", async () => {
    const yaml = await callCli(["nickel", "export", "table.ncl", "--format", "yaml"], project.root);
    expect(yaml.stdout).toBe("a:\n  c:\n  - true\nb: 1\n");
    const toml = await callCli(["nickel", "export", "table.ncl", "--format=toml"], project.root);
    expect(toml.stdout).toBe("b = 1\n\n[a]\nc = [true]\n");
  });

  test("says what a format cannot hold, with the place", async () => {
    const { exitCode, stdout, stderr } = await callCli(
      ["nickel", "export", "config.ncl", "--format", "toml"],
      project.root,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(" --> config.ncl:7:13\n");
  });

  test("knows lamina's own contracts, and fails with a place where they are broken", async () => {
    const sound = await callCli(["nickel", "export", "catalog/base/workflow.ncl"], project.root);
    expect(JSON.parse(sound.stdout)).toMatchObject({ name: "base", kind: "utility" });
    const missing = await callCli(["nickel", "export", "nowhere.ncl"], project.root);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain("nowhere.ncl");
  });

  test("finds imports by -I and by NICKEL_IMPORT_PATH", async () => {
    const lost = await callCli(["nickel", "export", "uses-lib.ncl"], project.root);
    expect(lost.exitCode).toBe(1);
    const found = await callCli(["nickel", "export", "-I", "lib", "uses-lib.ncl"], project.root);
    expect(found.stdout).toBe('"helped"\n');
    const env = { NICKEL_IMPORT_PATH: `/nowhere:${project.root}/lib` };
    expect((await runCli(["nickel", "export", "uses-lib.ncl"], { cwd: project.root, env })).stdout).toBe(
      '"helped"\n',
    );
  });
});

test("nickel eval prints the value in Nickel's syntax, which reads back as the same", async () => {
  const { exitCode, stdout } = await callCli(["nickel", "eval", "config.ncl"], project.root);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`{
  big = 18446744073709551615,
  list = [1, [], {}],
  name = "it's \\"quoted\\" 100%",
  nothing = null,
  ratio = 0.1,
  "with space" = 'tag,
}
`);
  project.write("again.ncl", stdout);
  const [once, twice] = await Promise.all(
    ["config.ncl", "again.ncl"].map((file) => callCli(["nickel", "export", file], project.root)),
  );
  expect(twice?.stdout).toBe(once?.stdout);
});

test("export leaves out what is not exported, whatever it is", async () => {
  expect((await callCli(["nickel", "export", "hiding.ncl"], project.root)).stdout).toBe(
    '{\n  "shown": 1\n}\n',
  );
});

test("eval shows what export leaves out, and traces go to stderr", async () => {
  expect(await callCli(["nickel", "eval", "traced.ncl"], project.root)).toMatchObject({
    stdout: "{ a = 1, b = 2 }\n",
    stderr: "std.trace: seen\n",
  });
  expect((await callCli(["nickel", "export", "traced.ncl"], project.root)).stdout).toBe('{\n  "b": 2\n}\n');
});

describe("nickel batch", () => {
  test("answers each path with a line, in order, whatever came before", async () => {
    const { exitCode, stdout, stderr } = await batch(
      "export",
      "wrong.ncl",
      `${project.root}/table.ncl`,
      "nowhere.ncl",
      "",
      "config.ncl",
      "broken.ncl",
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines[1]).toBe(`{"file":"${project.root}/table.ncl","ok":true,"value":{"a":{"c":[true]},"b":1}}`);
    expect(lines[3]).toContain('"big":18446744073709551615,');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { file: "wrong.ncl", ok: false, error: { kind: "EvalError::BlameError" } },
      { file: `${project.root}/table.ncl`, ok: true },
      { file: "nowhere.ncl", ok: false, error: { kind: "ImportError::IOError" } },
      { file: "config.ncl", ok: true },
      { file: "broken.ncl", ok: false, error: { kind: "ParseError::UnexpectedEOF" } },
    ]);
  });

  test("--mode parse only reads", async () => {
    const { stdout } = await batch("parse", "wrong.ncl", "broken.ncl");
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toMatchObject([
      { file: "wrong.ncl", ok: true },
      { file: "broken.ncl", ok: false, error: { kind: "ParseError::UnexpectedEOF" } },
    ]);
  });
});
