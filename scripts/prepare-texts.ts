// What every evaluation of a catalog would parse anew: lamina's own Nickel texts, the library's modules and the contracts, parsed and
// lowered now. In comes the folder to write to: prepared/std/<module>.ncl.core and prepared/lamina/<contract>.ncl.core come to be there.

import { glob, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { serialize } from "node:v8";
import { SourceFile } from "../engine/core/source.ts";
import { lowerFile } from "../engine/nickel/lower/lower.ts";
import { type PackedText, packText } from "../engine/nickel/lower/prepared.ts";
import { lowerModule } from "../engine/nickel/stdlib/library.ts";
import { moduleNames, moduleSource } from "../engine/nickel/stdlib/module.ts";
import { parse } from "../engine/nickel/syntax/parse.ts";
import { outerType } from "../engine/nickel/typing/outer-type.ts";

const root = join(import.meta.dirname, "..");

/** What cannot be prepared is left out: it is parsed when it is needed, as any other text. */
export async function prepareTexts(into: string): Promise<void> {
  for (const name of [...moduleNames, "top"] as const) {
    const prepared = { core: lowerModule(name), imports: [], outer: undefined };
    await write(into, `std/${name}.ncl`, packText(moduleSource(name), prepared));
  }
  for await (const path of glob(join(root, "schemas/*.ncl"))) {
    const file = new SourceFile(path, await readFile(path, "utf8"));
    const { term, diagnostics } = parse(file);
    if (term === undefined || diagnostics.length > 0) continue;
    const lowered = lowerFile(term, new Set(["std"]), false);
    if (lowered.isTyped || lowered.diagnostics.length > 0) continue;
    await write(into, `lamina/${basename(path)}`, packText(file, { ...lowered, outer: outerType(term) }));
  }
}

async function write(into: string, name: string, packed: PackedText | undefined): Promise<void> {
  if (packed === undefined) return;
  const path = join(into, "prepared", `${name}.core`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, serialize(packed));
}
