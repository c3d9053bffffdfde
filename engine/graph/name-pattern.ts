// Patterns of names as shells write them: * ? [ab] [a-z] [!a] {a,b}. A pattern in; a test of names, or what is wrong with
// the pattern, out. Names hold no "/", so a star reaches over everything.

import { err, ok, type Result } from "../core/result.ts";

export type TestName = (name: string) => boolean;

/** Whether a text is more than a plain name. */
export function isPattern(text: string): boolean {
  return /[*?[\]{}]/.test(text);
}

/** Compiles a pattern; the error is a phrase that follows the pattern: `has no closing "]"`. */
export function compilePattern(pattern: string): Result<TestName, string> {
  let depth = 0;
  let expression = "";
  for (const [part] of pattern.matchAll(/\[[!^]?\]?[^\]]*\]|[^]/g)) {
    if (part.length > 1) expression += characterClass(part);
    else if (part === "[") return err('has no closing "]"');
    else if (part === "*") expression += ".*";
    else if (part === "?") expression += ".";
    else if (part === "{") {
      depth += 1;
      expression += "(?:";
    } else if (part === "}" && depth > 0) {
      depth -= 1;
      expression += ")";
    } else if (part === "," && depth > 0) expression += "|";
    else expression += part.replace(/[\\^$.+()[\]{}|/-]/, "\\$&");
  }
  if (depth > 0) return err('has no closing "}"');
  const compiled = compile(expression);
  return compiled === undefined ? err("has a range that runs backwards") : ok((name) => compiled.test(name));
}

/** "[!a-z]" as an expression; inside, only "-" between two characters means more than itself. */
function characterClass(part: string): string {
  const [, negation, members] = /^\[([!^]?)([^]*)\]$/.exec(part) ?? [];
  return `[${negation === "" ? "" : "^"}${(members ?? "").replaceAll(/[\\[\]^&]/g, "\\$&")}]`;
}

function compile(expression: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${expression})$`, "s");
  } catch {
    return undefined;
  }
}
