// All cases of the self-test, in the groups that its report shows.

import { explainedCases } from "./explained-cases.ts";
import type { PlantedCase } from "./planted-case.ts";
import { randomFaultyCases, randomSoundCases } from "./random-faults.ts";
import { causesBeforeSymptoms, severalAtOnce, soundThoughSuspicious } from "./several-faults.ts";

export interface CaseGroup {
  readonly title: string;
  readonly cases: readonly PlantedCase[];
}

export function caseGroups(): readonly CaseGroup[] {
  const explained = explainedCases();
  const ofCatalogs = explained.filter(({ question }) => question.kind !== "export");
  const ofNickel = explained.filter(({ question }) => question.kind === "export");
  return [
    { title: "one fault of each code, and the same mended", cases: ofCatalogs },
    { title: "one fault of Nickel of each code, and the same mended", cases: ofNickel },
    { title: "causes that have symptoms", cases: causesBeforeSymptoms },
    { title: "several faults at once", cases: severalAtOnce },
    { title: "sound, though suspicious", cases: soundThoughSuspicious },
    { title: "sound catalogs by chance", cases: randomSoundCases() },
    { title: "faults by chance in sound catalogs", cases: randomFaultyCases() },
  ];
}
