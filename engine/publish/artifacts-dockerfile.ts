// The Dockerfile of a layer's artifacts: an image that holds nothing but its artifact_paths, at the same places, so that others take
// them by `COPY --from` without the layer. Pure.

import path from "node:path/posix";

/** `subject` is the name of the named context that is the layer's image. */
export function artifactsDockerfile(subject: string, artifactPaths: readonly string[]): string {
  const copies = artifactPaths.map((each) => {
    if (!/[*?[\\]/.test(each)) return `COPY --from=${subject} ${words(each, each)}`;
    // A pattern for itself, which only a folder can take.
    const pattern = each.replace(/[*?[\\]/g, (special) => (special === "\\" ? "[\\\\]" : `[${special}]`));
    return `COPY --from=${subject} ${words(pattern, `${path.dirname(each)}/`)}`;
  });
  return ["FROM scratch", ...copies, ""].join("\n");
}

/** JSON form of COPY's words, which BuildKit expands like a shell's: `\`, `$` and quotes are taken literally here. */
function words(...values: readonly string[]): string {
  return JSON.stringify(values.map((value) => value.replace(/[\\$'"]/g, "\\$&")));
}
