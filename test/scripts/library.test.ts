// The package as its tarball installs it, without a network, used as a library: what docs/nickel-library.md shows compiles
// under the strictest settings, with every declaration checked, and prints what stands below it.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "lamina-library-"));
const consumer = join(folder, "consumer");
const examples = Array.from(
  readFileSync(join(root, "docs/nickel-library.md"), "utf8").matchAll(
    /```ts\n(.*?)```\n\n```text\n(.*?)```/gs,
  ),
  ([, program = "", output = ""], index) => ({ name: `example-${index + 1}`, program, output }),
);

beforeAll(() => {
  const packed = join(folder, "package");
  mkdirSync(packed);
  mkdirSync(consumer);
  for (const part of ["package.json", "catalog"])
    cpSync(join(root, part), join(packed, part), { recursive: true });
  execFileSync(process.execPath, [join(root, "scripts/build.ts"), join(packed, "dist")]);
  npm(["pack", "--ignore-scripts", "--pack-destination", folder], packed);
  writeFileSync(
    join(consumer, "package.json"),
    '{ "name": "consumer", "type": "module", "private": true }\n',
  );
  npm(["install", "--offline", "--ignore-scripts", "--no-audit", "../lamina-0.1.0.tgz"], consumer);
  for (const { name, program } of examples) writeFileSync(join(consumer, `${name}.ts`), program);
  const compilerOptions = {
    target: "es2024",
    module: "nodenext",
    moduleResolution: "nodenext",
    lib: ["es2024", "dom"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function npm(args: readonly string[], cwd: string): void {
  execFileSync("npm", args, { cwd, stdio: "pipe" });
}

test("the document has examples", () => {
  expect(examples.length).toBeGreaterThan(4);
});

test("a consumer compiles, with every declaration checked", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(execFileSync(process.execPath, [tsc, "-p", consumer], { encoding: "utf8" })).toBe("");
});

test.each(examples)("$name prints what is written below it", ({ name, output }) => {
  const run = () =>
    execFileSync(process.execPath, [join(consumer, `${name}.ts`)], { cwd: consumer, encoding: "utf8" });
  expect(run()).toBe(output);
});

test("nothing else of the package can be imported", () => {
  const program = 'await import("lamina/dist/cli/main.js").catch((error) => console.log(error.code));';
  const args = ["--input-type=module", "--eval", program];
  expect(execFileSync(process.execPath, args, { cwd: consumer, encoding: "utf8" })).toBe(
    "ERR_PACKAGE_PATH_NOT_EXPORTED\n",
  );
});

test("what nests too deep for a thread is evaluated on a larger stack, from the package as well", () => {
  const program = `
    import { evaluate, toData } from "lamina/nickel";
    const source = "let rec sum = fun n => if n == 0 then 0 else n + sum (n - 1) in sum 50000";
    const result = evaluate({ source });
    console.log(result.ok ? toData(result.value) : result.diagnostics);
    console.log(evaluate({ source: 'import "lamina/workflow.ncl"' }, { mode: "check" }).ok);`;
  const args = ["--input-type=module", "--eval", program];
  expect(execFileSync(process.execPath, args, { cwd: consumer, encoding: "utf8" })).toBe(
    "1250025000\ntrue\n",
  );
});
