// The embedded Nickel from the command line: export, eval, and the batch protocol.

import { readFileSync } from "node:fs";
import { join } from "node:path";
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
  "base.ncl": '{ port | default = 80, server = { "my name" = "web", "%{"port"}" = port } }\n',
  "site.json": '{ "port": 81 }\n',
  "text-port.ncl": "{ port | String, .. }\n",
  "half-broken.ncl": "{ sound = 1, broken = 1 / 0 }\n",
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

function nickel(...args: readonly string[]) {
  return callCli(["nickel", ...args], project.root);
}

function piped(stdin: string, ...args: readonly string[]) {
  return runCli(["nickel", "export", ...args], { cwd: project.root, stdin });
}

describe("a program of several parts", () => {
  test("several files are merged, data among them", async () => {
    expect((await nickel("export", "base.ncl", "site.json")).stdout).toBe(
      '{\n  "port": 81,\n  "server": {\n    "my name": "web",\n    "port": 81\n  }\n}\n',
    );
    expect((await nickel("eval", "base.ncl", "site.json")).stdout).toBe(
      '{ port = 81, server = { "my name" = "web", port = 81 } }\n',
    );
  });

  test("one field alone is evaluated, by a path of names bare or in quotes", async () => {
    expect((await nickel("export", "base.ncl", "--field", 'server."my name"')).stdout).toBe('"web"\n');
    expect((await nickel("export", "half-broken.ncl", "--field", "sound")).stdout).toBe("1\n");
    expect(await nickel("export", "base.ncl", "--field", "a..b")).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        'error: nickel export: --field must be a path of fields such as a.b or a."b c", not "a..b"\n' +
        "help: `lamina help nickel export` shows its options\n",
    });
  });

  test("contracts are applied to the whole, before the field is taken", async () => {
    const { exitCode, stdout, stderr } = await nickel(
      "export",
      "base.ncl",
      "--apply-contract",
      "text-port.ncl",
      "--field",
      "server.port",
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("--> base.ncl:1:20\n");
    expect(stderr).toContain("--> text-port.ncl:1:10\n");
  });

  test("a field is set where the files leave it open, or overridden", async () => {
    expect((await nickel("export", "base.ncl", "--set", "port=1 + 1", "--field", "server.port")).stdout).toBe(
      "2\n",
    );
    const conflict = await nickel("export", "base.ncl", "--set", 'server."my name"="x"');
    expect(conflict.exitCode).toBe(1);
    expect(conflict.stderr).toContain('error[E0213]: cannot merge the string "web" with the string "x"\n');
    const args = [
      "export",
      "base.ncl",
      "--override",
      'server."my name"="x" # or y',
      "--field",
      'server."my name"',
    ];
    expect((await nickel(...args)).stdout).toBe('"x"\n');
    expect((await nickel("export", "base.ncl", "--set", "port=(")).exitCode).toBe(2);
  });

  test("what stdin holds is an input as well, in any format, with imports from here", async () => {
    expect((await piped('(import "base.ncl").port')).stdout).toBe("80\n");
    expect(
      (await piped("port: 82", "base.ncl", "-", "--stdin-format", "yaml", "--field", "server.port")).stdout,
    ).toBe("82\n");
    const broken = await piped("{ a = ");
    expect({ exitCode: broken.exitCode, stderr: broken.stderr.split("\n").slice(0, 2) }).toEqual({
      exitCode: 1,
      stderr: ["error[E0101]: unexpected end of file", " --> <stdin>:1:7"],
    });
  });

  test("the result goes to a file", async () => {
    expect(
      await nickel("export", "base.ncl", "-f", "yaml", "-o", "out/base.yaml", "--field", "port"),
    ).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(join(project.root, "out/base.yaml"), "utf8")).toBe("80\n");
    const { exitCode, stderr } = await nickel("export", "base.ncl", "-o", "base.ncl/x");
    expect({ exitCode, stderr: stderr.slice(0, 31) }).toEqual({
      exitCode: 3,
      stderr: "error: cannot write base.ncl/x:",
    });
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
