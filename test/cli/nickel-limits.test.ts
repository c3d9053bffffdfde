// What uses up the stack, the time, the steps or the memory: answered where it can be, complained about where not, and broken
// off by Ctrl-C. By the real command line.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { callCli, runCli, writeProject } from "./run-cli.ts";

const nest = "let rec nest = fun n => if n == 0 then { leaf = 1 } else { next = nest (n - 1) } in\n";

const project = writeProject({
  "count.ncl":
    "let rec count = fun n acc => if n == 0 then acc else count (n - 1) (acc + 1) in count 20000 0\n",
  "sum.ncl": "let rec sum = fun n => if n == 0 then 0 else n + sum (n - 1) in sum 100000\n",
  "traced.ncl":
    'let rec sum = fun n => if n == 0 then 0 else n + sum (n - 1) in std.trace "before" (sum 20000) + std.trace "after" 1\n',
  "lib.ncl": "{ n = 30000 }\n",
  "imports.ncl":
    'let { n, .. } = import "lib.ncl" in let rec sum = fun n => if n == 0 then 0 else n + sum (n - 1) in { total = sum n, "é" = \'Tag }\n',
  "wrong.ncl":
    'let rec sum = fun n => if n == 0 then "none" else n + sum (n - 1) in\n{ total = sum 20000 }\n',
  "equal.ncl": `${nest}nest 20000 == nest 20000\n`,
  "merge.ncl": `${nest}std.deep_seq (nest 20000 & nest 20000) "merged"\n`,
  "contract.ncl": `${nest}let rec T = { next | T | optional, leaf | Number | optional } in let r | T = nest 20000 in std.deep_seq r "checked"\n`,
  "serialized.ncl":
    "let rec nest = fun n => if n == 0 then [] else [nest (n - 1)] in std.string.length (std.serialize 'Json (nest 5000))\n",
  "deep.ncl": "let rec nest = fun n => if n == 0 then [] else [nest (n - 1)] in nest 5000\n",
  "too-deep.ncl": `${nest}nest 20000\n`,
  "lets.ncl": `${Array.from({ length: 3000 }, (_, at) => `let x${at} = ${at} in `).join("")}x2999\n`,
  "endless.ncl": "let rec f = fun n => f (n + 1) in\n{ a = f 0 }\n",
  "growing.ncl": "let rec f = fun acc => f ([acc] @ [acc]) in f []\n",
  "pattern.ncl": `std.string.is_match "^(a|a)*$" "${"a".repeat(60)}b"\n`,
  "bomb.yaml": `a0: &a0 [x, x]\n${Array.from({ length: 60 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]\n`).join("")}`,
  "bomb.ncl": 'import "bomb.yaml"\n',
  "brackets.yaml": "[".repeat(100_000),
  "brackets.ncl": "(".repeat(100_000),
});
afterAll(() => project.remove());

const nickel = (...args: string[]) => callCli(["nickel", ...args], project.root);

const firstLine = async (...args: string[]) => {
  const { exitCode, stderr } = await nickel(...args);
  return [exitCode, stderr.split("\n")[0]];
};

describe("what does not fit on the stack of the main thread is evaluated all the same", () => {
  test.each([
    ["count.ncl", "20000\n"],
    ["sum.ncl", "5000050000\n"],
    ["imports.ncl", '{\n  "total": 450015000,\n  "é": "Tag"\n}\n'],
    ["equal.ncl", "true\n"],
    ["merge.ncl", '"merged"\n'],
    ["contract.ncl", '"checked"\n'],
    ["serialized.ncl", "50020002\n"],
    ["lets.ncl", "2999\n"],
  ])("%s", async (file, stdout) => {
    expect(await nickel("export", file)).toEqual({ exitCode: 0, stderr: "", stdout });
  });

  test("data nested 5,000 deep are printed", async () => {
    const { exitCode, stdout } = await nickel("export", "deep.ncl");
    expect([exitCode, stdout.replaceAll(/\s/g, "")]).toEqual([0, "[".repeat(5001) + "]".repeat(5001)]);
  });

  test("in a batch as well", async () => {
    const { stdout } = await runCli(["nickel", "batch"], {
      cwd: project.root,
      stdin: "sum.ncl\nlib.ncl\ncount.ncl\n",
    });
    expect(stdout).toBe(
      '{"file":"sum.ncl","ok":true,"value":5000050000}\n' +
        '{"file":"lib.ncl","ok":true,"value":{"n":30000}}\n' +
        '{"file":"count.ncl","ok":true,"value":20000}\n',
    );
  });

  test("traces are told once", async () => {
    expect(await nickel("export", "traced.ncl")).toEqual({
      exitCode: 0,
      stderr: "std.trace: before\nstd.trace: after\n",
      stdout: "200010001\n",
    });
  });

  test("what is wrong down there is told with its places", async () => {
    const { exitCode, stderr } = await nickel("export", "wrong.ncl");
    expect(exitCode).toBe(1);
    expect(stderr.split("\n").slice(0, 6)).toEqual([
      "error[E0219]: `+` expects a Number as its second operand",
      " --> wrong.ncl:1:39",
      "  |",
      '1 | let rec sum = fun n => if n == 0 then "none" else n + sum (n - 1) in',
      '  |                                       ^^^^^^ this is the string "none"',
      "note: needed here",
    ]);
  });
});

describe("limits", () => {
  test.each([
    [["export", "endless.ncl", "--timeout", "0.5"], "error[E0252]: the evaluation takes longer than 0.5 s"],
    [
      ["eval", "endless.ncl", "--max-steps", "100000"],
      "error[E0250]: the evaluation takes more than 100,000 steps",
    ],
    [["export", "pattern.ncl", "--timeout", "0.5"], "error[E0252]: the evaluation takes longer than 0.5 s"],
    [
      ["export", "bomb.ncl", "--max-steps", "100000"],
      "error[E0250]: the evaluation takes more than 100,000 steps",
    ],
    [["export", "too-deep.ncl"], "error[E0253]: a value too large to be held"],
    [["export", "brackets.yaml"], "error[E0140]: yaml parse error: nested more than 500 levels deep"],
    [["export", "brackets.ncl"], "error[E0120]: nested too deeply"],
  ])("%s", async (args, complaint) => {
    expect(await firstLine(...args)).toEqual([1, complaint]);
  });

  test("memory", async () => {
    const { exitCode, stderr } = await runCli(["nickel", "export", "growing.ncl", "--max-memory", "300"], {
      cwd: project.root,
    });
    expect([exitCode, stderr.split("\n")[0]]).toEqual([
      1,
      "error[E0251]: the evaluation needs more than 300 MiB of memory",
    ]);
  });

  test("by the environment, for each file of a batch", async () => {
    const { stdout } = await runCli(["nickel", "batch"], {
      cwd: project.root,
      env: { LAMINA_NICKEL_MAX_STEPS: "100000" },
      stdin: "endless.ncl\nlib.ncl\n",
    });
    expect(stdout).toBe(
      '{"file":"endless.ncl","ok":false,"error":{"kind":"EvalError::Other","message":"the evaluation takes more than 100,000 steps\\nwhile evaluating this"}}\n' +
        '{"file":"lib.ncl","ok":true,"value":{"n":30000}}\n',
    );
  });

  test("a limit that is no number", async () => {
    const wrong = await runCli(["nickel", "eval", "lib.ncl"], {
      cwd: project.root,
      env: { LAMINA_NICKEL_TIMEOUT: "soon" },
    });
    expect(wrong).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "error: LAMINA_NICKEL_TIMEOUT must be a number of seconds\n",
    });
  });
});

test.each(["endless.ncl", "sum-endless.ncl"])(
  "Ctrl-C ends an evaluation that never ends: %s",
  async (file) => {
    project.write(
      "sum-endless.ncl",
      'let rec f = fun n => f (n + 1) in let rec sum = fun n => if n == 0 then std.trace "deep" (f 0) else n + sum (n - 1) in sum 20000\n',
    );
    project.write("endless.ncl", 'let rec f = fun n => f (n + 1) in std.trace "begun" (f 0)\n');
    const main = join(import.meta.dirname, "../../cli/main.ts");
    const child = spawn(process.execPath, [main, "nickel", "export", file], { cwd: project.root });
    const ended = new Promise((resolve) => {
      child.on("exit", (code, signal) => resolve(code ?? signal));
    });
    await new Promise((resolve) => {
      child.stderr.once("data", resolve);
    });
    child.kill("SIGINT");
    expect(["SIGINT", 130]).toContain(await ended);
  },
);
