// Development only: holds the Nickel files of schemas/, catalog/ and examples/ and the cases of the twins against the
// reference implementation.
//   npm run check:nickel [NICKEL]      (default: the program `nickel` on PATH)
// Ends with 1 where the reference refuses a file, judges a case otherwise than expected, or exports another text than ours;
// with 3 where there is no such program.

import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execaSync } from "execa";
import { writeData } from "../engine/nickel/formats/write.ts";
import { twinCases } from "../test/schemas/cases.ts";
import { openTwinEvaluator } from "../test/schemas/evaluator.ts";
import { checkedProgram } from "../test/schemas/twins.ts";

const [nickel = "nickel"] = process.argv.slice(2);
const root = join(import.meta.dirname, "..");
const schemas = join(root, "schemas");

/** What the reference makes of a program: its JSON, or its complaint. */
type Verdict = { readonly json: string } | { readonly complaint: string };

function askReference(folder: string, path: string): Verdict {
  const { exitCode, stdout, stderr } = execaSync(nickel, ["export", "-I", folder, path], { reject: false });
  if (exitCode === undefined) throw new Error(`cannot run ${nickel}: ${stderr}`);
  return exitCode === 0 ? { json: stdout } : { complaint: stderr };
}

if (execaSync(nickel, ["--version"], { reject: false }).exitCode !== 0) {
  process.stderr.write(`cannot run ${nickel}: install it with \`cargo install nickel-lang-cli\`\n`);
  process.exit(3);
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
  if (!("json" in theirs) || !ours.ok) return;
  const written = writeData(ours.value.value, "json");
  if (!written.ok || written.value.trimEnd() !== theirs.json)
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
  for (const part of ["catalog", "examples"]) {
    const names = readdirSync(join(root, part), { recursive: true, encoding: "utf8" });
    for (const name of names.filter((each) => each.endsWith(".ncl")).sort()) {
      const path = join(root, part, name);
      compare(path, path, readFileSync(path, "utf8"), true);
    }
  }
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
