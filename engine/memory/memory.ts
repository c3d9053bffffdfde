// Results of pure work over files, kept from one round and one process to the next: a result is taken again while all that the
// work looked at is the same (verifying traces: Mokhov, Mitchell, Peyton Jones, "Build systems à la carte", 4.2.2). What is
// kept lies in one file that may be deleted at any time; of two processes that write it at once the last one's stays.

import type { FileFailure, Files } from "../core/host.ts";
import type { Result } from "../core/result.ts";
import { type Fact, FileFacts, type Question, questions } from "./file-facts.ts";
import {
  allDetails,
  detailOf,
  type Look,
  type ReadMemo,
  type ReadMemory,
  readMemory,
  type WrittenMemo,
  writeMemory,
} from "./memory-file.ts";

/** A result as it was kept. */
export interface Kept {
  readonly brief: unknown;
  /** What was kept as the detail of that index: read when it is asked for. */
  detail(index: number): unknown;
}

/** What is kept, as far as it was kept here. */
interface OwnMemo extends WrittenMemo {
  readonly looks: readonly Look[];
}

/** Notes down what a piece of work looks at. */
export interface Notes {
  /** By question and path. */
  readonly looks: ReadonlyMap<string, Look>;
  /** Files for the work to read through: each look is noted. Of what `info` tells, kind and mode are: work that goes by size,
   * times or inode is not to be kept. */
  readonly files: Files;
  /** Notes a look at a file that was read before, through `Memory.files`, for this work among others. */
  noteContent(path: string): void;
  /** Notes all looks of a work whose result is kept, and is still so. */
  noteAll(key: string): void;
}

export interface MemoryOptions {
  readonly files: Files;
  /** Absolute folder for what is kept. */
  readonly folder: string;
  /** Of the file in it, "memory" by default: what is asked for together lies together. */
  readonly name?: string;
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
  readonly #own = new Map<string, OwnMemo>();
  readonly #read: ReadMemory | undefined;
  /** Facts of the records of `#read`, in their order. */
  readonly #recalled: readonly Fact[];
  readonly #dropped = new Set<string>();
  /** Keys that were asked for or kept by this run. */
  readonly #asked = new Set<string>();
  readonly #judged = new Map<string, boolean>();
  #owedWork = 0;

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.#facts = new FileFacts(options.files, () => this.#readFileClock());
    this.files = this.#facts.files;
    const bytes = options.producer === undefined ? undefined : options.files.read(this.#path);
    this.#read = bytes?.ok === true ? readMemory(bytes.value, options.producer ?? "") : undefined;
    this.#recalled = (this.#read?.records ?? []).map((record) => this.#facts.recall(record));
  }

  /** What was kept under the key, for the same `given` (all that the work depends on beside files), if it is still so. */
  recall(key: string, given: string): Kept | undefined {
    this.#asked.add(key);
    const memo = this.#find(key);
    return memo === undefined || memo.given !== given ? undefined : this.#keptIfSame(key, memo);
  }

  #keptIfSame(key: string, memo: OwnMemo | ReadMemo): Kept | undefined {
    let isSame = this.#judged.get(key);
    if (isSame === undefined) {
      isSame = "looksStart" in memo ? this.#holds(memo) : this.#holdsAll(memo.looks);
      this.#judged.set(key, isSame);
    }
    return isSame ? keptOf(memo) : undefined;
  }

  /** What was kept under the key if all that the work looked at is the same, whatever it was given. */
  recallAny(key: string): Kept | undefined {
    this.#asked.add(key);
    const memo = this.#find(key);
    return memo === undefined ? undefined : this.#keptIfSame(key, memo);
  }

  #find(key: string): OwnMemo | ReadMemo | undefined {
    return this.#own.get(key) ?? (this.#dropped.has(key) ? undefined : this.#read?.memos.get(key));
  }

  #holdsAll(looks: readonly Look[]): boolean {
    return looks.every(({ path, question, answer }) => this.#facts.answer(path, question) === answer);
  }

  #holds({ looksStart, looksEnd }: ReadMemo): boolean {
    if (this.#read === undefined) return false;
    const { looks, strings } = this.#read;
    for (let at = looksStart; at < looksEnd; at += 2) {
      const look = looks[at] ?? 0;
      const fact = this.#recalled[look >> 3];
      if (fact === undefined) return false;
      if (this.#facts.answerOf(fact, look & 7) !== strings[looks[at + 1] ?? -1]) return false;
    }
    return true;
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
      noteAll: (key) => {
        const memo = this.#find(key);
        if (memo === undefined) return;
        const known = "looksStart" in memo ? this.#looksOf(memo) : memo.looks;
        for (const look of known) looks.set(`${look.question} ${look.path}`, look);
      },
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
    { brief, details = [] }: { readonly brief: unknown; readonly details?: readonly unknown[] },
    effort: "small" | "large",
  ): void {
    this.#asked.add(key);
    this.#judged.set(key, true);
    this.#own.set(key, {
      given,
      looks: Array.from(notes.looks.values()),
      brief,
      details: details.map((detail) => encoder.encode(JSON.stringify(detail))),
    });
    this.#owedWork += effort === "large" ? largeEffort : 1;
  }

  /** Forgets what is kept under the key. */
  drop(key: string): void {
    if (this.#find(key) === undefined) return;
    this.#own.delete(key);
    this.#dropped.add(key);
    this.#owedWork += 1;
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
    const memos = new Map<string, WrittenMemo>(this.#own);
    for (const [key, memo] of this.#read?.memos ?? [])
      if (!memos.has(key) && !this.#dropped.has(key) && this.#isWanted(key, memo))
        memos.set(key, { ...memo, looks: this.#looksOf(memo), details: allDetails(memo.details) });
    files.writeAtomically(
      this.#path,
      writeMemory(producer, memos, (path) => this.#facts.record(path)),
    );
  }

  /** What this process did not ask for, others may, unless what it is about is gone. */
  #isWanted(key: string, { looksStart, looksEnd }: ReadMemo): boolean {
    if (this.#asked.has(key) || looksStart === looksEnd) return true;
    const fact = this.#recalled[(this.#read?.looks[looksStart] ?? 0) >> 3];
    return fact === undefined || this.#options.files.info(fact.path).ok;
  }

  *#looksOf({ looksStart, looksEnd }: ReadMemo): Iterable<Look> {
    for (let at = looksStart; at < looksEnd; at += 2) {
      const look = this.#read?.looks[at] ?? 0;
      const path = this.#recalled[look >> 3]?.path;
      const question = questions[look & 7];
      const answer = this.#read?.strings[this.#read.looks[at + 1] ?? -1];
      if (path !== undefined && question !== undefined && answer !== undefined)
        yield { path, question, answer };
    }
  }

  get #path(): string {
    const { folder, name = "memory" } = this.#options;
    return `${folder}/${name}`;
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

function keptOf(memo: OwnMemo | ReadMemo): Kept {
  return {
    brief: memo.brief,
    detail: (index) =>
      JSON.parse("looksStart" in memo ? detailOf(memo.details, index) : decoder.decode(memo.details[index])),
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** In pieces of small work: about what writing the file costs. */
const largeEffort = 64;
