// Labels and label selectors as the API documents them: `k==v`, `k=v`, `k!=v`, `k`, `!k`, `k in (a,b)`, `k notin (a,b)`;
// a comma is "and".

import { invalidInput } from "./api-error.ts";

export type Labels = Readonly<Record<string, string>>;
export type Selector = (labels: Labels) => boolean;

// Of the documentation: the name of a key and a value are of one form, and a key may have a DNS prefix.
const segment = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/;
const prefix = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

function isKey(key: string): boolean {
  const slash = key.indexOf("/");
  if (slash === -1) return segment.test(key);
  const domain = key.slice(0, slash);
  return domain.length <= 253 && prefix.test(domain) && segment.test(key.slice(slash + 1));
}

function isValue(value: string): boolean {
  return value === "" || segment.test(value);
}

/** What is wrong with labels that a request sets. */
export function findLabelProblems(labels: Labels): readonly string[] {
  const problems: string[] = [];
  for (const [key, value] of Object.entries(labels)) {
    if (!isKey(key)) problems.push(`label key '${key}' is not correctly formatted`);
    else if (/^(?:[^/]+\.)?hetzner\.cloud\//.test(key)) problems.push(`label key '${key}' is reserved`);
    if (!isValue(value)) problems.push(`label value '${value}' is not correctly formatted`);
  }
  return problems;
}

/** An empty one selects all; throws invalid_input for one that is not well formed. */
export function parseSelector(text: string): Selector {
  if (text === "") return () => true;
  // Commas within brackets part values, not terms.
  const terms = text.split(/,(?![^(]*\))/).map((term) => parseTerm(term.trim()));
  return (labels) => terms.every((term) => term(labels));
}

function parseTerm(term: string): Selector {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    if (!isKey(key) || !values.every(isValue)) throw malformed(term);
    return (labels) => {
      const value = labels[key];
      return (value !== undefined && values.includes(value)) === (operator === "in");
    };
  }
  const comparison = /^([^=!\s]+)\s*(==|!=|=)\s*(\S*)$/.exec(term);
  if (comparison !== null) {
    const [, key = "", operator, value = ""] = comparison;
    if (!isKey(key) || !isValue(value)) throw malformed(term);
    return (labels) => (labels[key] === value) === (operator !== "!=");
  }
  const key = term.replace(/^!\s*/, "");
  if (!isKey(key)) throw malformed(term);
  return (labels) => (labels[key] === undefined) === term.startsWith("!");
}

function malformed(term: string): Error {
  return invalidInput({ label_selector: [`'${term}' is not a label selector`] });
}
