// Lists of patterns over paths as moby/patternmatcher 0.6 matches them (New and MatchesUsingParentResults): those of
// .dockerignore, of COPY --exclude and of what COPY --parents takes.

import path from "node:path/posix";
import { unreachable } from "../core/unreachable.ts";

/** What a walk carries from a folder to its entries: which patterns matched it. */
export interface PatternState {
  readonly matches: boolean;
  readonly matched: readonly boolean[];
}

export interface PathPatterns {
  /** Whether any pattern begins with "!": then what lies in a folder that matches may not match itself. */
  readonly hasExceptions: boolean;
  /** Judges an entry of a folder (undefined: of the root); `entryPath` is relative to the root, with "/". */
  match(entryPath: string, folder: PatternState | undefined): PatternState;
  /** Judges a path by itself, asking after its folders on the way. */
  judge(entryPath: string): PatternState;
}

export interface PathPattern {
  readonly isException: boolean;
  readonly test: (entryPath: string) => boolean;
}

/** The patterns in their order: a later one overrules an earlier. */
export function combinePatterns(patterns: readonly PathPattern[]): PathPatterns {
  const match = (entryPath: string, folder: PatternState | undefined): PatternState => {
    let isMatch = false;
    const matched = patterns.map((pattern, index) => {
      let matches = folder?.matched[index] ?? false;
      if (!matches) {
        // A pattern that could change nothing is not asked, and counts as not matching for what lies below as well.
        if (pattern.isException !== isMatch) return false;
        matches = pattern.test(entryPath);
      }
      if (matches) isMatch = !pattern.isException;
      return matches;
    });
    return { matches: isMatch, matched };
  };
  return {
    hasExceptions: patterns.some(({ isException }) => isException),
    match,
    judge: (entryPath) => {
      let folder: PatternState | undefined;
      let end = entryPath.indexOf("/");
      for (; end !== -1; end = entryPath.indexOf("/", end + 1))
        folder = match(entryPath.slice(0, end), folder);
      return match(entryPath, folder);
    },
  };
}

/** Reads a pattern; undefined for a malformed one. */
export function compilePattern(line: string): PathPattern | undefined {
  const text = cleanPath(line.trim());
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

/** The shortest equivalent path (Go's filepath.Clean): like Node's, but without a slash at the end. */
export function cleanPath(text: string): string {
  const normalized = path.normalize(text);
  return normalized.length > 1 ? normalized.replace(/\/$/, "") : normalized;
}
