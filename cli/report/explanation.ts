// What `lamina explain` prints: all codes, or one with its examples, the fault underlined.

import pc from "picocolors";
import type { Severity } from "../../engine/core/diagnostic.ts";
import { SourceFile } from "../../engine/core/source.ts";
import { type CodeListJson, type ExplainedJson, explanationsVersion } from "../../schemas/explanations.ts";
import type { Explanation, Family, Question, SampleFiles } from "../explain/explanation.ts";
import { readMarks } from "../explain/marks.ts";
import { exampleFile } from "../explain/nickel-example.ts";
import { renderTable } from "./table.ts";
import { displayWidth } from "./text-width.ts";

type Colors = ReturnType<typeof pc.createColors>;

const textWidth = 90;
/** Of a line of an example. */
const maxLineWidth = 110;

export function renderFamilies(families: readonly Family[], color: boolean): string {
  const colors = pc.createColors(color);
  const parts = families.map(({ title, explanations }) => {
    const rows = explanations.map((each) => [`  ${each.code}`, each.title]);
    const table = renderTable([{ title: "" }, { title: "" }], rows);
    return `${colors.bold(title)}\n${table.slice(table.indexOf("\n") + 1)}`;
  });
  return `${parts.join("\n")}\n\`lamina explain CODE\` tells more of one\n`;
}

export function renderExplanation(explanation: Explanation, color: boolean): string {
  const colors = pc.createColors(color);
  const { code, kind, title, cause, fix, question, wrong, mended, unreadable = [] } = explanation;
  const paint = severityOf(code) === "error" ? colors.red : colors.yellow;
  const changed = Object.entries(mended).filter(
    ([path, text]) => text !== undefined && (unreadable.includes(path) || text !== plain(wrong[path])),
  );
  return [
    `${colors.bold(paint(`${severityOf(code)}[${code}]`))}${colors.bold(`: ${title}`)}\n`,
    wrap(cause),
    `${colors.bold("What to do:")}\n${wrap(fix)}`,
    ...(kind === undefined ? [] : [`Nickel itself calls it ${kind}.\n`]),
    `${colors.bold("Wrong")}, as \`${commandOf(question)}\` tells:\n`,
    ...renderFiles(wrong, unreadable, colors, paint),
    `${colors.bold("Mended:")}\n`,
    ...renderFiles(Object.fromEntries(changed), [], colors, paint),
  ].join("\n");
}

export function familiesToJson(families: readonly Family[]): CodeListJson {
  return {
    version: explanationsVersion,
    families: families.map(({ title, explanations }) => ({ title, codes: explanations.map(summarize) })),
  };
}

export function explanationsToJson(explanations: readonly Explanation[]): ExplainedJson {
  return {
    version: explanationsVersion,
    explanations: explanations.map((each) => ({
      ...summarize(each),
      ...(each.kind === undefined ? {} : { kind: each.kind }),
      cause: each.cause,
      fix: each.fix,
      command: commandOf(each.question),
      wrong: plainFiles(each.wrong),
      mended: plainFiles(each.mended),
    })),
  };
}

function summarize({ code, title }: Explanation): { code: string; severity: Severity; title: string } {
  return { code, severity: severityOf(code), title };
}

function severityOf(code: string): Severity {
  return code.startsWith("W") ? "warning" : "error";
}

function commandOf(question: Question): string {
  switch (question.kind) {
    case "check":
      return "lamina catalog-validate";
    case "plan": {
      const bases = Object.entries(question.bases ?? {}).map(([image, by]) => ` --base ${image}=${by}`);
      return `lamina plan${bases.join("")}`;
    }
    case "mend-lock":
      return "lamina lock --update";
    case "export": {
      const format = question.format === "json" ? "" : ` --format ${question.format}`;
      return `lamina nickel export${format} ${exampleFile}`;
    }
  }
}

function renderFiles(
  files: SampleFiles,
  unreadable: readonly string[],
  colors: Colors,
  paint: (text: string) => string,
): readonly string[] {
  return Object.entries(files).map(([path, marked]) => {
    if (marked === undefined) return `  ${colors.cyan(path)} is not there\n`;
    const remark = unreadable.includes(path) ? " (not readable)" : "";
    const lines = renderMarked(marked, paint).map((line) => `    ${line}`.trimEnd());
    return `  ${colors.cyan(path)}${remark}\n${lines.join("\n")}\n`;
  });
}

/** The lines of a text, each mark underlined. */
function renderMarked(marked: string, paint: (text: string) => string): readonly string[] {
  const { text, marks } = readMarks(marked);
  const file = new SourceFile("", text);
  // A fault of a whole file is marked at its beginning: underlining its first letter would mislead.
  const shown = marks.filter(({ start, end }) => start > 0 || end > 0);
  const places = shown.map(({ start, end }) => ({ from: file.position(start), to: file.position(end) }));
  const count = file.lineStarts.length - (text.endsWith("\n") ? 1 : 0);
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((number) => {
    const line = file.line(number);
    if (displayWidth(line) > maxLineWidth) return [`${line.slice(0, maxLineWidth - 1)}…`];
    const marksHere = places.filter(({ from }) => from.line === number);
    let underline = "";
    for (const { from, to } of marksHere) {
      const before = displayWidth(
        Array.from(line)
          .slice(0, from.column - 1)
          .join(""),
      );
      const length = to.line === number ? to.column - from.column : displayWidth(line) - before;
      underline = underline.padEnd(before) + "^".repeat(Math.max(1, length));
    }
    return underline === "" ? [line] : [line, paint(underline)];
  });
}

function plain(marked: string | undefined): string | undefined {
  return marked === undefined ? undefined : readMarks(marked).text;
}

function plainFiles(files: SampleFiles): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([path, marked]) => {
      const text = plain(marked);
      return text === undefined ? [] : [[path, text]];
    }),
  );
}

function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || displayWidth(last) + 1 + displayWidth(word) > textWidth) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return `${lines.join("\n")}\n`;
}
