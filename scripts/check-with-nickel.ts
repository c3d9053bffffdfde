// Development only: holds the shipped Nickel files and the cases of the twins against the reference implementation.
//   node scripts/check-with-nickel.ts [NICKEL]      (default: the program `nickel` on PATH)
// Ends with 1 where the reference refuses a file, judges a case otherwise than expected, or exports other data than ours.

import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { execaSync } from "execa";
import { toJson } from "../engine/nickel/located.ts";
import { twinCases } from "../test/schemas/cases.ts";
import { openTwinEvaluator } from "../test/schemas/evaluator.ts";
import { checkedProgram } from "../test/schemas/twins.ts";

const [nickel = "nickel"] = process.argv.slice(2);
const root = join(import.meta.dirname, "..");
const schemas = join(root, "schemas");
const catalog = join(root, "catalog");

/** What the reference makes of a program: its data, or the first line of its complaint. */
type Verdict = { readonly data: unknown } | { readonly complaint: string };

function askReference(folder: string, path: string): Verdict {
  const { exitCode, stdout, stderr } = execaSync(nickel, ["export", "-I", folder, path], { reject: false });
  if (exitCode === undefined) throw new Error(`cannot run ${nickel}: ${stderr}`);
  return exitCode === 0 ? { data: JSON.parse(stdout) } : { complaint: stderr };
}

const folder = mkdtempSync(join(tmpdir(), "lamina-nickel-"));
const differences: string[] = [];
let checked = 0;

function compare(label: string, path: string, text: string, sound: boolean): void {
  checked += 1;
  const theirs = askReference(folder, path);
  const ours = openTwinEvaluator(new Map([[label, text]])).evaluate(label);
  if ("complaint" in theirs === sound)
    differences.push(
      `${label}: the reference ${sound ? `refuses it: ${"complaint" in theirs ? theirs.complaint : ""}` : "accepts it"}`,
    );
  if (ours.ok !== sound)
    differences.push(
      `${label}: ours ${ours.ok ? "accepts it" : `refuses it: ${ours.error[0]?.message ?? ""}`}`,
    );
  if ("data" in theirs && ours.ok && !isDeepStrictEqual(theirs.data, toJson(ours.value.value)))
    differences.push(`${label}: the exports differ`);
}

try {
  symlinkSync(schemas, join(folder, "lamina"));
  for (const name of readdirSync(schemas).filter((each) => each.endsWith(".ncl"))) {
    const { exitCode, stderr } = execaSync(nickel, ["typecheck", "-I", folder, join(schemas, name)], {
      reject: false,
    });
    checked += 1;
    if (exitCode !== 0) differences.push(`schemas/${name}: ${stderr}`);
  }
  const files = readdirSync(catalog, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ncl"),
  );
  for (const name of files.sort())
    compare(join(catalog, name), join(catalog, name), readFileSync(join(catalog, name), "utf8"), true);
  twinCases.forEach((one, index) => {
    const path = join(folder, `case-${String(index)}.ncl`);
    const text = checkedProgram(one);
    writeFileSync(path, text);
    compare(`/cases/${one.schema}/${one.title}.ncl`, path, text, one.sound);
  });
} finally {
  rmSync(folder, { recursive: true });
}

for (const difference of differences) process.stdout.write(`${difference}\n`);
process.stdout.write(
  `${String(checked)} files and cases checked, ${String(differences.length)} differences\n`,
);
process.exitCode = differences.length === 0 ? 0 : 1;
