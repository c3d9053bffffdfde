// Results of pure work over files, kept from one round and one process to the next: a result is taken again while all that the
// work looked at is the same (verifying traces: Mokhov, Mitchell, Peyton Jones, "Build systems à la carte", 4.2.2). What is
// kept lies in one file that may be deleted at any time; of two processes that write it at once the last one's stays.

import type { FileFailure, Files } from "../core/host.ts";
import type { Result } from "../core/result.ts";
import { FileFacts, type Question } from "./file-facts.ts";
import { type KeptMemo, type Look, readMemory, writeMemory } from "./memory-file.ts";

/** A result as it was kept: JSON texts, each parsed when it is asked for. */
export interface Kept {
  /** What was kept as the part of that index. */
  part(index: number): unknown;
}

/** Notes down what a piece of work looks at. */
export interface Notes {
  /** By question and path. */
  readonly looks: ReadonlyMap<string, Look>;
  /** Files for the work to read through: each look is noted. */
  readonly files: Files;
  /** Notes a look at a file that was read before, through `Memory.files`, for this work among others. */
  noteContent(path: string): void;
}

export interface MemoryOptions {
  readonly files: Files;
  /** Absolute folder for what is kept. */
  readonly folder: string;
  /** Names the program that keeps: another one's results are not taken. Undefined: nothing is kept beyond this run. */
  readonly producer: string | undefined;
  /** Milliseconds, for where the folder cannot be written. */
  readonly nowMs: () => number;
}

export class Memory {
  /** The files, seen so that what is read is known by its digest. */
  readonly files: Files;
  readonly #options: MemoryOptions;
  readonly #facts: FileFacts;
  readonly #memos: Map<string, KeptMemo>;
  /** Keys that were asked for or kept by this run. */
  readonly #asked = new Set<string>();
  readonly #judged = new Map<string, boolean>();
  #owedWork = 0;

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.#facts = new FileFacts(options.files, () => this.#readFileClock());
    this.files = this.#facts.files;
    this.#memos = new Map();
    if (options.producer === undefined) return;
    const text = options.files.readText(this.#path);
    const read = text.ok ? readMemory(text.value, options.producer) : undefined;
    if (read === undefined) return;
    for (const [path, record] of read.records) this.#facts.recall(path, record);
    this.#memos = read.memos;
  }

  /** What was kept under the key, for the same `given` (all that the work depends on beside files), if it is still so. */
  recall(key: string, given: string): Kept | undefined {
    this.#asked.add(key);
    const memo = this.#memos.get(key);
    if (memo === undefined || memo.given !== given) return undefined;
    let isSame = this.#judged.get(key);
    if (isSame === undefined) {
      isSame = memo.looks.every(
        ({ path, question, answer }) => this.#facts.answer(path, question) === answer,
      );
      this.#judged.set(key, isSame);
    }
    return isSame ? { part: (index) => JSON.parse(memo.parts[index] ?? "null") } : undefined;
  }

  /** Begins the notes of a piece of work. */
  takeNotes(): Notes {
    const looks = new Map<string, Look>();
    const note = (path: string, question: Question): void => {
      const key = `${question} ${path}`;
      if (!looks.has(key)) looks.set(key, { path, question, answer: this.#facts.answer(path, question) });
    };
    const { files } = this;
    const noted = <T>(path: string, question: Question, result: Result<T, FileFailure>) => {
      note(path, question);
      return result;
    };
    return {
      looks,
      noteContent: (path) => note(path, "content"),
      files: {
        read: (path) => noted(path, "content", files.read(path)),
        readText: (path) => noted(path, "content", files.readText(path)),
        info: (path) => noted(path, "info", files.info(path)),
        targetInfo: (path) => noted(path, "targetInfo", files.targetInfo(path)),
        list: (path) => noted(path, "list", files.list(path)),
        readLink: (path) => noted(path, "readLink", files.readLink(path)),
        realPath: (path) => noted(path, "realPath", files.realPath(path)),
        writeAtomically: (path, content, options) => files.writeAtomically(path, content, options),
      },
    };
  }

  /**
   * Keeps the result of a piece of work, in place of what was kept under the key. `effort` says what doing it again would
   * cost: files are written only where that is more than the writing.
   */
  keep(
    key: string,
    given: string,
    notes: Pick<Notes, "looks">,
    parts: readonly unknown[],
    effort: "small" | "large",
  ): void {
    this.#asked.add(key);
    this.#judged.set(key, true);
    this.#memos.set(key, {
      given,
      looks: Array.from(notes.looks.values()),
      parts: parts.map((part) => JSON.stringify(part)),
    });
    this.#owedWork += effort === "large" ? largeEffort : 1;
  }

  /** Forgets what is kept under the key. */
  drop(key: string): void {
    if (this.#memos.delete(key)) this.#owedWork += 1;
  }

  /** Files may have changed: from now on they are looked at anew. */
  startRound(): void {
    this.#facts.forget();
    this.#judged.clear();
  }

  /** Writes what is new, where it is worth that. A memory that cannot be written is none: nobody is told. */
  save(): void {
    const { files, producer } = this.#options;
    if (producer === undefined || this.#owedWork < largeEffort) return;
    this.#owedWork = 0;
    for (const [key, { looks }] of this.#memos) {
      // Asked for by other commands than this one, unless what it is about is gone.
      const first = looks[0];
      if (!this.#asked.has(key) && first !== undefined && !files.info(first.path).ok) this.#memos.delete(key);
    }
    const text = writeMemory(producer, this.#memos, (path) => this.#facts.record(path));
    files.writeAtomically(this.#path, text, { durable: false });
  }

  get #path(): string {
    return `${this.#options.folder}/memory`;
  }

  /** The time that the file system itself would give a file now: its clock need not be this machine's. */
  #readFileClock(): number {
    const { files, folder, nowMs } = this.#options;
    const path = `${folder}/clock`;
    const written = files.writeAtomically(path, "", { durable: false });
    const info = written.ok ? files.info(path) : written;
    return info.ok ? info.value.mtimeMs : nowMs();
  }
}

/** In pieces of small work: about what writing the file costs. */
const largeEffort = 64;
