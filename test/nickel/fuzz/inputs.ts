// The inputs of the fuzz tests: a choice among soups of pieces, real programs mutated, and generated programs.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EvaluationMode } from "../../../engine/nickel/evaluate.ts";
import { type Chooser, pick } from "./chooser.ts";
import { generateProgram } from "./generate.ts";
import { mutate, soup } from "./mutate.ts";

const root = join(import.meta.dirname, "../../..");

/** The texts of all .ncl files that lamina has, by path below its root, without the comments at their heads. */
export function readCorpus(): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const folder of ["test/nickel", "schemas", "catalog"]) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
      if (name.endsWith(".ncl"))
        texts.set(`${folder}/${name}`, withoutHead(readFileSync(join(root, folder, name), "utf8")));
    }
  }
  return texts;
}

function withoutHead(text: string): string {
  return text.replace(/^(?:#.*\n)+/, "");
}

/** Those of the corpus that are short enough to be changed a million times. */
export function programsOf(corpus: ReadonlyMap<string, string>): readonly string[] {
  return Array.from(corpus.values()).filter((text) => text.length <= 2000);
}

/** What inputs may import: lamina's contracts, as catalogs do. */
export function importableOf(corpus: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    Array.from(corpus).flatMap(([path, text]) =>
      path.startsWith("schemas/") ? [[`/lib/lamina/${path.slice("schemas/".length)}`, text] as const] : [],
    ),
  );
}

export interface Input {
  readonly text: string;
  readonly mode: EvaluationMode;
}

const modes = ["export", "export", "eval", "check", "check-strict"] as const;

export function makeInput(chooser: Chooser, programs: readonly string[]): Input {
  const mode = pick(chooser, modes);
  switch (chooser.next(6)) {
    case 0:
      return { text: soup(chooser), mode };
    case 1:
    case 2:
      return { text: mutate(chooser, pick(chooser, programs), programs), mode };
    case 3: {
      const program = generateProgram(chooser);
      return { text: mutate(chooser, program, programs), mode };
    }
    default:
      return { text: generateProgram(chooser), mode };
  }
}
