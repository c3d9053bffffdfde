// Takes secrets out of texts: values come in, and every text that leaves goes through what comes out.

import { secretForms } from "./secret-forms.ts";

export interface Redactor {
  /** The text with "***" in place of whatever shows a value. */
  readonly redact: (text: string) => string;
  /** The last place up to `end` where a text may be cut: none lies within a value, nor within what may go on as one behind the text. */
  readonly findCut: (text: string, end: number) => number;
}

/** Characters by which forms are looked up: no form is shorter. */
const indexed = 4;

const redactsNothing: Redactor = { redact: (text) => text, findCut: (_text, end) => end };

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
    findCut: (text, end) => {
      let cut = end;
      for (let at = end - 1; at >= 0 && at > cut - longest; at--) {
        const rest = text.slice(at, at + longest);
        const mayGoOn =
          rest.length < indexed
            ? shortStarts.has(rest)
            : byStart
                .get(rest.slice(0, indexed))
                ?.some((form) => at + form.length > cut && (form.startsWith(rest) || rest.startsWith(form)));
        if (mayGoOn === true) cut = at;
      }
      return cut;
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
