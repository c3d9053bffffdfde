// Stages that BuildKit would lose: it looks a stage's name up among the images that it is handed before it looks at the
// stage, so that `FROM debian AS debian` makes the bare image of it and drops its instructions without a word.

import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import type { Dockerfile } from "./dockerfile.ts";
import { familiarName } from "./image-name.ts";

/** One diagnostic for each stage that is named like an image that the Dockerfile takes from. */
export function checkShadowedStages({ stages, references }: Dockerfile): readonly Diagnostic[] {
  return stages.flatMap(({ name, span }) => {
    const image = references.find(
      (reference) => reference.image !== "scratch" && familiarName(reference.image) === name,
    );
    if (name === undefined || image === undefined) return [];
    const notes =
      image.span.start >= span.start && image.span.end <= span.end
        ? []
        : [{ message: `${image.image} is taken from here`, span: image.span }];
    return [diagnose(catalogDiagnostics.shadowedStage, { stage: name, image: image.image }, { span, notes })];
  });
}
