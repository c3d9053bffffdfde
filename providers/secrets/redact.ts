// Takes secrets out of texts: values come in, and every text that leaves goes through what comes out.

import { secretForms } from "./secret-forms.ts";

export interface Redactor {
  /** The text with "***" in place of whatever shows a value. */
  readonly redact: (text: string) => string;
  /** Where the end of a text begins that what follows may make a value of; the text's length where there is none. */
  readonly findOpenEnd: (text: string) => number;
}

/** Characters by which forms are looked up: no form is shorter. */
const indexed = 4;

const redactsNothing: Redactor = { redact: (text) => text, findOpenEnd: (text) => text.length };

export function createRedactor(values: readonly (string | Uint8Array)[]): Redactor {
  const forms = new Set(values.flatMap((value) => Array.from(secretForms(value))));
  if (forms.size === 0) return redactsNothing;
  const byStart = new Map<string, string[]>();
  let longest = 0;
  for (const form of forms) {
    const start = form.slice(0, indexed);
    const others = byStart.get(start);
    if (others === undefined) byStart.set(start, [form]);
    else others.push(form);
    longest = Math.max(longest, form.length);
  }
  for (const candidates of byStart.values()) candidates.sort((a, b) => b.length - a.length);
  const shortStarts = new Set<string>();
  for (const start of byStart.keys())
    for (let length = 1; length < indexed; length++) shortStarts.add(start.slice(0, length));
  return {
    redact: (text) => blank(text, byStart),
    findOpenEnd: (text) => {
      for (let at = Math.max(0, text.length - longest + 1); at < text.length; at++) {
        const rest = text.length - at;
        if (rest < indexed) {
          if (shortStarts.has(text.slice(at))) return at;
          continue;
        }
        const candidates = byStart.get(text.slice(at, at + indexed));
        if (candidates?.some((form) => form.length > rest && form.startsWith(text.slice(at))) === true)
          return at;
      }
      return text.length;
    },
  };
}

/** Forms that overlap or touch are blanked as one, so that nothing of either remains. */
function blank(text: string, byStart: ReadonlyMap<string, readonly string[]>): string {
  let blanked = "";
  let copied = 0;
  let from = -1;
  let to = -1;
  for (let at = 0; at + indexed <= text.length; at++) {
    const found = byStart.get(text.slice(at, at + indexed))?.find((form) => text.startsWith(form, at));
    if (found === undefined) continue;
    if (at > to) {
      if (to >= 0) {
        blanked += `${text.slice(copied, from)}***`;
        copied = to;
      }
      from = at;
    }
    to = Math.max(to, at + found.length);
  }
  return to < 0 ? text : `${blanked}${text.slice(copied, from)}***${text.slice(to)}`;
}
