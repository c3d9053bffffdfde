// Diagnostics as people read them: what is wrong, where, the source line underlined, the other places, what to do.

import pc from "picocolors";
import { compareDiagnostics, type Diagnostic, type Severity } from "../../engine/core/diagnostic.ts";
import { locate, renderSnippet, type ShownFrom } from "./snippet.ts";
import { printable } from "./text-width.ts";

export interface DiagnosticOptions extends ShownFrom {
  readonly color: boolean;
  /** Columns to stay within where a source line is long; 160 by default. */
  readonly width?: number | undefined;
}

const defaultWidth = 160;

/** One diagnostic, several lines, without a line end after the last. */
export function renderDiagnostic(diagnostic: Diagnostic, options: DiagnosticOptions): string {
  const colors = pc.createColors(options.color);
  const paintSeverity = diagnostic.severity === "error" ? colors.red : colors.yellow;
  const gutter = (text: string) => colors.bold(colors.blue(text));
  const strong = (text: string) => colors.bold(paintSeverity(text));
  const gutterWidth = widestLineNumber(diagnostic, options);
  const { root, library } = options;
  const snippet = { root, library, gutterWidth, width: options.width ?? defaultWidth };
  const margin = " ".repeat(gutterWidth);

  const lines = [
    `${strong(`${diagnostic.severity}[${diagnostic.code}]`)}${colors.bold(`: ${indentRest(diagnostic.message, 2)}`)}`,
  ];
  if (diagnostic.span !== undefined)
    lines.push(
      ...renderSnippet(diagnostic.span, {
        ...snippet,
        mark: "^",
        label: diagnostic.label,
        isConcealed: diagnostic.isConcealed,
        paint: { gutter, mark: strong },
      }),
    );
  let hasBar = false;
  const remark = (kind: string, message: string) => {
    if (!hasBar && diagnostic.span !== undefined) lines.push(gutter(`${margin} |`));
    hasBar = true;
    const text = indentRest(message, gutterWidth + kind.length + 5);
    lines.push(`${gutter(`${margin} =`)} ${colors.bold(`${kind}:`)} ${text}`);
  };
  for (const note of diagnostic.notes) {
    if (note.span === undefined) {
      remark("note", note.message);
      continue;
    }
    lines.push(`${colors.bold(colors.cyan("note"))}: ${indentRest(note.message, 2)}`);
    const paint = { gutter, mark: (text: string) => colors.bold(colors.cyan(text)) };
    lines.push(...renderSnippet(note.span, { ...snippet, mark: "-", paint }));
    hasBar = false;
  }
  if (diagnostic.help !== undefined) remark("help", diagnostic.help);
  return lines.join("\n");
}

/** All of them in order of their places, an empty line between each, then how many there are; "" for none. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: DiagnosticOptions): string {
  if (diagnostics.length === 0) return "";
  const sorted = diagnostics.toSorted(compareDiagnostics);
  const texts = sorted.map((diagnostic) => renderDiagnostic(diagnostic, options));
  return `${[...texts, summarizeDiagnostics(diagnostics, options.root)].join("\n\n")}\n`;
}

/** For example "3 errors, 1 warning in 2 layers" (of the catalog below `root`, where it is several diagnostics); "" for none. */
export function summarizeDiagnostics(diagnostics: readonly Diagnostic[], root: string): string {
  const count = (severity: Severity) => {
    const { length } = diagnostics.filter((diagnostic) => diagnostic.severity === severity);
    return length === 0 ? [] : [`${length} ${severity}${length === 1 ? "" : "s"}`];
  };
  const amounts = [...count("error"), ...count("warning")].join(", ");
  const layers = new Set(diagnostics.flatMap(({ span }) => layerAt(span?.file.path, root) ?? [])).size;
  if (diagnostics.length < 2 || layers === 0) return amounts;
  return `${amounts} in ${layers} layer${layers === 1 ? "" : "s"}`;
}

/** The layer in whose folder a file lies. */
function layerAt(path: string | undefined, root: string): string | undefined {
  const catalog = `${root}/catalog/`;
  if (path?.startsWith(catalog) !== true) return undefined;
  const [layer, ...rest] = path.slice(catalog.length).split("/");
  return rest.length === 0 ? undefined : layer;
}

function widestLineNumber(diagnostic: Diagnostic, from: ShownFrom): number {
  const spans = [diagnostic.span, ...diagnostic.notes.map((note) => note.span)];
  return Math.max(1, ...spans.map((span) => (span === undefined ? 1 : digits(locate(span, from).endLine))));
}

function digits(number: number): number {
  return String(number).length;
}

/** Later lines of a text stand under its beginning. */
function indentRest(text: string, columns: number): string {
  return printable(text).replaceAll("\n", `\n${" ".repeat(columns)}`);
}
