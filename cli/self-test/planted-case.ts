// One case of the self-test: a project with faults planted at marked places, or with none.

import { join } from "node:path";
import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import { SourceFile } from "../../engine/core/source.ts";
import type { Question, SampleFiles } from "../explain/explanation.ts";
import { readMarks } from "../explain/marks.ts";
import { locate } from "../report/snippet.ts";

export interface PlantedCase {
  readonly name: string;
  /** Complete: by paths below the project; faults are marked, see `SampleFiles`. */
  readonly files: Readonly<Record<string, string>>;
  readonly question: Question;
  /** What a mark without a code stands for. */
  readonly code?: string;
  /** Codes of faults that have no place. */
  readonly unplaced?: readonly string[];
  /** Paths that permissions forbid to read. */
  readonly unreadable?: readonly string[];
}

/** A fault as cases are compared by: "E0401 catalog/rust/workflow.ncl:4:16-4:24"; the code alone where there is no place. */
export type FaultText = string;

/** What is to be found in a case, sorted. `root` (absolute) is where it is written to. */
export function expectedFaults(
  { files, code, unplaced = [] }: PlantedCase,
  root: string,
): readonly FaultText[] {
  const placed = Object.entries(files).flatMap(([path, marked]) => {
    const { text, marks } = readMarks(marked);
    const file = new SourceFile(join(root, path), text);
    return marks.map((mark) =>
      faultText({ code: mark.code ?? code ?? "?", span: { file, start: mark.start, end: mark.end } }, root),
    );
  });
  return [...placed, ...unplaced].sort();
}

export function faultText({ code, span }: Pick<Diagnostic, "code" | "span">, root: string): FaultText {
  if (span === undefined) return code;
  const { path, line, column, endLine, endColumn } = locate(span, { root });
  return `${code} ${path}:${line}:${column}-${endLine}:${endColumn}`;
}

/** The files without their marks. */
export function plainFiles(files: SampleFiles): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([path, marked]) =>
      marked === undefined ? [] : [[path, readMarks(marked).text]],
    ),
  );
}
