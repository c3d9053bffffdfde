// Evaluated files, kept from one process to the next: a value is taken from the cache while every file that it was made of
// has the same text, and no file has come to be where an import was looked for in vain. The cache is one file that may be
// deleted at any time; two processes that write it at once leave the one's or the other's.

import { sha256 } from "../core/digest.ts";
import type { Files } from "../core/host.ts";
import { ok } from "../core/result.ts";
import { SourceFile } from "../core/source.ts";
import type { Evaluated, NickelEvaluator } from "./evaluate.ts";
import { decodeLocated, encodeLocated } from "./located-codec.ts";

export interface EvaluationCacheOptions {
  readonly files: Files;
  /** Absolute path of the cache's file. */
  readonly path: string;
  /** Names the evaluator and how it is set up: values of another producer are not taken. */
  readonly producer: string;
  /** Called at the first file that the cache does not know; reads through these files, so that what is kept is what was read. */
  readonly open: (files: Files) => NickelEvaluator;
}

export interface CachingEvaluator {
  /** As `NickelEvaluator.evaluate` for export. What fails is never kept, so that it is told each time. */
  readonly evaluate: (entryPath: string) => ReturnType<NickelEvaluator["evaluate"]>;
  /** Writes the cache if there is something new. A cache that cannot be written is none: nobody is told. */
  readonly save: () => void;
}

/** What is kept of one entry file. */
interface Entry {
  /** Files read and the digests of their texts. */
  readonly read: readonly (readonly [path: string, digest: string])[];
  readonly absent: readonly string[];
  readonly value: unknown;
}

/** Raised when the form of the file changes. */
const format = 1;

export function openEvaluationCache({
  files,
  path,
  producer,
  open,
}: EvaluationCacheOptions): CachingEvaluator {
  const entries = readEntries(files, path, producer);
  const world = new Texts(files);
  let evaluator: NickelEvaluator | undefined;
  let isChanged = false;
  return {
    evaluate(entryPath) {
      const known = entries.get(entryPath);
      const recalled = known === undefined ? undefined : recall(known, world);
      if (recalled !== undefined) return ok(recalled);
      evaluator ??= open(world.seenThrough);
      const evaluated = evaluator.evaluate(entryPath);
      const entry = evaluated.ok ? describe(evaluated.value, world) : undefined;
      if (entry !== undefined) entries.set(entryPath, entry);
      if (entry !== undefined || entries.delete(entryPath)) isChanged = true;
      return evaluated;
    },
    save() {
      if (!isChanged) return;
      for (const entryPath of entries.keys()) if (!files.info(entryPath).ok) entries.delete(entryPath);
      files.writeAtomically(
        path,
        `${JSON.stringify({ format, producer, entries: Object.fromEntries(entries) })}\n`,
      );
      isChanged = false;
    },
  };
}

function recall({ read, absent, value }: Entry, world: Texts): Evaluated | undefined {
  const sources: SourceFile[] = [];
  for (const [path, digest] of read) {
    const text = world.read(path);
    if (text?.digest !== digest) return undefined;
    sources.push(text.file);
  }
  if (absent.some((path) => world.read(path) !== undefined)) return undefined;
  const located = decodeLocated(value, sources);
  return located === undefined ? undefined : { value: located, imports: read.map(([path]) => path), absent };
}

/** Undefined where a value depends on more than files. */
function describe({ value, imports, absent }: Evaluated, world: Texts): Entry | undefined {
  const encoded = encodeLocated(value, imports);
  const read = imports.flatMap((path) => {
    const text = world.read(path);
    return text === undefined ? [] : [[path, text.digest] as const];
  });
  return encoded === undefined || read.length < imports.length ? undefined : { read, absent, value: encoded };
}

/** The texts of files, each read once. */
class Texts {
  /** The same files, whose texts are these. */
  readonly seenThrough: Files;
  readonly #files: Files;
  readonly #texts = new Map<string, ReturnType<Files["readText"]>>();
  readonly #known = new Map<string, { readonly file: SourceFile; readonly digest: string }>();

  constructor(files: Files) {
    this.#files = files;
    this.seenThrough = {
      readText: (path) => this.#readOnce(path),
      read: (path) => files.read(path),
      info: (path) => files.info(path),
      targetInfo: (path) => files.targetInfo(path),
      list: (directory) => files.list(directory),
      readLink: (path) => files.readLink(path),
      realPath: (path) => files.realPath(path),
      writeAtomically: (path, content) => files.writeAtomically(path, content),
    };
  }

  /** Undefined where there is no such text. */
  read(path: string): { readonly file: SourceFile; readonly digest: string } | undefined {
    const text = this.#readOnce(path);
    if (!text.ok) return undefined;
    let known = this.#known.get(path);
    if (known === undefined) {
      known = { file: new SourceFile(path, text.value), digest: sha256(text.value) };
      this.#known.set(path, known);
    }
    return known;
  }

  #readOnce(path: string): ReturnType<Files["readText"]> {
    let text = this.#texts.get(path);
    if (text === undefined) {
      text = this.#files.readText(path);
      this.#texts.set(path, text);
    }
    return text;
  }
}

/** Whatever the file holds that is not what was written there counts as nothing. */
function readEntries(files: Files, path: string, producer: string): Map<string, Entry> {
  const text = files.readText(path);
  if (!text.ok) return new Map();
  let json: unknown;
  try {
    json = JSON.parse(text.value);
  } catch {
    return new Map();
  }
  if (!isRecord(json) || json["format"] !== format || json["producer"] !== producer) return new Map();
  const entries = new Map<string, Entry>();
  for (const [entryPath, entry] of Object.entries(isRecord(json["entries"]) ? json["entries"] : {})) {
    if (isEntry(entry)) entries.set(entryPath, entry);
  }
  return entries;
}

function isRecord(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function isEntry(json: unknown): json is Entry {
  return (
    isRecord(json) &&
    Array.isArray(json["read"]) &&
    json["read"].every((pair) => Array.isArray(pair) && pair.every((part) => typeof part === "string")) &&
    Array.isArray(json["absent"]) &&
    json["absent"].every((path) => typeof path === "string")
  );
}
