// .dockerignore, read and matched as BuildKit does it: the rules of moby/patternmatcher 0.6 (New, ignorefile.ReadAll and
// MatchesUsingParentResults), so that the files that are hashed are the files that are sent.

import path from "node:path/posix";
import type { SourceFile, Span } from "../core/source.ts";
import { unreachable } from "../core/unreachable.ts";

/** What a walk carries from a folder to its entries: which patterns matched it. */
export interface FolderMatch {
  readonly ignored: boolean;
  readonly matched: readonly boolean[];
}

export interface Dockerignore {
  /** Whether any pattern takes something back in: then an ignored folder may hold what is not ignored. */
  readonly hasExceptions: boolean;
  /** Judges an entry of a folder (undefined: of the context's root); `entryPath` is relative to the root, with "/". */
  match(entryPath: string, folder: FolderMatch | undefined): FolderMatch;
  /** Judges a path by itself, asking after its folders on the way. */
  ignores(entryPath: string): boolean;
}

export interface BadPattern {
  readonly pattern: string;
  readonly span: Span;
}

interface Pattern {
  readonly isException: boolean;
  readonly test: (entryPath: string) => boolean;
}

/** Reads an ignore file; undefined ignores nothing. */
export function readDockerignore(file: SourceFile | undefined): {
  readonly ignore: Dockerignore;
  readonly badPatterns: readonly BadPattern[];
} {
  const patterns: Pattern[] = [];
  const badPatterns: BadPattern[] = [];
  for (const { text, span } of file === undefined ? [] : readLines(file)) {
    const pattern = compile(text);
    if (pattern === undefined) badPatterns.push({ pattern: text, span });
    else patterns.push(pattern);
  }
  return { ignore: createMatcher(patterns), badPatterns };
}

function createMatcher(patterns: readonly Pattern[]): Dockerignore {
  const match = (entryPath: string, folder: FolderMatch | undefined): FolderMatch => {
    let ignored = false;
    const matched = patterns.map((pattern, index) => {
      let matches = folder?.matched[index] ?? false;
      if (!matches) {
        // A pattern that could change nothing is not asked, and counts as not matching for what lies below as well.
        if (pattern.isException !== ignored) return false;
        matches = pattern.test(entryPath);
      }
      if (matches) ignored = !pattern.isException;
      return matches;
    });
    return { ignored, matched };
  };
  return {
    hasExceptions: patterns.some(({ isException }) => isException),
    match,
    ignores: (entryPath) => {
      let folder: FolderMatch | undefined;
      let end = entryPath.indexOf("/");
      for (; end !== -1; end = entryPath.indexOf("/", end + 1))
        folder = match(entryPath.slice(0, end), folder);
      return match(entryPath, folder).ignored;
    },
  };
}

/** Patterns, cleaned, with their places; comments and empty lines left out. */
function* readLines(file: SourceFile): Generator<{ text: string; span: Span }> {
  const { lineStarts, text: all } = file;
  for (const [index, lineStart] of lineStarts.entries()) {
    const line = all.slice(lineStart, lineStarts[index + 1] ?? all.length).replace(/\r?\n$/, "");
    if (line.startsWith("#")) continue;
    const trimmed = line.trim();
    if (trimmed === "") continue;
    const start = lineStart + line.indexOf(trimmed);
    const isException = trimmed.startsWith("!");
    const bare = isException ? trimmed.slice(1).trim() : trimmed;
    const cleaned = bare === "" ? "" : clean(bare).replace(/^\/(?=.)/, "");
    yield { text: (isException ? "!" : "") + cleaned, span: { file, start, end: start + trimmed.length } };
  }
}

/** The shortest equivalent path (Go's filepath.Clean): like Node's, but without a slash at the end. */
function clean(text: string): string {
  const normalized = path.normalize(text);
  return normalized.length > 1 ? normalized.replace(/\/$/, "") : normalized;
}

/** undefined for a malformed pattern. */
function compile(line: string): Pattern | undefined {
  const text = clean(line.trim());
  const isException = text.startsWith("!");
  const pattern = isException ? text.slice(1) : text;
  if (pattern === "" || !isWellFormed(pattern)) return undefined;
  const test = compileTest(pattern);
  return test === undefined ? undefined : { isException, test };
}

/** What filepath.Match calls a well-formed pattern: classes closed and not empty, no backslash at the end. Escaped letters and
 * digits are refused as well: the expression that BuildKit makes of the pattern gives them meanings that nobody means. */
function isWellFormed(pattern: string): boolean {
  if (/\\[\p{L}\p{N}]/u.test(pattern.replaceAll("\\\\", ""))) return false;
  const member = String.raw`(?:\\[^]|[^\]\\-])`;
  return new RegExp(String.raw`^(?:\\[^]|\[\^?(?:${member}(?:-${member})?)+\]|[^\[\\])*$`, "u").test(pattern);
}

function compileTest(pattern: string): ((entryPath: string) => boolean) | undefined {
  let source = "";
  let kind: "exact" | "prefix" | "suffix" | "expression" = "exact";
  const chars = Array.from(pattern);
  let rounds = 0;
  for (let at = 0; at < chars.length; rounds++) {
    const char = chars[at++] ?? "";
    if (char === "*" && chars[at] === "*") {
      at++;
      if (chars[at] === "/") at++;
      if (at < chars.length) {
        source += "(.*/)?";
        kind = "expression";
      } else if (kind === "exact") kind = "prefix";
      else {
        source += ".*";
        kind = "expression";
      }
      if (rounds === 0) kind = "suffix";
    } else if (char === "*") {
      source += "[^/]*";
      kind = "expression";
    } else if (char === "?") {
      source += "[^/]";
      kind = "expression";
    } else if (".+()|{}$".includes(char)) source += `\\${char}`;
    else if (char === "\\") {
      const escaped = chars[at++];
      if (escaped === undefined) return undefined;
      source += `\\${escaped}`;
      kind = "expression";
    } else {
      source += char;
      if (char === "[" || char === "]") kind = "expression";
    }
  }
  switch (kind) {
    case "exact":
      return (entryPath) => entryPath === pattern;
    case "prefix":
      return (entryPath) => entryPath.startsWith(pattern.slice(0, -2));
    case "suffix": {
      const suffix = pattern.slice(2);
      return (entryPath) =>
        entryPath.endsWith(suffix) || (suffix.startsWith("/") && entryPath === suffix.slice(1));
    }
    case "expression":
      return compileExpression(source);
    default:
      return unreachable(kind);
  }
}

/** By code points where JavaScript's stricter grammar takes the expression, else by code units. */
function compileExpression(source: string): ((entryPath: string) => boolean) | undefined {
  for (const flags of ["u", ""]) {
    try {
      const expression = new RegExp(`^${source}$`, flags);
      return (entryPath) => expression.test(entryPath);
    } catch {}
  }
  return undefined;
}
