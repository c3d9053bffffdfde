// `lamina nickel typecheck`, and the batch modes that check without evaluating.

import { afterAll, describe, expect, test } from "vitest";
import { callCli, runCli, writeProject } from "./run-cli.ts";

const project = writeProject({
  "sound.ncl": "let double : Number -> Number = fun n => n * 2 in { four = double 2, never = 1 / 0 }\n",
  "mistyped.ncl": "{ port = 80 : Number, name = 1 : String, host : String = true }\n",
  "untyped.ncl": '{ a = 1, b = a ++ "x" }\n',
  "guessed.ncl": "let x = 1 + 1 in (x + 1 : Number)\n",
  "importing.ncl": '(import "mistyped.ncl").port\n',
  "function.ncl":
    "let f : (Number -> Number) -> Number = fun g => g 1 in (f std.string.from_number) : Number\n",
});
afterAll(() => project.remove());

function typecheck(...args: readonly string[]) {
  return callCli(["nickel", "typecheck", ...args], project.root);
}

describe("nickel typecheck", () => {
  test("says nothing where all is well, and evaluates nothing", async () => {
    expect(await typecheck("sound.ncl")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  test("tells what is wrong with each typed block", async () => {
    expect(await typecheck("mistyped.ncl")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `error[E0260]: expected the type \`String\`, found \`Number\`
 --> mistyped.ncl:1:30
  |
1 | { port = 80 : Number, name = 1 : String, host : String = true }
  |                              ^ this is \`Number\`
note: the type is asked for here
 --> mistyped.ncl:1:34
  |
1 | { port = 80 : Number, name = 1 : String, host : String = true }
  |                                  ------

error[E0260]: expected the type \`String\`, found \`Bool\`
 --> mistyped.ncl:1:58
  |
1 | { port = 80 : Number, name = 1 : String, host : String = true }
  |                                                          ^^^^ this is \`Bool\`
note: the type is asked for here
 --> mistyped.ncl:1:49
  |
1 | { port = 80 : Number, name = 1 : String, host : String = true }
  |                                                 ------

2 errors
\`lamina explain E0260\` tells more
`,
    });
  });

  test("looks into what is imported", async () => {
    const { exitCode, stderr } = await typecheck("importing.ncl");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(" --> mistyped.ncl:1:30\n");
  });

  test("types all of a file with --strict", async () => {
    expect(await typecheck("untyped.ncl")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const { exitCode, stderr } = await typecheck("--strict", "untyped.ncl");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "error[E0260]: expected the type `String`, found `Number`\n --> untyped.ncl:1:14\n",
    );
  });

  test("--strict refuses what only typing all of it would let pass", async () => {
    const { exitCode, stderr } = await typecheck("--strict", "guessed.ncl");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "error[E0260]: expected the type `Number`, found `Dyn`\n --> guessed.ncl:1:19\n",
    );
  });
});

describe("nickel batch", () => {
  test("checks without evaluating, and names the cause in a function's type", async () => {
    const { stdout } = await runCli(["nickel", "batch", "--mode", "typecheck"], {
      cwd: project.root,
      stdin: "sound.ncl\nfunction.ncl\nguessed.ncl",
    });
    expect(stdout.split("\n").map((line) => (line === "" ? "" : JSON.parse(line)))).toMatchObject([
      { file: "sound.ncl", ok: true, value: null },
      {
        file: "function.ncl",
        ok: false,
        error: { kind: "TypecheckError::ArrowTypeMismatch", cause: { kind: "TypecheckError::TypeMismatch" } },
      },
      { file: "guessed.ncl", ok: false, error: { kind: "TypecheckError::TypeMismatch" } },
      "",
    ]);
  });

  test("types whole files in strict mode", async () => {
    const { stdout } = await runCli(["nickel", "batch", "--mode", "typecheck_strict"], {
      cwd: project.root,
      stdin: "guessed.ncl\nuntyped.ncl",
    });
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { file: "guessed.ncl", ok: true },
      { file: "untyped.ncl", ok: false, error: { kind: "TypecheckError::TypeMismatch" } },
    ]);
  });
});
