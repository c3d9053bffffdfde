// The Dockerfile that a declaration points to: read, and parsed for the declared target, arguments and platforms.

import path from "node:path/posix";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import { err, type Result } from "../core/result.ts";
import { SourceFile } from "../core/source.ts";
import { nearest } from "../nickel/located.ts";
import type { Declaration } from "./declaration.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import { type Dockerfile, parseDockerfile } from "./dockerfile.ts";

/** Where nothing is declared the builder's own platform counts, which is not known yet: these are the usual ones. */
const usualPlatforms: readonly string[] = ["linux/amd64", "linux/arm64"];

/** Reads and parses the Dockerfile of a layer. */
export function openDockerfile(
  declaration: Declaration,
  files: Files,
): Result<Dockerfile, readonly Diagnostic[]> {
  const { folder, workflow, located } = declaration;
  const place = (key: string, otherwise: string) => {
    const at = nearest(located, [key]);
    return (at.found ? at : nearest(located, [otherwise])).value.span;
  };
  const file = path.join(folder.directory, workflow.dockerfile);
  const text = files.readText(file);
  if (!text.ok) {
    const span = place("dockerfile", "name");
    const shown = `catalog/${folder.name}/${workflow.dockerfile}`;
    return err([
      text.error.kind === "missing"
        ? diagnose(catalogDiagnostics.noDockerfile, { path: shown }, { span })
        : diagnose(catalogDiagnostics.unreadable, { path: shown, reason: text.error.message }, { span }),
    ]);
  }
  const { target, args } = workflow;
  return parseDockerfile(new SourceFile(file, text.value), {
    target: target === undefined ? undefined : { name: target, span: place("target", "name") },
    args,
    platforms: workflow.platforms ?? usualPlatforms,
  });
}
