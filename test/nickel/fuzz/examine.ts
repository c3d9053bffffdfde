// What must hold of any text whatever: its tokens and the gaps between them are the text; it is parsed or complained about,
// within its bounds; it is evaluated, to data that is written and read back alike, or complained about in the language's own
// words. The answer is what does not hold.

import { isDeepStrictEqual } from "node:util";
import { renderDiagnostics } from "../../../cli/report/diagnostic.ts";
import { err, ok } from "../../../engine/core/result.ts";
import { SourceFile, type Span } from "../../../engine/core/source.ts";
import type { NickelDiagnostic } from "../../../engine/nickel/diagnostics.ts";
import {
  createEvaluator,
  type EvaluationMode,
  type NickelEvaluator,
} from "../../../engine/nickel/evaluate.ts";
import type { DataNode } from "../../../engine/nickel/formats/data.ts";
import { readData } from "../../../engine/nickel/formats/read.ts";
import { writeData } from "../../../engine/nickel/formats/write.ts";
import type { MemoryGauge } from "../../../engine/nickel/limits.ts";
import type { Located } from "../../../engine/nickel/located.ts";
import { decodeLocated, encodeLocated } from "../../../engine/nickel/located-codec.ts";
import { toDouble } from "../../../engine/nickel/number.ts";
import { tokenize } from "../../../engine/nickel/syntax/lexer.ts";
import { parse } from "../../../engine/nickel/syntax/parse.ts";

/** Beside the files of `importable`. */
const folder = "/fuzz";

export interface Examiner {
  /** What is wrong, in a line each; nothing for most texts. */
  examine(text: string, mode: EvaluationMode): readonly string[];
}

/** `importable` are texts by absolute path. After some hundred texts another one should be opened: it keeps them all. */
export function openExaminer(
  importable: ReadonlyMap<string, string>,
  steps: number,
  memory?: MemoryGauge,
): Examiner {
  let text = "";
  let path = "";
  let count = 0;
  const evaluator: NickelEvaluator = createEvaluator({
    importPaths: ["/lib", "/lib/lamina"],
    limits: { steps, memory },
    files: {
      readText: (asked) => {
        const known = asked === path ? text : importable.get(asked);
        return known === undefined
          ? err({ kind: "missing", path: asked, message: "no such file" })
          : ok(known);
      },
    },
  });
  return {
    examine(given, mode) {
      text = given;
      count += 1;
      path = `${folder}/${count}.ncl`;
      const faults: string[] = [];
      const file = new SourceFile(path, given);
      faults.push(...examineTokens(file), ...examineParse(file));
      const result = evaluator.evaluate(path, mode);
      if (result.ok) faults.push(...examineValue(result.value.value));
      else if (result.error.length === 0) faults.push("refused without a word");
      else faults.push(...examineDiagnostics(result.error));
      return faults;
    },
  };
}

function examineTokens(file: SourceFile): string[] {
  const { tokens, diagnostics } = tokenize(file);
  const faults = diagnostics.flatMap(({ span }) => examineSpan(span));
  let at = 0;
  for (const { kind, start, end } of tokens) {
    if (start < at) faults.push(`the token ${kind} at ${start} begins before ${at}`);
    const gap = file.text.slice(at, start);
    if (diagnostics.length === 0 && !/^(?:[ \t\n]|\r\n|#[^\n]*)*$/.test(gap))
      faults.push(`no blank and no comment: ${JSON.stringify(gap)}`);
    at = end;
  }
  if (at !== file.text.length) faults.push(`the tokens end at ${at} of ${file.text.length}`);
  return faults;
}

function examineParse(file: SourceFile): string[] {
  const { term, diagnostics } = parse(file);
  if ((term === undefined) !== diagnostics.length > 0) return ["neither a term nor a complaint, or both"];
  return examineDiagnostics(diagnostics);
}

function examineDiagnostics(diagnostics: readonly NickelDiagnostic[]): string[] {
  const faults = diagnostics.flatMap((one) => [
    ...examineSpan(one.span),
    ...one.notes.flatMap(({ span }) => examineSpan(span)),
    ...(/^[EW]\d{4}$/.test(one.code) && one.message !== "" ? [] : [`a complaint without words: ${one.code}`]),
    ...(/undefined|\[object |Internal/.test(one.message) ? [`an odd complaint: ${one.message}`] : []),
  ]);
  renderDiagnostics(diagnostics, { root: "/", color: false });
  return faults;
}

function examineSpan(span: Span | undefined): string[] {
  if (span === undefined) return [];
  const { start, end, file } = span;
  return 0 <= start && start <= end && end <= file.text.length
    ? []
    : [`the place ${start}-${end} does not lie in the ${file.text.length} characters of ${file.path}`];
}

function examineValue(value: Located): string[] {
  const faults: string[] = [];
  const paths = new Set<string>();
  collectPaths(value, paths);
  const packed = encodeLocated(value, Array.from(paths));
  const unpacked = decodeLocated(
    packed,
    Array.from(paths, (path) => new SourceFile(path, "")),
  );
  if (unpacked === undefined || !isDeepStrictEqual(plain(unpacked), plain(value)))
    faults.push("not packed and unpacked alike");
  for (const format of ["json", "yaml", "toml"] as const) {
    const written = writeData(value, format);
    if (!written.ok) {
      if (format !== "toml") faults.push(`${format} is not written: ${written.error[0]?.message}`);
      continue;
    }
    const read = readData(new SourceFile(`/written.${format}`, written.value), format);
    if (!read.ok) faults.push(`${format} is not read back: ${read.error.message}`);
    else if (format === "json" && !isDeepStrictEqual(plainData(read.value), plain(value)))
      faults.push(`${format} is read back as something else`);
  }
  return faults;
}

function collectPaths(value: Located, paths: Set<string>): void {
  paths.add(value.span.file.path);
  if (value.kind === "array") for (const item of value.items) collectPaths(item, paths);
  if (value.kind === "record") {
    for (const field of value.fields.values()) {
      paths.add(field.keySpan.file.path);
      collectPaths(field.value, paths);
    }
  }
}

/** With numbers as doubles: what is written is the nearest one. */
function plain(value: Located): unknown {
  switch (value.kind) {
    case "null":
      return null;
    case "number":
      // What is too small for a double keeps its sign in the text (-0.0, as the original has it), but no number of the language does.
      return Number(value.text) + 0;
    case "enum":
      return value.tag;
    case "array":
      return value.items.map(plain);
    case "record":
      return Array.from(value.fields, ([name, field]) => [name, plain(field.value)]);
    default:
      return value.value;
  }
}

function plainData(node: DataNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "number":
      return toDouble(node.value);
    case "array":
      return node.items.map(plainData);
    case "record":
      return node.entries.map(({ key, value }) => [key, plainData(value)]);
    default:
      return node.value;
  }
}
