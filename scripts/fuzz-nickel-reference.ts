// Generated programs asked of the reference implementation as well: whether both accept them, with the same data, and
// otherwise with the same kind of complaint as far as its first line tells.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { execa } from "execa";
import { createEvaluator } from "../engine/nickel/evaluate.ts";
import { toJson } from "../engine/nickel/located.ts";
import { systemFiles } from "../providers/host/files.ts";
import { fromSeed } from "../test/nickel/fuzz/chooser.ts";
import { generateProgram } from "../test/nickel/fuzz/generate.ts";

/** The headlines by which the reference's complaints are told apart, and our kinds that go with each. */
const headlines: readonly (readonly [RegExp, RegExp])[] = [
  [/^error: type error/, /TypecheckError/],
  [/contract broken|broken by/, /BlameError/],
  [/dynamic type error/, /TypeError/],
  [/infinite recursion/, /InfiniteRecursion/],
  [/missing definition/, /MissingFieldDef/],
  [/missing field/, /FieldMissing/],
  [/non mergeable/, /MergeIncompatibleArgs/],
  [/unmatched pattern/, /NonExhaustive/],
  [/destructuring/, /FailedDestructuring/],
  [/not a function/, /NotAFunc/],
  [/cannot compare/, /IncomparableValues/],
  [/non serializable/, /NonSerializable|SerializationError/],
  [/unbound identifier/, /UnboundIdentifier/],
  [/unexpected token|unexpected end/, /ParseError/],
];

/** The programs of `count` seeds. @returns how many are answered differently. */
export async function compareWithReference(
  nickel: string,
  from: number,
  count: number,
  say: (text: string) => void,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "lamina-fuzz-"));
  let differences = 0;
  let undecided = 0;
  try {
    for (let seed = from; seed < from + count; seed += 1) {
      const path = join(folder, "program.ncl");
      writeFileSync(path, generateProgram(fromSeed(seed)));
      const { exitCode, stdout, stderr } = await execa(nickel, ["export", path], {
        reject: false,
        timeout: 10_000,
      });
      const ours = createEvaluator({
        files: systemFiles,
        importPaths: [],
        firstOnly: true,
        limits: { steps: 1_000_000 },
      }).evaluate(path);
      const [first] = ours.ok ? [] : ours.error;
      if (exitCode === undefined || exitCode > 1) {
        undecided += 1;
        continue;
      }
      let difference: string | undefined;
      if (exitCode === 0) {
        if (!ours.ok) difference = `only the reference accepts it; ours: ${first?.kind} ${first?.message}`;
        else if (!isDeepStrictEqual(JSON.parse(stdout), toJson(ours.value.value)))
          difference = "the data differ";
      } else {
        const line = stderr.split("\n").find((one) => one.startsWith("error")) ?? stderr;
        const kind = headlines.find(([headline]) => headline.test(line))?.[1];
        if (ours.ok) difference = `only the reference refuses it: ${line}`;
        else if (kind !== undefined && first !== undefined && !kind.test(first.kind))
          difference = `${line} | ${first.kind}: ${first.message}`;
      }
      if (difference === undefined) continue;
      differences += 1;
      say(`DIFFERENCE seed ${seed}: ${difference}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  say(`${count} programs, ${differences} differences, ${undecided} that the reference does not answer`);
  return differences;
}
