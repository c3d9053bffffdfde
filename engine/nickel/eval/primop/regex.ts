// Nickel's regular expressions, which are those of Rust's regex crate, as JavaScript's: look-around and
// back-references are refused, names and flags are rewritten, `\A \z` and POSIX classes spelt out.

/** A pattern that cannot be used, with the reason. */
export class RegexFault extends Error {}

const known = new Map<string, RegExp>();

/** A global Unicode regular expression. @throws RegexFault */
export function compileRegex(pattern: string): RegExp {
  const present = known.get(pattern);
  if (present !== undefined) return present;
  let compiled: RegExp;
  try {
    const { source, flags } = translate(pattern);
    compiled = new RegExp(source, `gu${flags}`);
  } catch (fault) {
    if (fault instanceof RegexFault) throw fault;
    throw new RegexFault(fault instanceof Error ? fault.message : String(fault));
  }
  known.set(pattern, compiled);
  return compiled;
}

const posix: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

const word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";
const classes: Readonly<Record<string, { readonly inside: string; readonly outside: string }>> = {
  d: { inside: "\\p{Nd}", outside: "\\p{Nd}" },
  D: { inside: "\\P{Nd}", outside: "\\P{Nd}" },
  w: { inside: word, outside: `[${word}]` },
  W: { inside: "", outside: `[^${word}]` },
  s: { inside: "\\p{White_Space}", outside: "\\p{White_Space}" },
  S: { inside: "\\P{White_Space}", outside: "\\P{White_Space}" },
};

const syntaxCharacters = /[\^$\\.*+?()[\]{}|/]/;

function translate(pattern: string): { readonly source: string; readonly flags: string } {
  let source = "";
  let flags = "";
  let at = 0;
  const leading = /^\(\?([imsux]+)\)/.exec(pattern);
  if (leading !== null) {
    for (const flag of leading[1] ?? "") {
      if (flag === "i" || flag === "m" || flag === "s") flags += flag;
      else if (flag !== "u") throw new RegexFault(`the flag ${flag} is not supported`);
    }
    at = leading[0].length;
  }
  while (at < pattern.length) {
    const character = pattern[at] ?? "";
    if (character === "\\") {
      const [text, next] = translateEscape(pattern, at, false);
      source += text;
      at = next;
    } else if (character === "[") {
      const [text, next] = translateClass(pattern, at);
      source += text;
      at = next;
    } else if (character === "(" && pattern[at + 1] === "?") {
      const [text, length] = translateGroup(pattern.slice(at));
      source += text;
      at += length;
    } else {
      source += translatePlain(pattern, at);
      at += 1;
    }
  }
  return { source, flags };
}

/** A brace that opens no repetition stands for itself in Rust only when escaped; `]` and `}` may stand alone. */
function translatePlain(pattern: string, at: number): string {
  const character = pattern[at] ?? "";
  if (character === "]") return "\\]";
  if (character === "}" && !/\{\d+(,\d*)?$/.test(pattern.slice(0, at))) return "\\}";
  return character;
}

function translateGroup(rest: string): [string, number] {
  if (/^\(\?(=|!|<=|<!)/.test(rest)) throw new RegexFault("look-around is not supported");
  const named = /^\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>/.exec(rest);
  if (named !== null) return [`(?<${named[1] ?? ""}>`, named[0].length];
  const flagged = /^\(\?([ims]*)(-[ims]+)?:/.exec(rest);
  if (flagged !== null) return [flagged[0], flagged[0].length];
  throw new RegexFault("this form of group is not supported");
}

function translateEscape(pattern: string, at: number, inClass: boolean): [string, number] {
  const next = pattern[at + 1];
  if (next === undefined) throw new RegexFault("a backslash at the end");
  const translated = classes[next];
  if (translated !== undefined) {
    if (inClass && next === "W") throw new RegexFault("\\W inside a class is not supported");
    return [inClass ? translated.inside : translated.outside, at + 2];
  }
  if (/[1-9]/.test(next)) throw new RegexFault("back-references are not supported");
  if (next === "A") return ["(?<![\\s\\S])", at + 2];
  if (next === "z") return ["(?![\\s\\S])", at + 2];
  if (next === "b" || next === "B") return [`\\${next}`, at + 2];
  if (next === "a") return ["\\x07", at + 2];
  if ("nrtfv".includes(next)) return [`\\${next}`, at + 2];
  const code = /^\\(?:x\{([0-9A-Fa-f]+)\}|u\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))/.exec(
    pattern.slice(at),
  );
  if (code !== null) return [`\\u{${code[1] ?? code[2] ?? code[3] ?? code[4] ?? ""}}`, at + code[0].length];
  const property = /^\\[pP](\{\^?[A-Za-z_=]+\}|[A-Za-z])/.exec(pattern.slice(at));
  if (property !== null) {
    const name = property[1] ?? "";
    return [`\\${next}${name.startsWith("{") ? name : `{${name}}`}`, at + property[0].length];
  }
  if (syntaxCharacters.test(next)) return [`\\${next}`, at + 2];
  if (next === "-") return [inClass ? "\\-" : "-", at + 2];
  if (/[A-Za-z0-9]/.test(next)) throw new RegexFault(`the escape \\${next} is not supported`);
  return [next, at + 2];
}

function translateClass(pattern: string, start: number): [string, number] {
  let text = "[";
  let at = start + 1;
  if (pattern[at] === "^") {
    text += "^";
    at += 1;
  }
  let isFirst = true;
  while (at < pattern.length) {
    const character = pattern[at] ?? "";
    if (character === "]" && !isFirst) return [`${text}]`, at + 1];
    isFirst = false;
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at));
    if (named !== null) {
      const members = posix[named[1] ?? ""];
      if (members === undefined) throw new RegexFault(`unknown class ${named[0]}`);
      text += members;
      at += named[0].length;
    } else if (character === "[" || /^(&&|--|~~)/.test(pattern.slice(at))) {
      throw new RegexFault("operations on classes are not supported");
    } else if (character === "\\") {
      const [escaped, next] = translateEscape(pattern, at, true);
      text += escaped;
      at = next;
    } else {
      text += character === "]" ? "\\]" : character;
      at += 1;
    }
  }
  throw new RegexFault("an unclosed class");
}
