// What an evaluation came to as plain data and back: to hand it from one thread to another.

import { SourceFile, type Span } from "../core/source.ts";
import type { NickelDiagnostic } from "./diagnostics.ts";
import type { Evaluation } from "./evaluate.ts";
import type { Json } from "./located.ts";
import { decodeLocated, encodeNodes } from "./located-codec.ts";

type PackedSpan = readonly [file: number, start: number, end: number];

interface PackedDiagnostic extends Omit<NickelDiagnostic, "span" | "notes"> {
  readonly span: PackedSpan | undefined;
  readonly notes: readonly { readonly message: string; readonly span: PackedSpan | undefined }[];
}

export interface PackedEvaluation {
  /** All that places lie in. The text of what the other side handed over itself is left out. */
  readonly files: readonly { readonly path: string; readonly text: string | undefined }[];
  readonly outcome:
    | {
        readonly ok: true;
        readonly value: Json;
        readonly imports: readonly string[];
        readonly absent: readonly string[];
      }
    | { readonly ok: false; readonly diagnostics: readonly PackedDiagnostic[] };
}

/** `isKnown` tells of which paths the other side has the texts. */
export function packEvaluation(evaluation: Evaluation, isKnown: (path: string) => boolean): PackedEvaluation {
  const indexes = new Map<SourceFile, number>();
  const indexOf = (file: SourceFile): number => {
    const known = indexes.get(file);
    if (known !== undefined) return known;
    indexes.set(file, indexes.size);
    return indexes.size - 1;
  };
  const place = (span: Span | undefined): PackedSpan | undefined =>
    span === undefined ? undefined : [indexOf(span.file), span.start, span.end];
  const outcome = evaluation.ok
    ? {
        ok: true as const,
        value: encodeNodes(evaluation.value.value, indexOf),
        imports: evaluation.value.imports,
        absent: evaluation.value.absent,
      }
    : {
        ok: false as const,
        diagnostics: evaluation.error.map((one) => ({
          ...one,
          span: place(one.span),
          notes: one.notes.map((note) => ({ message: note.message, span: place(note.span) })),
        })),
      };
  const files = Array.from(indexes.keys(), ({ path, text }) => ({
    path,
    text: isKnown(path) ? undefined : text,
  }));
  return { files, outcome };
}

/** `open` gives the files whose texts were left out. @throws Error for what `packEvaluation` did not make. */
export function unpackEvaluation(packed: PackedEvaluation, open: (path: string) => SourceFile): Evaluation {
  const files = packed.files.map(({ path, text }) =>
    text === undefined ? open(path) : new SourceFile(path, text),
  );
  const place = (span: PackedSpan | undefined): Span | undefined => {
    if (span === undefined) return undefined;
    const [index, start, end] = span;
    const file = files[index];
    if (file === undefined) throw new Error("a place in no file");
    return { file, start, end };
  };
  const { outcome } = packed;
  if (outcome.ok) {
    const value = decodeLocated(outcome.value, files);
    if (value === undefined) throw new Error("a value that was not packed");
    return { ok: true, value: { value, imports: outcome.imports, absent: outcome.absent } };
  }
  const unpack = (one: PackedDiagnostic): NickelDiagnostic => ({
    ...one,
    span: place(one.span),
    notes: one.notes.map((note) => ({ message: note.message, span: place(note.span) })),
  });
  return { ok: false, error: outcome.diagnostics.map(unpack) };
}
