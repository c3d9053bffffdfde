// Several inputs, contracts and a field as one program: what `nickel export a.ncl b.yaml --apply-contract c.ncl --field x`
// evaluates. Out goes the entry's path, and the texts that stand in for files there are not.

import { join } from "node:path";
import type { Files } from "../engine/core/host.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import { SourceFile } from "../engine/core/source.ts";
import type { ImportFormat } from "../engine/nickel/syntax/ast.ts";
import { parse } from "../engine/nickel/syntax/parse.ts";

export interface NickelInput {
  /** Absolute; where a text stands in for the file, the place that its relative imports start from. */
  readonly path: string;
  readonly text?: string | undefined;
  /** By the path's extension where it is not given. */
  readonly format?: ImportFormat | undefined;
}

export interface NickelProgram {
  /** Merged in this order; at least one. */
  readonly inputs: readonly [NickelInput, ...NickelInput[]];
  /** Files of contracts, absolute, applied to the whole one after the other. */
  readonly contracts?: readonly string[];
  /** What to take of it, as written behind a dot in Nickel: `a."b c"`. */
  readonly field?: string | undefined;
  /** Merged in last: `a.b = 1` (an expression). */
  readonly assignments?: readonly Assignment[];
}

export interface Assignment {
  readonly field: string;
  readonly expression: string;
  /** Wins over what the inputs say. */
  readonly isForced: boolean;
}

export interface Entry {
  readonly path: string;
  readonly texts: ReadonlyMap<string, string>;
}

/** The program as an entry file in `directory` (absolute); the input itself where there is no more to it. */
export function composeProgram(program: NickelProgram, directory: string): Entry {
  const { inputs, contracts = [], field, assignments = [] } = program;
  const texts = new Map<string, string>();
  for (const { path, text } of inputs) if (text !== undefined) texts.set(path, text);
  const [first, ...others] = inputs;
  const isPlain = others.length + contracts.length + assignments.length === 0 && field === undefined;
  if (isPlain && first.format === undefined) return { path: first.path, texts };
  const parts = [
    ...inputs.map(({ path, format }) => importTerm(path, format)),
    ...assignments.map((one) => `{ ${one.field}${one.isForced ? " | force" : ""} = (${one.expression}\n) }`),
  ];
  const checked = [`(${parts.join(" & ")})`, ...contracts.map((path) => importTerm(path, undefined))].join(
    " | ",
  );
  const path = join(directory, "<command line>");
  texts.set(path, field === undefined ? checked : `(${checked}).${field}`);
  return { path, texts };
}

const formatTags: Readonly<Record<ImportFormat, string>> = {
  nickel: "Nickel",
  json: "Json",
  yaml: "Yaml",
  toml: "Toml",
  text: "Text",
};

function importTerm(path: string, format: ImportFormat | undefined): string {
  const quoted = path
    .replaceAll(/["\\]|%(?=\{)/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
  return `(import "${quoted}"${format === undefined ? "" : ` as '${formatTags[format]}`})`;
}

/** The field's path, if it is one: names, bare or in quotes, with dots between them. */
export function parseFieldPath(text: string): Result<string, string> {
  const { term } = parse(new SourceFile("field", `x.${text}\n`));
  let rest = term;
  while (rest?.kind === "access") rest = rest.record;
  return rest?.kind === "variable" ? ok(text) : err('must be a path of fields such as a.b or a."b c"');
}

/** `a.b=1`, an expression of Nickel given to a field. */
export function parseAssignment(text: string, isForced = false): Result<Assignment, string> {
  const wanted = "must assign an expression of Nickel to a field, such as a.b=1";
  for (let at = text.indexOf("="); at !== -1; at = text.indexOf("=", at + 1)) {
    const field = text.slice(0, at).trim();
    const expression = text.slice(at + 1);
    if (!parseFieldPath(field).ok) continue;
    const isSound = parse(new SourceFile("expression", expression)).diagnostics.length === 0;
    return isSound ? ok({ field, expression, isForced }) : err(wanted);
  }
  return err(wanted);
}

/** The files, with these texts in place of what they hold. */
export function overlayTexts(files: Files, texts: ReadonlyMap<string, string>): Files {
  return {
    ...files,
    readText: (path) => {
      const text = texts.get(path);
      return text === undefined ? files.readText(path) : ok(text);
    },
  };
}
