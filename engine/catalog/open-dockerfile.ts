// The Dockerfile that a declaration points to: read, and parsed for the declared target, arguments and platforms.

import { posix } from "node:path";
import type { Workflow } from "../../schemas/workflow.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import { nearMiss } from "../core/near-miss.ts";
import { err, type Result } from "../core/result.ts";
import { SourceFile, type Span } from "../core/source.ts";
import { nearest } from "../nickel/located.ts";
import type { Declaration } from "./declaration.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import { type Dockerfile, parseDockerfile } from "./dockerfile.ts";
import type { Layer } from "./layer.ts";

/** Where nothing is declared the builder's own platform counts, which is not known yet: these are the usual ones. */
const usualPlatforms: readonly string[] = ["linux/amd64", "linux/arm64"];

/** Reads and parses the Dockerfile of a layer; errors name its folder as `shownFolder`. */
export function openDockerfile(
  declaration: Declaration,
  files: Files,
  shownFolder = `catalog/${declaration.folder.name}`,
): Result<Dockerfile, readonly Diagnostic[]> {
  const { folder, workflow, located } = declaration;
  const place = (key: string, otherwise: string) => {
    const at = nearest(located, [key]);
    return (at.found ? at : nearest(located, [otherwise])).value.span;
  };
  const file = posix.join(folder.directory, workflow.dockerfile);
  const text = files.readText(file);
  if (!text.ok) {
    const span = place("dockerfile", "name");
    const shown = `${shownFolder}/${workflow.dockerfile}`;
    const isNamed = nearest(located, ["dockerfile"]).found;
    const suggestion = nearMiss(posix.basename(workflow.dockerfile), namesIn(posix.dirname(file), files));
    return err([
      text.error.kind === "missing"
        ? diagnose(catalogDiagnostics.noDockerfile, { path: shown, isNamed, suggestion }, { span })
        : diagnose(catalogDiagnostics.unreadable, { path: shown, reason: text.error.message }, { span }),
    ]);
  }
  const targetSpan = () => place("target", "name");
  return parseFor(workflow, new SourceFile(file, text.value), targetSpan);
}

function namesIn(folder: string, files: Files): readonly string[] {
  const listed = files.list(folder);
  return listed.ok ? listed.value.flatMap(({ name, kind }) => (kind === "file" ? name : [])) : [];
}

/** The Dockerfile of a layer as it is by now; undefined where there is none that can be read. */
export function reopenDockerfile(
  { directory, workflow }: Pick<Layer, "directory" | "workflow">,
  files: Files,
): Dockerfile | undefined {
  const path = posix.join(directory, workflow.dockerfile);
  const text = files.readText(path);
  if (!text.ok) return undefined;
  const file = new SourceFile(path, text.value);
  const parsed = parseFor(workflow, file, () => ({ file, start: 0, end: 0 }));
  return parsed.ok ? parsed.value : undefined;
}

function parseFor(
  { target, args, platforms }: Workflow,
  file: SourceFile,
  targetSpan: () => Span,
): Result<Dockerfile, readonly Diagnostic[]> {
  return parseDockerfile(file, {
    target: target === undefined ? undefined : { name: target, span: targetSpan() },
    args,
    platforms: platforms ?? usualPlatforms,
  });
}
