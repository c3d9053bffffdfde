// The wildcards of COPY and ADD: Go's filepath.Match over a whole relative path. `*` and `?` stop at "/", and `**` is no more
// than `*`; a class such as [^a] takes any character, even "/".

export interface Wildcard {
  /** False for every path where the pattern is malformed. */
  matches(path: string): boolean;
  /** Whether something below a folder that does not match may. */
  mayMatchBelow(folder: string): boolean;
}

/** Reads a pattern whose separators are "/". */
export function compileWildcard(pattern: string): Wildcard {
  const segments = pattern.split("/");
  const whole = compile(pattern);
  if (whole === undefined) return { matches: () => false, mayMatchBelow: () => false };
  // Where a class can take a "/", no folder can be told from the pattern's own segments.
  const isLoose = whole.takesSlash;
  const prefixes = isLoose
    ? []
    : segments.slice(0, -1).map((_, at) => compile(segments.slice(0, at + 1).join("/")));
  return {
    matches: (path) => whole.expression.test(path),
    mayMatchBelow: (folder) =>
      isLoose || (prefixes[folder.split("/").length - 1]?.expression.test(folder) ?? false),
  };
}

interface Compiled {
  readonly expression: RegExp;
  /** Whether a class matches "/". */
  readonly takesSlash: boolean;
}

/** undefined for a malformed pattern: a class that is empty or left open, a backslash at the end. */
function compile(pattern: string): Compiled | undefined {
  const chars = Array.from(pattern);
  let source = "";
  let takesSlash = false;
  for (let at = 0; at < chars.length; ) {
    const char = chars[at++] ?? "";
    if (char === "*") source += "[^/]*";
    else if (char === "?") source += "[^/]";
    else if (char === "[") {
      const read = readClass(chars, at);
      if (read === undefined) return undefined;
      takesSlash ||= new RegExp(`^${read.source}$`, "u").test("/");
      source += read.source;
      at = read.end;
    } else if (char === "\\") {
      const escaped = chars[at++];
      if (escaped === undefined) return undefined;
      source += literal(escaped);
    } else source += literal(char);
  }
  return { expression: new RegExp(`^${source}$`, "u"), takesSlash };
}

/** A class from behind its "[" to its "]". */
function readClass(
  chars: readonly string[],
  start: number,
): { readonly source: string; readonly end: number } | undefined {
  let at = start;
  const isNegated = chars[at] === "^";
  if (isNegated) at++;
  const member = (): string | undefined => {
    if (chars[at] === undefined || chars[at] === "-" || chars[at] === "]") return undefined;
    if (chars[at] === "\\") at++;
    return chars[at++];
  };
  let ranges = "";
  for (let count = 0; ; count++) {
    if (chars[at] === "]" && count > 0) break;
    const low = member();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (chars[at] === "-") {
      at++;
      high = member();
    }
    if (high === undefined) return undefined;
    // A range that runs backwards holds nothing.
    if (codePoint(low) <= codePoint(high)) ranges += `${literal(low)}-${literal(high)}`;
  }
  return { source: `[${isNegated ? "^" : ""}${ranges}]`, end: at + 1 };
}

function literal(char: string): string {
  return `\\u{${codePoint(char).toString(16)}}`;
}

function codePoint(char: string): number {
  return char.codePointAt(0) ?? 0;
}
