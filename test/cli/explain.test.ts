// Every code that can be told is explained, by an example that really brings it about, and one that brings about nothing.

import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { explanations, findExplanations } from "../../cli/explain/find-explanation.ts";
import { explainedCases } from "../../cli/self-test/explained-cases.ts";
import { isRight, runSelfTest } from "../../cli/self-test/run-self-test.ts";
import { codeList, explained } from "../../schemas/explanations.ts";
import { callCli } from "./run-cli.ts";

interface Row {
  readonly code: string;
  readonly kind: string | undefined;
  readonly file: string;
}

/** All rows of all tables of codes. */
async function readTables(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const file of glob("engine/**/*.ts")) {
    if (!/\bcode: "[EW]\d{4}"/.test(readFileSync(file, "utf8"))) continue;
    const module: Readonly<Record<string, unknown>> = await import(resolve(file));
    rows.push(
      ...Object.values(module)
        .flatMap(rowsOf)
        .map((row) => Object.assign(row, { file })),
    );
  }
  return rows;
}

/** A row by itself, or a table of rows. */
function rowsOf(value: unknown): readonly Omit<Row, "file">[] {
  if (typeof value !== "object" || value === null) return [];
  if (!("code" in value)) return Object.values(value).flatMap(rowsOf);
  const kind = "kind" in value ? value.kind : undefined;
  return [{ code: String(value.code), kind: typeof kind === "string" ? kind : undefined }];
}

const tables = await readTables();

describe("the registry", () => {
  test("the tables are seen", () => {
    expect(tables.length).toBeGreaterThan(100);
    expect(new Set(tables.map(({ file }) => file)).size).toBeGreaterThanOrEqual(7);
  });

  test("no other text of the program makes up a code", async () => {
    const strays: string[] = [];
    for await (const file of glob(["engine/**/*.ts", "cli/**/*.ts", "providers/**/*.ts"])) {
      if (file.startsWith("cli/explain/") || file.startsWith("cli/self-test/")) continue;
      const literals = readFileSync(file, "utf8").match(/"[EW]\d{4}"/g) ?? [];
      const known = new Set(tables.filter((row) => row.file === file).map(({ code }) => `"${code}"`));
      if (literals.some((literal) => !known.has(literal))) strays.push(file);
    }
    expect(strays).toEqual([]);
  });

  test("explains every code once, and none that does not exist", () => {
    const codes = tables.map(({ code }) => code).sort();
    expect(explanations.map(({ code }) => code).sort()).toEqual(codes);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test("no two codes have the same digits", () => {
    expect(new Set(tables.map(({ code }) => code.slice(1))).size).toBe(tables.length);
  });

  test("has Nickel's own names of errors as the tables have them", () => {
    const kinds = new Map(tables.map(({ code, kind }) => [code, kind]));
    for (const { code, kind } of explanations) expect([code, kind]).toEqual([code, kinds.get(code)]);
  });

  test("titles are a line, causes and remedies sentences", () => {
    for (const { title, cause, fix } of explanations) {
      expect(title).toMatch(/^\S.{0,78}[^.\s]$/);
      expect(cause).toMatch(/^[^\n]+[.:]$|^[^\n]+[^\n]$/);
      expect(`${cause} ${fix}`).not.toMatch(/ {2}|\n/);
      expect(fix).toMatch(/[.…]$/);
    }
  });
});

test("each wrong example brings about its code where it is marked, and nothing else; each mended one nothing", async () => {
  const cases = explainedCases();
  expect(cases).toHaveLength(2 * explanations.length);
  const verdicts = await runSelfTest([{ title: "examples", cases }]);
  expect(verdicts.filter((verdict) => !isRight(verdict))).toEqual([]);
  expect(verdicts.map(({ planted }) => planted.length)).toEqual(explanations.flatMap(() => [1, 0]));
});

function codesOf(asked: string): readonly string[] | string | undefined {
  const found = findExplanations(asked);
  return found.ok ? found.value.map(({ code }) => code) : found.error;
}

test("codes are found however they are written, errors of Nickel by its names too", () => {
  expect(["E0403", "e0403", "E403", "403", "0403"].map(codesOf)).toEqual(
    Array.from({ length: 5 }, () => ["E0403"]),
  );
  expect(codesOf("337")).toEqual(["W0337"]);
  expect(codesOf("evalerror::blameerror")).toEqual(["E0210", "E0211"]);
  expect(codesOf("E04O3")).toBe("E0403");
  expect(codesOf("EvalError::BlamError")).toBe("EvalError::BlameError");
  expect(codesOf("nonsense")).toBeUndefined();
});

describe("the command", () => {
  test("prints a code with its examples, the fault underlined", async () => {
    expect(await callCli(["explain", "W0334"])).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: `\
warning[W0334]: a secret that is declared but not mounted

No stage that the target reaches mounts it. What is not needed should not be handed over.

What to do:
Mount it, or take it out.

Wrong, as \`lamina catalog-validate\` tells:

  catalog/rust/workflow.ncl
    {
      name = "rust",
      kind = 'toolchain,
      build_base = "debian",
      tools_provided = ["rustc"],
      artifact_paths = ["/usr/bin/rustc"],
      language = "rust",
      secrets = ["token"],
                 ^^^^^^^
    }

Mended:

  catalog/rust/workflow.ncl
    {
      name = "rust",
      kind = 'toolchain,
      build_base = "debian",
      tools_provided = ["rustc"],
      artifact_paths = ["/usr/bin/rustc"],
      language = "rust",
    }
`,
    });
  });

  test("says which command tells it, which files there are and which not, and Nickel's name", async () => {
    const printed = await Promise.all(
      ["E0303", "W0407", "E0501", "E0141"].map((code) => callCli(["explain", code])),
    );
    expect(
      printed.map(({ stdout }) =>
        stdout.slice(stdout.search(/Nickel itself|Wrong/), stdout.indexOf("Mended:")),
      ),
    ).toEqual([
      `\
Wrong, as \`lamina catalog-validate\` tells:

  catalog/rust/workflow.ncl is not there

  catalog/rust/Dockerfile
    FROM lamina/debian

`,
      "Wrong, as `lamina plan --base debian:bookworm=registry.example/debian:trixie` tells:\n\n",
      `\
Wrong, as \`lamina plan\` tells:

  lamina.lock (not readable)
    {
      "version": 1,
      "bases": {},
      "layers": {}
    }

`,
      `\
Nickel itself calls it ExportError::UnsupportedNull.

Wrong, as \`lamina nickel export --format toml example.ncl\` tells:

  example.ncl
    { cpu = null }
            ^^^^

`,
    ]);
  });

  test("lists all codes by families", async () => {
    const { exitCode, stdout } = await callCli(["explain"]);
    expect(exitCode).toBe(0);
    expect(stdout.match(/^ {2}[EW]\d{4} {2}\S/gm)).toHaveLength(explanations.length);
    expect(stdout.match(/^\S.*$/gm)).toEqual([
      "Nickel: reading a text",
      "Nickel: its static types",
      "Nickel: evaluating it",
      "A layer's declaration",
      "A layer's Dockerfile",
      "Between layers",
      "The lock",
      "`lamina explain CODE` tells more of one",
    ]);
  });

  test("as JSON, by the schemas", async () => {
    const [list, one] = await Promise.all([
      callCli(["explain", "--json"]),
      callCli(["explain", "E0403", "--json"]),
    ]);
    const { families } = codeList.parse(JSON.parse(list.stdout));
    expect(families.flatMap(({ codes }) => codes)).toHaveLength(explanations.length);
    const [explanation] = explained.parse(JSON.parse(one.stdout)).explanations;
    expect(explanation).toMatchObject({
      code: "E0403",
      severity: "error",
      command: "lamina catalog-validate",
    });
    expect(JSON.stringify(explanation)).not.toMatch(/[«»]/);
  });

  test("a code that does not exist", async () => {
    expect(await callCli(["explain", "E04O3"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: 'error: there is no code "E04O3"\nhelp: did you mean E0403?\n',
    });
    expect((await callCli(["explain", "nonsense"])).stderr).toBe(
      'error: there is no code "nonsense"\nhelp: `lamina explain` shows all codes\n',
    );
  });
});
