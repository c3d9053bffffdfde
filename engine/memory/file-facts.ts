// What is known of files without reading them: an answer that was found once holds while inode, size, mode and times are the
// same (git's index, racy-git.txt: unless the file was changed so shortly before it was read that a further change would
// not show in its times). In: Files. Out: short answers, equal exactly where what was asked for is equal.

import { hash } from "node:crypto";
import type { FileFailure, FileInfo, Files } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";

/** What can be asked of a path, as in `Files`. The order is that of the kept file: append only. */
export const questions = ["content", "info", "targetInfo", "list", "readLink", "realPath"] as const;
export type Question = (typeof questions)[number];

/** What is kept of a path. */
export interface FileRecord {
  readonly path: string;
  /** `signatureOf` the path when the answers were found. */
  readonly signature: Signature;
  /** By question, as far as they were asked. */
  readonly answers: (string | undefined)[];
}

/** [kind and mode, inode, size, mtime, ctime]; of a path where nothing is, an empty one. */
export type Signature = readonly number[];

/** What is known of a path at present. */
export interface Fact {
  readonly path: string;
  signature: Signature;
  /** Whether the same signature will mean the same answers when next looked at. */
  isTrusted: boolean;
  answers: (string | undefined)[];
  info: Result<FileInfo, FileFailure> | undefined;
  /** Whether `signature` was held against the path itself since the last `forget`. */
  isCurrent: boolean;
  /** The round in which it was last so, and that in which it last became so. */
  confirmedIn: number;
  changedIn: number;
}

export class FileFacts {
  /** The same files: each reading through these is a fact of what was read. */
  readonly files: Files;
  readonly #world: Files;
  readonly #now: () => number;
  readonly #facts = new Map<string, Fact>();
  #readingSinceMs: number | undefined;
  #round = 1;

  /** `now` is the file system's own time in milliseconds, asked before the first of many readings. */
  constructor(world: Files, now: () => number) {
    this.#world = world;
    this.#now = now;
    this.files = {
      read: (path) => this.#read(path),
      readText: (path) => {
        const bytes = this.#read(path);
        return bytes.ok ? ok(new TextDecoder().decode(bytes.value)) : bytes;
      },
      info: (path) => this.#infoOf(this.#factOf(path)),
      targetInfo: (path) => world.targetInfo(path),
      list: (path) => world.list(path),
      readLink: (path) => world.readLink(path),
      realPath: (path) => world.realPath(path),
      writeAtomically: (path, content, options) => world.writeAtomically(path, content, options),
    };
  }

  /** Takes over what is kept of a path. */
  recall({ path, signature, answers }: FileRecord): Fact {
    const fact: Fact = {
      path,
      signature,
      isTrusted: true,
      answers,
      info: undefined,
      isCurrent: false,
      confirmedIn: 0,
      changedIn: 0,
    };
    this.#facts.set(path, fact);
    return fact;
  }

  /** What is worth keeping of a path: undefined where the next look will have to read it again anyway. */
  record(path: string): FileRecord | undefined {
    const fact = this.#facts.get(path);
    if (fact === undefined || !fact.isTrusted) return undefined;
    const { signature, answers } = fact;
    // With its folder, as that is now, nothing vouches for it.
    const folder = signature.length === 0 ? this.#facts.get(folderOf(path)) : undefined;
    return folder !== undefined && folder.changedIn > fact.confirmedIn
      ? undefined
      : { path, signature, answers };
  }

  /** All paths are looked at anew from now on; what their signatures vouch for stays. */
  forget(): void {
    this.#round += 1;
    this.#readingSinceMs = undefined;
    for (const fact of this.#facts.values()) {
      fact.isCurrent = false;
      fact.info = undefined;
    }
  }

  /** The answer as it is now. */
  answer(path: string, question: Question): string {
    return this.answerOf(this.#factOf(path), questions.indexOf(question));
  }

  /** The same of a path that was recalled, to the question of that index. */
  answerOf(fact: Fact, index: number): string {
    if (!fact.isCurrent) this.#look(fact);
    const known = fact.answers[index];
    if (known !== undefined) return known;
    const question = questions[index];
    if (question === undefined) throw new RangeError(`there is no question ${index}`);
    const found = this.#ask(fact, question);
    fact.answers[index] = found;
    return found;
  }

  #factOf(path: string): Fact {
    const known = this.#facts.get(path);
    if (known !== undefined) return known;
    const fact: Fact = {
      path,
      signature: unknown,
      isTrusted: false,
      answers: [],
      info: undefined,
      isCurrent: false,
      confirmedIn: 0,
      changedIn: 0,
    };
    this.#facts.set(path, fact);
    return fact;
  }

  #look(fact: Fact): void {
    if (fact.isCurrent) return;
    fact.isCurrent = true;
    if (fact.isTrusted && this.#isUnchanged(fact)) {
      fact.confirmedIn = this.#round;
      return;
    }
    // Before the look: what changes after it is then later than this, and not settled.
    this.#readingSinceMs ??= this.#now();
    const info = this.#world.info(fact.path);
    fact.info = info;
    fact.signature = signatureOf(info);
    fact.answers = [];
    fact.confirmedIn = this.#round;
    fact.changedIn = this.#round;
    // A link says nothing of what it leads to.
    fact.isTrusted = info.ok
      ? info.value.kind !== "symlink" && isSettled(info.value, this.#readingSinceMs)
      : info.error.kind === "missing";
    // So that the folder can answer the next time.
    if (!info.ok && fact.isTrusted) this.#look(this.#factOf(folderOf(fact.path)));
  }

  #isUnchanged(fact: Fact): boolean {
    if (fact.signature.length === 0 && this.#isFolderUnchanged(fact)) return true;
    const info = this.#world.info(fact.path);
    fact.info = info;
    return info.ok ? isSame(fact.signature, info.value) : fact.signature.length === 0;
  }

  /** Where nothing came or went in its folder, what was not there is not there: one look answers for many names. */
  #isFolderUnchanged({ path, confirmedIn }: Fact): boolean {
    const folder = this.#facts.get(folderOf(path));
    if (folder === undefined || folder.path === path) return false;
    if (!folder.isCurrent) this.#look(folder);
    return folder.isTrusted && folder.changedIn <= confirmedIn;
  }

  #infoOf(fact: Fact): Result<FileInfo, FileFailure> {
    this.#look(fact);
    fact.info ??= this.#world.info(fact.path);
    return fact.info;
  }

  #ask(fact: Fact, question: Question): string {
    const world = this.#world;
    const { path } = fact;
    switch (question) {
      case "content": {
        const bytes = world.read(path);
        return bytes.ok ? digestOf(bytes.value) : describeFailure(bytes.error);
      }
      case "info":
        return describeInfo(this.#infoOf(fact));
      case "targetInfo":
        return describeInfo(world.targetInfo(path));
      case "list": {
        const entries = world.list(path);
        if (!entries.ok) return describeFailure(entries.error);
        return digestOf(entries.value.map(({ name, kind }) => `${kind} ${name}\0`).join(""));
      }
      case "readLink": {
        const target = world.readLink(path);
        return target.ok ? `=${target.value}` : describeFailure(target.error);
      }
      case "realPath": {
        const real = world.realPath(path);
        // Any folder on the way may be a link: nothing of the path itself tells when that changes.
        fact.isTrusted = false;
        return real.ok ? `=${real.value}` : describeFailure(real.error);
      }
      default:
        return unreachable(question);
    }
  }

  #read(path: string): Result<Uint8Array, FileFailure> {
    const fact = this.#factOf(path);
    this.#look(fact);
    // Where nothing was seen there is nothing to read: to try would cost an exception, five for each layer of a catalog.
    const nothing = fact.signature.length === 0 ? this.#infoOf(fact) : undefined;
    const bytes = nothing?.ok === false ? nothing : this.#world.read(path);
    const found = bytes.ok ? digestOf(bytes.value) : describeFailure(bytes.error);
    const known = fact.answers[0];
    // Changed between two readings: neither is what a later look may be held against.
    if (known !== undefined && known !== found) {
      fact.answers[0] = `!changing ${found}`;
      fact.isTrusted = false;
    } else fact.answers[0] ??= found;
    return bytes.ok ? bytes : err(bytes.error);
  }
}

/** Whether a later change would show in the times: the clock has moved on since the last one, by more than a tick of it. */
function isSettled({ mtimeMs, ctimeMs }: FileInfo, readingSinceMs: number): boolean {
  const last = Math.max(mtimeMs, ctimeMs);
  // File systems without fractions of a second, such as FAT, count in steps of two.
  const tickMs = last % 1000 === 0 ? 2000 : 20;
  return last + tickMs < readingSinceMs;
}

const kinds = ["file", "directory", "symlink", "other"] as const;
const nowhere: Signature = [];
/** Of what was never looked at: unlike any other. */
const unknown: Signature = [0];

function signatureOf(info: Result<FileInfo, FileFailure>): Signature {
  if (!info.ok) return nowhere;
  const { kind, mode, inode, size, mtimeMs, ctimeMs } = info.value;
  return [kinds.indexOf(kind) * 0o10000 + mode, inode, size, mtimeMs, ctimeMs];
}

function isSame(signature: Signature, { kind, mode, inode, size, mtimeMs, ctimeMs }: FileInfo): boolean {
  return (
    signature[4] === ctimeMs &&
    signature[3] === mtimeMs &&
    signature[2] === size &&
    signature[1] === inode &&
    signature[0] === kinds.indexOf(kind) * 0o10000 + mode
  );
}

/** Of an absolute path in its plain form: `dirname`, which goes through it letter by letter, is felt. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function describeInfo(info: Result<FileInfo, FileFailure>): string {
  if (!info.ok) return describeFailure(info.error);
  return `${info.value.kind} ${info.value.mode.toString(8)}`;
}

function describeFailure({ kind }: FileFailure): string {
  return `!${kind}`;
}

/** 32 hexadecimal digits of sha256: 128 bits are beyond any accident. */
function digestOf(content: Uint8Array | string): string {
  return hash("sha256", content).slice(0, 32);
}
