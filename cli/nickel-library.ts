// `import { evaluate } from "lamina/nickel"`: the embedded Nickel as a library, with this machine's files. A file or a text
// comes in; its value with the places of all its parts, or all that is wrong with it, goes out. Documented in
// docs/nickel-library.md.

import { resolve } from "node:path";
import { unreachable } from "../engine/core/unreachable.ts";
import type { NickelDiagnostic } from "../engine/nickel/diagnostics.ts";
import { type ExportFormat, writeData } from "../engine/nickel/formats/write.ts";
import type { Located } from "../engine/nickel/located.ts";
import type { ImportFormat } from "../engine/nickel/syntax/ast.ts";
import { systemFiles } from "../providers/host/files.ts";
import { composeProgram, type NickelInput, overlayTexts } from "./nickel-program.ts";
import { openEvaluator } from "./open-evaluator.ts";
import { libraryFolder } from "./package-root.ts";
import { renderDiagnostics as render } from "./report/diagnostic.ts";

export type { Note } from "../engine/core/diagnostic.ts";
export type { Position, SourceFile, Span } from "../engine/core/source.ts";
export type {
  NickelDiagnostic as Diagnostic,
  NickelErrorKind as ErrorKind,
} from "../engine/nickel/diagnostics.ts";
export type { ExportFormat } from "../engine/nickel/formats/write.ts";
export type { Located as Value, LocatedField as Field } from "../engine/nickel/located.ts";

/** A text in place of a file. */
export interface Source {
  readonly source: string;
  /** The path it is taken to lie at: messages show it, and relative imports start from its folder. "<source>" by default. */
  readonly name?: string;
  /** By the name's extension where it is not given; Nickel for an unknown one. */
  readonly format?: ImportFormat;
}

/** The path of a file, or a text. */
export type Input = string | Source;

/**
 * export: the whole value, without fields marked `not_exported`; functions and the like are errors.
 * eval: those fields too, and what no data format can hold is described in a string.
 * check: parses, resolves names and imports and checks static types, evaluates nothing; the value is null.
 */
export type Mode = "export" | "eval" | "check";

export interface Options {
  /** Where relative paths start; the process's own by default. */
  readonly directory?: string;
  /** Folders searched for imports, after the importing file's own. NICKEL_IMPORT_PATH is not looked at. */
  readonly importPaths?: readonly string[];
  /** "export" by default. */
  readonly mode?: Mode;
  /** Files of contracts that the whole is checked against, one after the other. */
  readonly contracts?: readonly string[];
  /** Only this field is evaluated and answered, written as in Nickel behind a dot: `a."b c"`. */
  readonly field?: string;
  /** Stop at the first error, as Nickel's own command does; by default all that are independent are gathered. */
  readonly firstOnly?: boolean;
  /** Told what programs say by `std.trace`, when they say it; nobody by default. */
  readonly trace?: (text: string) => void;
  /** Give up after so much; the error says so. By default only memory is limited, by what Node has. */
  readonly limits?: { readonly timeoutMs?: number; readonly steps?: number; readonly memoryMb?: number };
}

export type Evaluation =
  | {
      readonly ok: true;
      readonly value: Located;
      /** Absolute paths of all files read for it, inputs that are files included, sorted. */
      readonly imports: readonly string[];
    }
  /** At least one, in order of their places. */
  | { readonly ok: false; readonly diagnostics: readonly NickelDiagnostic[] };

/** Evaluates one input, or several merged as by `&`, in their order. What is wrong with them is answered, not thrown. */
export function evaluate(input: Input | readonly [Input, ...Input[]], options: Options = {}): Evaluation {
  const directory = resolve(options.directory ?? ".");
  const [first, ...others] = isSeveral(input) ? input : [input];
  const locate = (one: Input): NickelInput =>
    typeof one === "string"
      ? { path: resolve(directory, one) }
      : { path: resolve(directory, one.name ?? "<source>"), text: one.source, format: one.format };
  const entry = composeProgram(
    {
      inputs: [locate(first), ...others.map(locate)],
      contracts: (options.contracts ?? []).map((path) => resolve(directory, path)),
      field: options.field,
    },
    directory,
  );
  const importPaths = (options.importPaths ?? []).map((path) => resolve(directory, path));
  const { firstOnly = false, trace = () => undefined, limits = {} } = options;
  const evaluator = openEvaluator({ files: overlayTexts(systemFiles, entry.texts) }, importPaths, {
    firstOnly,
    trace,
    limits,
  });
  const result = evaluator.evaluate(entry.path, options.mode ?? "export");
  if (!result.ok) return { ok: false, diagnostics: result.error };
  const { value, imports } = result.value;
  return {
    ok: true,
    value,
    imports: imports.filter((path) => !entry.texts.has(path)),
  };
}

function isSeveral(input: Input | readonly [Input, ...Input[]]): input is readonly [Input, ...Input[]] {
  return Array.isArray(input);
}

/** Plain data, as `JSON.parse` would make it; with `bigint` integers beyond 2^53 are exact. */
export type Data = null | boolean | number | bigint | string | Data[] | { [key: string]: Data };

export interface DataOptions {
  /**
   * What becomes of integers of which no double is exact: "number", the default, is the nearest double; "bigint" is exact.
   * Fractions are the nearest doubles in any case.
   */
  readonly integers?: "number" | "bigint";
}

/** The value without its places; enum tags become strings. */
export function toData(value: Located, options: DataOptions = {}): Data {
  switch (value.kind) {
    case "null":
      return null;
    case "bool":
    case "string":
      return value.value;
    case "number":
      return options.integers === "bigint" && /^-?\d+$/.test(value.text) && !Number.isSafeInteger(value.value)
        ? BigInt(value.text)
        : value.value;
    case "enum":
      return value.tag;
    case "array":
      return value.items.map((item) => toData(item, options));
    case "record":
      // `Object.fromEntries` defines own properties, also for a field named __proto__.
      return Object.fromEntries(
        Array.from(value.fields, ([name, field]) => [name, toData(field.value, options)]),
      );
    default:
      return unreachable(value);
  }
}

export type Written =
  | { readonly ok: true; readonly text: string }
  /** What the format cannot hold: a null in TOML, anything but a string as text, … */
  | { readonly ok: false; readonly diagnostics: readonly NickelDiagnostic[] };

/** The text that `nickel export` prints. */
export function write(value: Located, format: ExportFormat): Written {
  const written = writeData(value, format);
  return written.ok ? { ok: true, text: written.value } : { ok: false, diagnostics: written.error };
}

export interface RenderOptions {
  /** Paths below it are shown relative to it; the process's own by default. */
  readonly directory?: string;
  /** With colours for a terminal; not by default. */
  readonly color?: boolean;
  /** Columns to stay within where a source line is long; 160 by default. */
  readonly width?: number;
}

/** Diagnostics for people: the message, the source line underlined, the other places, what to do; ends in a newline. */
export function renderDiagnostics(
  diagnostics: readonly NickelDiagnostic[],
  options: RenderOptions = {},
): string {
  const { directory = ".", color = false, width } = options;
  return render(diagnostics, { root: resolve(directory), library: libraryFolder(), color, width });
}
