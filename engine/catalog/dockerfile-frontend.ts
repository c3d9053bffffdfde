// The frontend that a Dockerfile asks for with `# syntax=`: BuildKit fetches that image and has it read the rest
// (parser.DetectSyntax of BuildKit 0.34).

import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { SourceFile, Span } from "../core/source.ts";
import { catalogDiagnostics } from "./diagnostics.ts";

export interface Frontend {
  /** As written, up to the first blank. */
  readonly image: string;
  /** Of the directive's line. */
  readonly span: Span;
  /** Whether it reads Dockerfiles as this program does: then comments mean nothing to it, and COPY what COPY means. */
  readonly isDockerfile: boolean;
}

/** The frontend of a file, undefined where BuildKit's own reads it. A first line that begins with #! is passed over. */
export function detectFrontend(file: SourceFile): Frontend | undefined {
  const start = file.text.startsWith("#!") ? (file.lineStarts[1] ?? file.text.length) : 0;
  return findDirective(file, start, "#") ?? findDirective(file, start, "//") ?? findMember(file, start);
}

/** A warning where the frontend's image may be another one tomorrow. */
export function checkFrontend(file: SourceFile): readonly Diagnostic[] {
  const frontend = detectFrontend(file);
  if (frontend === undefined || /@sha256:[0-9a-f]{64}$/.test(frontend.image)) return [];
  return [diagnose(catalogDiagnostics.unpinnedFrontend, { image: frontend.image }, { span: frontend.span })];
}

/** Directives stand in the first lines, up to the first line that is none. */
function findDirective(file: SourceFile, start: number, comment: string): Frontend | undefined {
  for (const lineStart of file.lineStarts.filter((each) => each >= start)) {
    const end = file.text.indexOf("\n", lineStart);
    const line = file.text.slice(lineStart, end === -1 ? undefined : end).trimEnd();
    if (!line.startsWith(comment)) return undefined;
    const match = /^\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+)$/.exec(line.slice(comment.length));
    const [, key = "", value = ""] = match ?? [];
    if (key.toLowerCase() === "syntax")
      return makeFrontend(value, { file, start: lineStart, end: lineStart + line.length });
    if (!["escape", "check"].includes(key.toLowerCase())) return undefined;
  }
  return undefined;
}

/** A file that is a JSON object may name its frontend in a member. */
function findMember(file: SourceFile, start: number): Frontend | undefined {
  const text = file.text.slice(start);
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("syntax" in value)) return undefined;
    if (typeof value.syntax !== "string") return undefined;
    return makeFrontend(value.syntax, { file, start, end: file.text.length });
  } catch {
    return undefined;
  }
}

function makeFrontend(value: string, span: Span): Frontend {
  const [image = ""] = value.split(" ");
  return { image, span, isDockerfile: /^([^\s]+\/)?docker\/dockerfile(-upstream)?([:@].*)?$/.test(image) };
}
