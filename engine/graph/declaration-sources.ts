// Nickel files that declare a layer lie in its build context. Their values count, not their text: a comment in them
// rebuilds nothing. Where a Dockerfile copies one into the image, its text counts as any other file's.

import path from "node:path/posix";
import type { Layer } from "../catalog/layer.ts";

const declarationFiles: ReadonlySet<string> = new Set([
  "workflow.ncl",
  "build_directives.ncl",
  ".build-spec.ncl",
]);

/** Whether a file of the context (path relative to it) counts through the evaluated declaration only. */
export function isDeclarationSource(layer: Layer, file: string): boolean {
  const isSource = declarationFiles.has(file) || layer.sources.includes(path.join(layer.directory, file));
  return isSource && !layer.dockerfile.contextSources.some((source) => covers(source, file));
}

/** Whether a source of COPY or of a mount takes the file in. Sources that only the build knows are taken to. */
function covers(
  { path: source, hasWildcard }: Layer["dockerfile"]["contextSources"][number],
  file: string,
): boolean {
  if (source === undefined || source === "") return true;
  if (!hasWildcard) return file === source || file.startsWith(`${source}/`);
  const segments = file.split("/");
  const count = source.split("/").length;
  if (source.includes("**")) return true;
  return segments.length >= count && wildcard(source).test(segments.slice(0, count).join("/"));
}

/** A generous reading of a wildcard: what it cannot tell matches. */
function wildcard(source: string): RegExp {
  const expression = source.replace(/\\(.)|\[[^\]]*\]|[^]/gu, (part, escaped: string | undefined) => {
    if (part === "*") return "[^/]*";
    if (part === "?" || (part.startsWith("[") && part.length > 1)) return "[^/]";
    return (escaped ?? part).replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  });
  return new RegExp(`^${expression}$`, "u");
}
