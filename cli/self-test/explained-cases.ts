// The examples of `lamina explain` as cases: each wrong form has its one fault, each mended one none.

import type { Explanation, SampleFiles } from "../explain/explanation.ts";
import { explanations } from "../explain/find-explanation.ts";
import { readMarks } from "../explain/marks.ts";
import { completeSample } from "../explain/sound-catalog.ts";
import type { PlantedCase } from "./planted-case.ts";

export function explainedCases(): readonly PlantedCase[] {
  return explanations.flatMap((explanation) => [wrongCase(explanation), mendedCase(explanation)]);
}

function wrongCase({ code, title, question, wrong, unreadable }: Explanation): PlantedCase {
  const isPlaced = Object.values(wrong).some(
    (text) => text !== undefined && readMarks(text).marks.length > 0,
  );
  return {
    name: `${code}: ${title}`,
    files: filesFor(question.kind, wrong),
    question,
    code,
    unplaced: isPlaced ? [] : [code],
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}

function mendedCase({ code, question, mended }: Explanation): PlantedCase {
  return { name: `${code}, mended`, files: filesFor(question.kind, mended), question };
}

function filesFor(kind: Explanation["question"]["kind"], files: SampleFiles): PlantedCase["files"] {
  if (kind !== "export") return completeSample(files);
  return Object.fromEntries(
    Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])),
  );
}
