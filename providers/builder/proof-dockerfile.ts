// The Dockerfile of a proof: a stage for each check, so that none sees what another left behind, and a last stage that
// depends on all of them. Pure.

export interface StagedChecks {
  /** JSON arrays: the exec form of RUN, which needs no shell in the image. */
  readonly commands: readonly string[];
  /** Absolute paths in the image. */
  readonly paths: readonly string[];
}

/** What a vertex of the proof checks: a place in `commands` or in `paths`. */
export interface Checked {
  readonly kind: "command" | "path";
  readonly index: number;
}

/** `subject` is the name of the named context; `copyExcludes` says that the frontend knows `COPY --exclude`. */
export function proofDockerfile(subject: string, checks: StagedChecks, copyExcludes: boolean): string {
  const commands = checks.commands.map((command, index) => [
    `FROM ${subject} AS command-${index}`,
    `RUN --network=none ${command}`,
  ]);
  // Without its contents a folder is found as well, and faster.
  const flags = copyExcludes ? " --exclude=**" : "";
  const paths = checks.paths.map((path, index) => pathStages(subject, flags, path, index));
  const stages = [...commands.map((_, i) => `command-${i}`), ...paths.map((_, i) => `path-${i}`)];
  return [
    ...commands.flat(),
    ...paths.flat(),
    "FROM scratch",
    // A pattern may match nothing, and yet its stage has to be there: a dependency that copies nothing.
    ...stages.map((stage) => `COPY --from=${stage} /.lamina-nothing* /`),
    "",
  ].join("\n");
}

/** Reads the name of a vertex, such as "[linux/arm64 command-3 2/2] RUN …". */
export function checkedBy(vertexName: string): Checked | undefined {
  const found = /^\[(?:[^\] ]+ )?(command|path)-(\d+) \d+\/\d+\] (?:RUN|COPY) /.exec(vertexName);
  if (found === null) return undefined;
  return { kind: found[1] === "path" ? "path" : "command", index: Number(found[2]) };
}

/**
 * A stage whose COPY fails when the path is not there. BuildKit reads `*?[\` in a path as a pattern, and a pattern may
 * match nothing: such a path is copied as a pattern for itself first, and what came of it asked for by a plain name.
 */
function pathStages(subject: string, flags: string, path: string, index: number): string[] {
  if (!/[*?[\\]/.test(path))
    return [`FROM scratch AS path-${index}`, `COPY --from=${subject}${flags} ${words(path, "/found/")}`];
  const pattern = path.replace(/[*?[\\]/g, (special) => (special === "\\" ? "[\\\\]" : `[${special}]`));
  return [
    `FROM scratch AS pattern-${index}`,
    `COPY --from=${subject} ${words(pattern, "/found/")}`,
    `FROM scratch AS path-${index}`,
    `COPY --from=pattern-${index} ${words("/found", "/found/")}`,
  ];
}

/** JSON form of COPY's words, which BuildKit expands like a shell's: `\`, `$` and quotes are taken literally here. */
function words(...values: readonly string[]): string {
  return JSON.stringify(values.map((value) => value.replace(/[\\$'"]/g, "\\$&")));
}
