// The evaluation of Nickel files, spared where all that a value was made of is the same.

import type { Files } from "../core/host.ts";
import { ok } from "../core/result.ts";
import { SourceFile } from "../core/source.ts";
import type { Memory, Notes } from "../memory/memory.ts";
import type { Evaluated } from "../nickel/evaluate.ts";
import type { Located } from "../nickel/located.ts";
import { decodeLocated, encodeLocated } from "../nickel/located-codec.ts";
import type { CatalogDeps } from "./catalog-deps.ts";

/** As `evaluate`, with the values that the memory has. What fails is never kept, so that it is told each time. */
export function rememberEvaluations(
  evaluate: CatalogDeps["evaluate"],
  memory: Memory,
): CatalogDeps["evaluate"] {
  return async (entryPath) => {
    const recalled = recallEvaluation(entryPath, memory);
    if (recalled !== undefined) return ok(recalled);
    const evaluated = await evaluate(entryPath);
    const encoded = evaluated.ok ? encodeLocated(evaluated.value.value, evaluated.value.imports) : undefined;
    if (!evaluated.ok || encoded === undefined) {
      memory.drop(keyOf(entryPath));
      return evaluated;
    }
    const notes = memory.takeNotes();
    noteEvaluation(evaluated.value, notes);
    const { imports, absent } = evaluated.value;
    memory.keep(
      keyOf(entryPath),
      "",
      notes,
      { brief: true, details: [{ imports, absent }, encoded] },
      "large",
    );
    return evaluated;
  };
}

/** Notes down what an evaluation looked at: its files were read through the memory's. */
export function noteEvaluation(
  { imports, absent }: Pick<Evaluated, "imports" | "absent">,
  notes: Notes,
): void {
  for (const path of [...imports, ...absent]) notes.noteContent(path);
}

/** The kept value of a file, if it is still so. */
export function recallEvaluation(entryPath: string, memory: Memory): Evaluated | undefined {
  const kept = memory.recall(keyOf(entryPath), "");
  const sources = kept?.detail(0);
  const value = peekValue(entryPath, memory)?.((path) => openSource(path, memory.files));
  return kept === undefined || value === undefined || !isSources(sources) ? undefined : { ...sources, value };
}

/** The kept value of a file, if it is still so, made when the answer is called; `open` gives the file of a path. */
export function peekValue(
  entryPath: string,
  memory: Memory,
): ((open: (path: string) => SourceFile) => Located | undefined) | undefined {
  const kept = memory.recallAny(keyOf(entryPath));
  if (kept === undefined) return undefined;
  return (open) => {
    const sources = kept.detail(0);
    return isSources(sources) ? decodeLocated(kept.detail(1), sources.imports.map(open)) : undefined;
  };
}

/** A file whose text is read when somebody asks for it; "" where it is gone by then. */
export function openSource(path: string, files: Files): SourceFile {
  return new SourceFile(path, () => {
    const text = files.readText(path);
    return text.ok ? text.value : "";
  });
}

function keyOf(entryPath: string): string {
  return `evaluation ${entryPath}`;
}

function isSources(json: unknown): json is Pick<Evaluated, "imports" | "absent"> {
  return typeof json === "object" && json !== null && "imports" in json && "absent" in json;
}
