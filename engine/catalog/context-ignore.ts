// Which ignore file holds for a layer's context: the one named after the Dockerfile, else .dockerignore.

import path from "node:path/posix";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import { SourceFile } from "../core/source.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import { readDockerignore } from "./dockerignore.ts";
import type { LayerContext } from "./layer.ts";
import type { PathPatterns } from "./path-patterns.ts";

export interface OpenedIgnore {
  readonly file: SourceFile | undefined;
  readonly ignore: PathPatterns;
  readonly diagnostics: readonly Diagnostic[];
}

/** Opens the ignore file of a layer's context; without one nothing is ignored. */
export function openDockerignore(layer: LayerContext, files: Files): OpenedIgnore {
  const candidates = [
    `${layer.dockerfile.file.path}.dockerignore`,
    path.join(layer.directory, ".dockerignore"),
  ];
  for (const candidate of candidates) {
    const text = files.readText(candidate);
    if (!text.ok) continue;
    const file = new SourceFile(candidate, text.value);
    const { ignore, badPatterns } = readDockerignore(file);
    const ignoreFile = path.basename(candidate);
    const diagnostics = badPatterns.map(({ pattern, span }) =>
      diagnose(catalogDiagnostics.badIgnorePattern, { pattern, ignoreFile }, { span }),
    );
    return { file, ignore, diagnostics };
  }
  return { file: undefined, ignore: readDockerignore(undefined).ignore, diagnostics: [] };
}
