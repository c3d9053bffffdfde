// Variables in a word of a Dockerfile, put in as BuildKit does it (frontend/dockerfile/shell of BuildKit 0.34): quotes
// fall away, $name and ${name} with the modifiers - + ? (with a colon or without), # ## % %% / // are known.

import { unreachable } from "../core/unreachable.ts";

export type Expansion =
  | { readonly kind: "text"; readonly text: string }
  /** `name` has no value that is known before the build. */
  | { readonly kind: "unknown"; readonly name: string }
  | { readonly kind: "fault"; readonly message: string };

export interface ExpandOptions {
  /** "\\" or "`". */
  readonly escape: string;
  /** A variable's value, undefined where it is not set. */
  readonly get: (name: string) => string | undefined;
  /** A name that may be set by what is not seen here (the environment of a base image): asked only where `get` knows nothing. */
  readonly mayBeSet?: (name: string) => boolean;
}

/** The word with its variables put in. Unset ones are empty, unless they may be set out of sight: then the answer is "unknown". */
export function expandWord(word: string, options: ExpandOptions): Expansion {
  try {
    return { kind: "text", text: new Expander(word, options).run() };
  } catch (cause) {
    if (cause instanceof Stop) return cause.expansion;
    throw cause;
  }
}

/** Unwinds the expander; never leaves this file. */
class Stop extends Error {
  readonly expansion: Expansion;
  constructor(expansion: Expansion) {
    super(expansion.kind);
    this.expansion = expansion;
  }
}

function fail(message: string): never {
  throw new Stop({ kind: "fault", message });
}

class Expander {
  readonly #word: string;
  readonly #options: ExpandOptions;
  #at = 0;

  constructor(word: string, options: ExpandOptions) {
    this.#word = word;
    this.#options = options;
  }

  run(): string {
    return this.#until(undefined, false);
  }

  /** Reads up to `stop` (which is consumed) or, where it is undefined, to the end. */
  #until(stop: string | undefined, rawEscapes: boolean): string {
    let result = "";
    while (this.#at < this.#word.length) {
      const char = this.#word.charAt(this.#at);
      if (char === stop) {
        this.#at++;
        return result;
      }
      if (char === "$") result += this.#variable();
      else if (char === "'") result += this.#singleQuoted();
      else if (char === '"') result += this.#doubleQuoted();
      else if (char === this.#options.escape) {
        result += (rawEscapes ? char : "") + this.#word.charAt(this.#at + 1);
        this.#at += 2;
      } else {
        result += char;
        this.#at++;
      }
    }
    if (stop !== undefined) fail(`"${stop}" is missing in "${this.#word}"`);
    return result;
  }

  #singleQuoted(): string {
    const end = this.#word.indexOf("'", this.#at + 1);
    if (end === -1) fail(`a single quote is left open in ${this.#word}`);
    const text = this.#word.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #doubleQuoted(): string {
    let result = "";
    this.#at++;
    while (this.#at < this.#word.length) {
      const char = this.#word.charAt(this.#at);
      if (char === '"') {
        this.#at++;
        return result;
      }
      if (char === "$") {
        result += this.#variable();
        continue;
      }
      const next = this.#word.charAt(this.#at + 1);
      if (char === this.#options.escape && (next === '"' || next === "$" || next === char)) {
        result += next;
        this.#at += 2;
      } else {
        result += char;
        this.#at++;
      }
    }
    return fail(`a double quote is left open in ${this.#word}`);
  }

  #variable(): string {
    this.#at++;
    if (this.#word.charAt(this.#at) !== "{") {
      const name = this.#name();
      return name === "" ? "$" : (this.#value(name) ?? "");
    }
    this.#at++;
    const name = this.#name();
    if (name === "") fail(`bad substitution in "${this.#word}"`);
    let modifier = this.#word.charAt(this.#at++);
    const colon = modifier === ":";
    if (colon) modifier = this.#word.charAt(this.#at++);
    switch (modifier) {
      case "}":
        if (colon) break;
        return this.#value(name) ?? "";
      case "-":
      case "+":
      case "?":
        return this.#default(name, modifier, colon);
      case "#":
      case "%":
        if (colon) break;
        return this.#trim(name, modifier);
      case "/":
        if (colon) break;
        return this.#replace(name);
      case "":
        fail(`"}" is missing in "${this.#word}"`);
    }
    return fail(`the modifier "${colon ? ":" : ""}${modifier}" is not supported in "${this.#word}"`);
  }

  #default(name: string, modifier: "-" | "+" | "?", colon: boolean): string {
    const value = this.#value(name);
    const isSet = value !== undefined && !(colon && value === "");
    const word = this.#branch(modifier === "+" ? isSet : !isSet);
    switch (modifier) {
      case "-":
        return isSet ? value : word;
      case "+":
        return isSet ? word : "";
      case "?":
        return isSet ? value : fail(`${name}: ${word === "" ? "is not allowed to be unset" : word}`);
      default:
        return unreachable(modifier);
    }
  }

  /** Reads the word of a modifier; where it is not taken, unknown variables in it do not matter. */
  #branch(taken: boolean): string {
    if (taken) return this.#until("}", false);
    const blind = new Expander(this.#word, { escape: this.#options.escape, get: () => "" });
    blind.#at = this.#at;
    const word = blind.#until("}", false);
    this.#at = blind.#at;
    return word;
  }

  #trim(name: string, modifier: "#" | "%"): string {
    let pattern = this.#until("}", true);
    const longest = pattern.startsWith(modifier);
    if (longest) pattern = pattern.slice(1);
    const value = this.#value(name) ?? "";
    const whole = new RegExp(`^(?:${globSource(pattern)})$`, "su");
    const cuts = Array.from({ length: value.length + 1 }, (_, length) => length);
    for (const length of longest ? cuts.reverse() : cuts) {
      if (modifier === "#" && whole.test(value.slice(0, length))) return value.slice(length);
      const kept = value.length - length;
      if (modifier === "%" && whole.test(value.slice(kept))) return value.slice(0, kept);
    }
    return value;
  }

  #replace(name: string): string {
    const all = this.#word.charAt(this.#at) === "/";
    if (all) this.#at++;
    const pattern = this.#until("/", true);
    const replacement = this.#until("}", true);
    const value = this.#value(name) ?? "";
    return value.replace(new RegExp(globSource(pattern), all ? "gsu" : "su"), () => replacement);
  }

  #name(): string {
    const match = /^(?:[0-9]+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(this.#word.slice(this.#at));
    this.#at += match?.[0].length ?? 0;
    return match?.[0] ?? "";
  }

  #value(name: string): string | undefined {
    const value = this.#options.get(name);
    if (value === undefined && this.#options.mayBeSet?.(name) === true)
      throw new Stop({ kind: "unknown", name });
    return value;
  }
}

/** A shell pattern (* ? and escapes) as the source of a regular expression. */
function globSource(pattern: string): string {
  return pattern.replace(/\\(.)|[^]/gsu, (char, escaped: string | undefined) => {
    if (escaped === undefined && char === "*") return ".*";
    if (escaped === undefined && char === "?") return ".";
    return (escaped ?? char).replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  });
}
