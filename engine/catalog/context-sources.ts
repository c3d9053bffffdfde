// What a Dockerfile copies out of its context must be there, and not be ignored. Wildcards may match nothing.

import path from "node:path/posix";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import { nearMiss } from "../core/near-miss.ts";
import { openDockerignore } from "./context-ignore.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import type { Layer } from "./layer.ts";

/** Diagnostics of the sources of COPY, ADD and bind mounts that the build would not find. */
export function checkContextSources(layer: Layer, files: Files): readonly Diagnostic[] {
  const { file, ignore, diagnostics } = openDockerignore(layer, files);
  if (diagnostics.length > 0) return diagnostics;
  return layer.dockerfile.contextSources.flatMap(({ path: source, hasWildcard, span }): Diagnostic[] => {
    if (source === undefined || source === "" || hasWildcard) return [];
    const info = files.info(path.join(layer.directory, source));
    if (!info.ok) {
      const params = { path: source, suggestion: suggest(layer.directory, source, files) };
      return [diagnose(catalogDiagnostics.missingSource, params, { span })];
    }
    // What an ignored folder holds may be taken back in, file by file.
    const mayHoldMore = info.value.kind === "directory" && ignore.hasExceptions;
    if (file === undefined || mayHoldMore || !ignore.judge(source).matches) return [];
    const params = { path: source, ignoreFile: path.basename(file.path) };
    return [diagnose(catalogDiagnostics.ignoredSource, params, { span })];
  });
}

/** A neighbour whose name is close. */
function suggest(directory: string, source: string, files: Files): string | undefined {
  const folder = path.dirname(source);
  const listed = files.list(path.join(directory, folder));
  if (!listed.ok) return undefined;
  const names = listed.value.map(({ name }) => name);
  const near = nearMiss(path.basename(source), names);
  return near === undefined ? undefined : path.join(folder, near);
}
