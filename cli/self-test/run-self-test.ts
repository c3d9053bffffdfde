// Cases written to a temporary folder, judged, and compared with what was planted in them.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CaseGroup } from "./case-groups.ts";
import { createJudge, type Judge } from "./judge.ts";
import { expectedFaults, type FaultText, faultText, type PlantedCase, plainFiles } from "./planted-case.ts";

export interface Verdict {
  /** Title of its group. */
  readonly group: string;
  readonly name: string;
  /** Layers of the case. */
  readonly layers: number;
  readonly planted: readonly FaultText[];
  /** Planted, but not found. */
  readonly missed: readonly FaultText[];
  /** Found, but not planted. */
  readonly invented: readonly FaultText[];
}

/** Judges each case in a folder of its own, which is gone afterwards. `makeJudge` is handed the folder that they all lie in. */
export async function runSelfTest(
  groups: readonly CaseGroup[],
  makeJudge: (folder: string) => Judge = createJudge,
): Promise<readonly Verdict[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lamina-self-test-")));
  try {
    const judge = makeJudge(folder);
    const verdicts: Verdict[] = [];
    const cases = groups.flatMap((group) => group.cases.map((planted) => ({ group: group.title, planted })));
    for (const [index, { group, planted }] of cases.entries()) {
      const root = join(folder, `${index + 1}`);
      writeFiles(root, plainFiles(planted.files));
      const found = await judge(root, planted.question, planted.unreadable ?? []);
      const texts = found.map((diagnostic) => faultText(diagnostic, root));
      verdicts.push({ group, ...compare(planted, expectedFaults(planted, root), texts) });
      rmSync(root, { recursive: true });
    }
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function compare(
  { name, files }: PlantedCase,
  planted: readonly FaultText[],
  found: readonly FaultText[],
): Omit<Verdict, "group"> {
  const layers = new Set(Object.keys(files).flatMap((path) => /^catalog\/([^/]+)\//.exec(path)?.[1] ?? []));
  return {
    name,
    layers: layers.size,
    planted,
    missed: without(planted, found),
    invented: without(found, planted),
  };
}

/** Whether all that was planted was found, and nothing else. */
export function isRight({ missed, invented }: Verdict): boolean {
  return missed.length === 0 && invented.length === 0;
}

/** Each of the others takes one away. */
function without(faults: readonly FaultText[], others: readonly FaultText[]): readonly FaultText[] {
  const left = [...others];
  return faults.filter((fault) => {
    const at = left.indexOf(fault);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
