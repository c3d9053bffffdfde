// BuildKit looks a stage's own name up among the named contexts before it looks at the stage: with `FROM debian AS
// debian` and a context for "debian" it takes the bare image in the stage's place and drops the stage's instructions
// without a word (frontend/dockerfile/dockerfile2llb/convert.go). Such a Dockerfile is refused instead.

import { readFileSync } from "node:fs";
import type { SolveFailure, SolveRequest } from "../../engine/ports/builder.ts";
import { contextKey } from "./buildctl-args.ts";

/** The failure that a stage named like one of the request's images is; `undefined` when there is none. */
export function findShadowedStage(request: SolveRequest): SolveFailure | undefined {
  const keys = new Set(request.namedContexts.map((context) => contextKey(context.name)));
  const stage = stageNames(request.dockerfilePath).find((name) => keys.has(name));
  if (stage === undefined) return undefined;
  return {
    kind: "dockerfile-refused",
    message: `stage "${stage}" has the name of the image "${stage}", which BuildKit would take in its place: rename the stage`,
  };
}

/** Lower-case, as BuildKit compares them. A Dockerfile that cannot be read has none: BuildKit itself will complain. */
function stageNames(dockerfilePath: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(dockerfilePath, "utf8");
  } catch {
    return [];
  }
  return Array.from(text.matchAll(/^[ \t]*FROM[ \t]+.*[ \t]AS[ \t]+(\S+)[ \t]*$/gim), (found) =>
    (found[1] ?? "").toLowerCase(),
  );
}
