// What a Dockerfile copies out of its context must be there, and not be ignored. Wildcards may match nothing.

import path from "node:path/posix";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { EntryKind, Files } from "../core/host.ts";
import { nearMiss } from "../core/near-miss.ts";
import { openDockerignore } from "./context-ignore.ts";
import { followLinks } from "./context-links.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import type { Layer } from "./layer.ts";

/** Diagnostics of the sources of COPY, ADD and bind mounts that the build would not find. */
export function checkContextSources(layer: Layer, files: Files): readonly Diagnostic[] {
  const { file, ignore, diagnostics } = openDockerignore(layer, files);
  if (diagnostics.length > 0) return diagnostics;
  return layer.dockerfile.contextSources.flatMap(({ path: source, hasWildcard, span }): Diagnostic[] => {
    if (source === undefined || source === "" || hasWildcard) return [];
    const found = findInContext(layer.directory, source, files);
    if (found === undefined) {
      const target = files.readLink(path.join(layer.directory, source));
      const params = {
        path: source,
        suggestion: target.ok ? undefined : suggest(layer.directory, source, files),
      };
      const notes = target.ok
        ? [
            {
              message: `"${source}" is a link to ${target.value}; a build follows links in the layer's folder only`,
            },
          ]
        : [];
      return [diagnose(catalogDiagnostics.missingSource, params, { span, notes })];
    }
    // What an ignored folder holds may be taken back in, file by file.
    const mayHoldMore = found === "directory" && ignore.hasExceptions;
    if (file === undefined || mayHoldMore || !ignore.judge(source).matches) return [];
    const params = { path: source, ignoreFile: path.basename(file.path) };
    return [diagnose(catalogDiagnostics.ignoredSource, params, { span })];
  });
}

/** What a source comes to in the end, undefined where nothing is there. */
function findInContext(directory: string, source: string, files: Files): EntryKind | undefined {
  const kindOf = (place: string): EntryKind | undefined => {
    const info = files.info(path.join(directory, place));
    return info.ok ? info.value.kind : undefined;
  };
  const targetOf = (link: string): string | undefined => {
    const target = files.readLink(path.join(directory, link));
    return target.ok ? target.value : undefined;
  };
  const place = followLinks(source, { kindOf, targetOf });
  return place === "" ? "directory" : place === undefined ? undefined : kindOf(place);
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
