// Operations on strings. Lengths, indexes and matches are by grapheme clusters: what would begin or end inside one
// does not match.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { parseNumber } from "../../number.ts";
import { other } from "../diagnostics.ts";
import { fail } from "../failure.ts";
import { compareUtf8, makeDictionary } from "../record.ts";
import {
  ArrayValue,
  BoolValue,
  EnumValue,
  NumberValue,
  type Place,
  StringValue,
  type Value,
} from "../value.ts";
import { indexOperand } from "./arrays.ts";
import { Boundaries, clusterCount, clusters } from "./clusters.ts";
import { operand, type Primop } from "./primop.ts";
import { compileRegex } from "./regex.ts";
import { RegexFault } from "./regex-fault.ts";

type Run = (texts: readonly string[], span: Place) => Value;

/** An operation of strings alone. */
function onStrings(name: string, arity: number, run: Run): Primop {
  const operator = { name, arity };
  return {
    arity,
    strict: arity,
    run: (operands, span) =>
      run(
        Array.from(
          { length: arity },
          (_, at) => operand(operands[at], "string", operator, at + 1, span).value,
        ),
        span,
      ),
  };
}

/** An operation of a regular expression and a string, which is a function of the string once it has the expression. */
function onPattern(name: string, run: (pattern: string, whole: string, span: Place) => Value): Primop {
  return {
    ...onStrings(name, 2, ([pattern = "", whole = ""], span) => run(pattern, whole, span)),
    partial: true,
  };
}

/** An operation of a tag and a string. */
function onTagged(name: string, run: (tag: string, text: string, span: Place) => Value): Primop {
  const operator = { name, arity: 2 };
  return {
    arity: 2,
    strict: 2,
    run: (operands, span) => {
      const tag = operand(operands[0], "enum", operator, 1, span);
      const text = operand(operands[1], "string", operator, 2, span);
      return run(tag.tag, text.value, span);
    },
  };
}

const text = (value: string, span: Place): StringValue => new StringValue(value, span);
const texts = (values: readonly string[], span: Place): ArrayValue =>
  new ArrayValue(
    values.map((value) => text(value, span)),
    [],
    span,
  );

/** Offsets at which a part occurs, without overlap and without cutting clusters. */
function* occurrences(whole: string, part: string): Generator<number> {
  const boundaries = new Boundaries(whole);
  let from = 0;
  for (;;) {
    const at = whole.indexOf(part, from);
    if (at === -1) return;
    if (boundaries.holds(at, at + part.length)) {
      yield at;
      from = at + part.length;
    } else from = at + 1;
  }
}

function pieces(whole: string, part: string): string[] {
  if (part === "") return clusters(whole);
  const found: string[] = [];
  let from = 0;
  for (const at of occurrences(whole, part)) {
    found.push(whole.slice(from, at));
    from = at + part.length;
  }
  // What follows the last match counts only when there is something.
  return from < whole.length ? [...found, whole.slice(from)] : found;
}

function replaceAll(whole: string, part: string, replacement: string): string {
  if (part !== "") {
    let result = "";
    let from = 0;
    for (const at of occurrences(whole, part)) {
      result += whole.slice(from, at) + replacement;
      from = at + part.length;
    }
    return result + whole.slice(from);
  }
  return (
    replacement +
    clusters(whole)
      .map((cluster) => cluster + replacement)
      .join("")
  );
}

interface Match {
  readonly start: number;
  readonly end: number;
  readonly index: number;
  readonly groups: readonly string[];
}

/** All matches that do not cut clusters. @throws a failure for a pattern that cannot be used. */
function matches(pattern: string, whole: string, span: Place): Match[] {
  const boundaries = new Boundaries(whole);
  const found: Match[] = [];
  let lastEnd = -1;
  for (const match of whole.matchAll(regex(pattern, span))) {
    const index = boundaries.indexAt(match.index);
    const end = match.index + match[0].length;
    // Right behind a match, nothing is not another one.
    const isRest = match[0] === "" && match.index === lastEnd;
    lastEnd = end;
    if (isRest) continue;
    if (index === undefined || boundaries.indexAt(end) === undefined) continue;
    // A group that took no part is undefined, whatever the types say.
    const groups = match.slice(1).map((group: string | undefined) => group ?? "");
    found.push({ start: match.index, end, index, groups });
  }
  return found;
}

function regex(pattern: string, span: Place): RegExp {
  try {
    return compileRegex(pattern);
  } catch (fault) {
    if (!(fault instanceof RegexFault)) throw fault;
    return fail(other, { message: `invalid regular expression \`${pattern}\`: ${fault.message}` }, span);
  }
}

function matchRecord(whole: string, match: Match, span: Place): Value {
  return makeDictionary(
    [
      ["matched", text(whole.slice(match.start, match.end), span)],
      ["index", new NumberValue(match.index, span)],
      ["groups", texts(match.groups, span)],
    ],
    span,
  );
}

const hashes: Readonly<Record<string, string>> = {
  Md5: "md5",
  Sha1: "sha1",
  Sha256: "sha256",
  Sha512: "sha512",
};

const base64Variants: Readonly<Record<string, { readonly url: boolean; readonly padded: boolean }>> = {
  Standard: { url: false, padded: true },
  UrlSafe: { url: true, padded: true },
  NoPad: { url: false, padded: false },
  UrlSafeNoPad: { url: true, padded: false },
};

function base64Variant(tag: string, span: Place): { readonly url: boolean; readonly padded: boolean } {
  return base64Variants[tag] ?? fail(other, { message: `unknown variant of Base64 '${tag}` }, span);
}

function encodeBase64(
  value: string,
  { url, padded }: { readonly url: boolean; readonly padded: boolean },
): string {
  const standard = Buffer.from(value, "utf8").toString("base64");
  const alphabet = url ? standard.replaceAll("+", "-").replaceAll("/", "_") : standard;
  return padded ? alphabet : alphabet.replace(/=+$/, "");
}

/** 'Ok text, or 'Error with a message. */
function decodeBase64(tag: string, encoded: string, span: Place): Value {
  const variant = base64Variant(tag, span);
  const bytes = Buffer.from(encoded, variant.url ? "base64url" : "base64");
  const decoded = bytes.toString("utf8");
  // Only canonical text decodes: encoding again must give the same.
  if (encodeBase64(decoded, variant) === encoded) return new EnumValue("Ok", text(decoded, span), span);
  const isBase64 = encodeBytes(bytes, variant) === encoded;
  const message = isBase64 ? "Could not convert decoded value to string" : "Base64 decoding failed";
  return new EnumValue("Error", makeDictionary([["message", text(message, span)]], span), span);
}

function encodeBytes(
  bytes: Buffer,
  { url, padded }: { readonly url: boolean; readonly padded: boolean },
): string {
  const standard = bytes.toString("base64");
  const alphabet = url ? standard.replaceAll("+", "-").replaceAll("/", "_") : standard;
  return padded ? alphabet : alphabet.replace(/=+$/, "");
}

export const stringPrimops: Readonly<Record<string, Primop>> = {
  "string/length": onStrings(
    "string/length",
    1,
    ([whole = ""], span) => new NumberValue(clusterCount(whole), span),
  ),
  "string/chars": onStrings("string/chars", 1, ([whole = ""], span) => texts(clusters(whole), span)),
  "string/trim": onStrings("string/trim", 1, ([whole = ""], span) =>
    text(whole.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ""), span),
  ),
  "string/uppercase": onStrings("string/uppercase", 1, ([whole = ""], span) =>
    text(whole.toUpperCase(), span),
  ),
  "string/lowercase": onStrings("string/lowercase", 1, ([whole = ""], span) =>
    text(whole.toLowerCase(), span),
  ),
  "string/split": onStrings("string/split", 2, ([whole = "", part = ""], span) =>
    texts(pieces(whole, part), span),
  ),
  "string/contains": onStrings("string/contains", 2, ([whole = "", part = ""], span) => {
    const isThere = part === "" || occurrences(whole, part).next().done !== true;
    return new BoolValue(isThere, span);
  }),
  "string/compare": onStrings("string/compare", 2, ([left = "", right = ""], span) => {
    const order = compareUtf8(left, right);
    return new EnumValue(order < 0 ? "Lesser" : order > 0 ? "Greater" : "Equal", undefined, span);
  }),
  "string/replace": onStrings("string/replace", 3, ([whole = "", part = "", replacement = ""], span) =>
    text(replaceAll(whole, part, replacement), span),
  ),
  "string/replace_regex": onStrings(
    "string/replace_regex",
    3,
    ([whole = "", pattern = "", replacement = ""], span) => {
      let result = "";
      let from = 0;
      for (const match of matches(pattern, whole, span)) {
        result += whole.slice(from, match.start) + replacement;
        from = match.end;
      }
      return text(result + whole.slice(from), span);
    },
  ),
  "string/is_match": onPattern(
    "string/is_match",
    (pattern, whole, span) => new BoolValue(matches(pattern, whole, span).length > 0, span),
  ),
  "string/find": onPattern("string/find", (pattern, whole, span) => {
    const [first] = matches(pattern, whole, span);
    return matchRecord(whole, first ?? { start: 0, end: 0, index: -1, groups: [] }, span);
  }),
  "string/find_all": onPattern(
    "string/find_all",
    (pattern, whole, span) =>
      new ArrayValue(
        matches(pattern, whole, span).map((match) => matchRecord(whole, match, span)),
        [],
        span,
      ),
  ),
  "string/substr": {
    arity: 3,
    strict: 3,
    run: (operands, span) => {
      const operator = { name: "string/substr", arity: 3 };
      const whole = operand(operands[0], "string", operator, 1, span).value;
      const start = indexOperand(operands[1], operator, 2, span);
      const end = indexOperand(operands[2], operator, 3, span);
      const all = clusters(whole);
      if (start >= all.length || end < start || end > all.length) {
        const message = `substring [${start}, ${end}) is out of bounds: the string has ${all.length} characters`;
        return fail(other, { message }, span);
      }
      return text(all.slice(start, end).join(""), span);
    },
  },
  "string/base64_encode": onTagged("string/base64_encode", (tag, value, span) =>
    text(encodeBase64(value, base64Variant(tag, span)), span),
  ),
  "string/base64_decode": onTagged("string/base64_decode", decodeBase64),
  "number/from_string": onStrings("number/from_string", 1, ([value = ""], span) => {
    const number = parseNumber(value);
    return number === undefined
      ? fail(other, { message: `invalid number literal \`${value}\`` }, span)
      : new NumberValue(number, span);
  }),
  hash: onTagged("hash", (tag, value, span) => {
    const algorithm = hashes[tag];
    if (algorithm === undefined) return fail(other, { message: `unknown hash '${tag}` }, span);
    return text(createHash(algorithm).update(value).digest("hex"), span);
  }),
};
