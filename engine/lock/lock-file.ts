// A lock where it lies on disk. It is read once, and looked at again before every change, as another process may have written
// it meanwhile: changes are made one process at a time, so that none is lost. A small lock is written as a whole after each
// layer. To a big one layers are added in a journal, which `settle` brings into it: until then the lock is what both say.
//
//   lamina.lock                   the text
//   .lamina/lamina.lock.journal   what was added since, where the lock is big (lock-journal.ts)
//   .lamina/lamina.lock.turn      whose turn it is
//
// A process may be killed at any point. While it adds a line: the torn line is not believed. After it wrote the lock and before
// it removed the journal: that goes on top of another text, and means nothing. A missing file is an empty lock.

import { posix } from "node:path";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock, LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { type Digest, type ImageDigest, sha256 } from "../core/digest.ts";
import type { FileFailure, FileInfo, SharedFiles } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { SourceFile } from "../core/source.ts";
import { unreadable } from "./diagnostics.ts";
import { emptyLock } from "./lock.ts";
import { LockContent } from "./lock-content.ts";
import { journalHead, journalLine, type LockNews, readJournal } from "./lock-journal.ts";
import { serializeLock } from "./serialize-lock.ts";
import { trustLock } from "./trust-lock.ts";

export interface LockFile {
  /** Absolute. */
  readonly path: string;
  /** As last read or written. */
  readonly current: Lock;
  /** What was last built of a layer on a platform; as `current` says, but without making the whole. */
  entryOf(layer: LayerName, platform: Platform): LockEntry | undefined;
  /** The digest that an external image, as declared, is pinned to. */
  pinOf(image: string, platform: Platform): ImageDigest | undefined;
  /** Puts in what a build has to say, whatever else the lock holds by now: on the disk when it resolves. */
  record(news: LockNews): Promise<Result<Written, LockWriteFailure>>;
  /** Applies a change to what the lock holds by now and writes it as a whole: the old or the new one, never a mix. */
  update(change: (lock: Lock) => Lock): Promise<Result<Written, LockWriteFailure>>;
  /** Brings what was recorded into the lock's own text: to be called when a run ends. */
  settle(): Promise<Result<Written, LockWriteFailure>>;
}

/** Nothing is written where nothing changed. */
export interface Written {
  readonly written: boolean;
}

export type LockWriteFailure =
  | { readonly kind: "file"; readonly failure: FileFailure }
  /** Somebody left the file unreadable since it was opened; it stays as it is. */
  | { readonly kind: "unreadable"; readonly diagnostics: readonly Diagnostic[] };

export interface LockPlace {
  /** Absolute path of the lock. */
  readonly path: string;
  /** Absolute folder for journal and turn. */
  readonly folder: string;
  /** Whether a text with that digest was found to be a lock before: then it is not validated again. */
  readonly isKnownGood?: ((digest: Digest) => boolean) | undefined;
  /** Told of each text that was found to be one, or written: the last counts, as it is the one that lies there. */
  readonly remember?: ((digest: Digest) => void) | undefined;
}

/** Opens the lock; diagnostics where its text is no lock or cannot be read. */
export async function openLockFile(
  files: SharedFiles,
  place: LockPlace,
): Promise<Result<LockFile, readonly Diagnostic[]>> {
  const shelf = new LockShelf(files, place);
  for (;;) {
    const fault = shelf.look();
    if (fault === undefined) return ok(shelf);
    const judged = await shelf.judge(fault);
    if (!judged.ok) return judged;
  }
}

/** From here on a lock is not written after every layer: some sixty layers. */
const bigFromBytes = 64 * 1024;

/** The disk as it was last looked at. */
interface Seen {
  /** undefined: there is none. */
  readonly lock: FileInfo | undefined;
  readonly journal: FileInfo | undefined;
  /** Of the lock's text; where there is none, of an empty lock's. */
  readonly digest: Digest;
  /** Lock and journal together. */
  readonly content: LockContent;
  /** UTF-16 code units of the journal that are in the content. Undefined: nothing can be added to it. */
  readonly journalLength: number | undefined;
}

const nothingSeen: Seen = {
  lock: undefined,
  journal: undefined,
  digest: sha256(serializeLock(emptyLock)),
  content: new LockContent(emptyLock),
  journalLength: 0,
};

/** Why a look shows nothing: a text that nobody has judged yet, or none that can be read. */
type Blindness =
  | { readonly kind: "unjudged"; readonly text: string; readonly digest: Digest }
  | { readonly kind: "unreadable"; readonly failure: FileFailure };

class LockShelf implements LockFile {
  readonly path: string;
  readonly #files: SharedFiles;
  readonly #place: LockPlace;
  readonly #journalPath: string;
  readonly #turnPath: string;
  #judgedGood: Digest | undefined;
  #seen = nothingSeen;

  constructor(files: SharedFiles, place: LockPlace) {
    this.path = place.path;
    this.#files = files;
    this.#place = place;
    const name = posix.basename(place.path);
    this.#journalPath = posix.join(place.folder, `${name}.journal`);
    this.#turnPath = posix.join(place.folder, `${name}.turn`);
  }

  get current(): Lock {
    return this.#seen.content.lock;
  }

  entryOf(layer: LayerName, platform: Platform): LockEntry | undefined {
    return this.#seen.content.entryOf(layer, platform);
  }

  pinOf(image: string, platform: Platform): ImageDigest | undefined {
    return this.#seen.content.pinOf(image, platform);
  }

  record(news: LockNews): Promise<Result<Written, LockWriteFailure>> {
    return this.#inTurn(() => {
      const { content, lock, journal, journalLength } = this.#seen;
      const unknown = content.unknownOf(news);
      if (unknown.pins.length + unknown.entries.length === 0) return ok({ written: false });
      const lockBytes = lock?.size ?? 0;
      if (lockBytes >= bigFromBytes && journalLength !== undefined && (journal?.size ?? 0) < lockBytes)
        return this.#append(unknown, journalLength);
      const changed = new LockContent(content.lock);
      changed.add(unknown);
      return this.#write(changed.lock);
    });
  }

  update(change: (lock: Lock) => Lock): Promise<Result<Written, LockWriteFailure>> {
    return this.#inTurn(() => this.#write(change(this.#seen.content.lock)));
  }

  async settle(): Promise<Result<Written, LockWriteFailure>> {
    if (this.#seen.journal === undefined) return ok({ written: false });
    return await this.update((lock) => lock);
  }

  /** Sees what lies there now; undefined when that went well. */
  look(): Blindness | undefined {
    const seen = this.#seen;
    // The journal first: when another process brings it into the lock in between, the lock has it all.
    const journal = this.#info(this.#journalPath);
    const journalText = isSame(journal, seen.journal) ? undefined : this.#files.readText(this.#journalPath);
    const lock = this.#info(this.path);
    // A small one is read anew: times are too coarse to tell two writes in one moment apart.
    const isBig = lock !== undefined && lock.size >= bigFromBytes;
    if (isBig && isSame(lock, seen.lock)) {
      if (journalText !== undefined) this.#seen = catchUp(seen, journal, journalText);
      return undefined;
    }
    const found = this.#readLock();
    if ("kind" in found) return found;
    const text = journalText ?? this.#files.readText(this.#journalPath);
    this.#seen = catchUp({ ...found, lock, journal: undefined, journalLength: 0 }, journal, text);
    return undefined;
  }

  /** Finds out whether an unjudged text is a lock: then the next look will take it. */
  async judge(blindness: Blindness): Promise<Result<void, readonly Diagnostic[]>> {
    if (blindness.kind === "unreadable") {
      const span = { file: new SourceFile(this.path, ""), start: 0, end: 0 };
      return err([diagnose(unreadable, { reason: blindness.failure.message }, { span })]);
    }
    // Loaded here, as it brings the validator along.
    const { parseLock } = await import("./parse-lock.ts");
    const parsed = parseLock(blindness.text, this.path);
    if (!parsed.ok) return parsed;
    this.#remember(blindness.digest);
    return ok(undefined);
  }

  /** `work` sees the disk as it is, and nobody changes it meanwhile. */
  async #inTurn(work: () => Result<Written, LockWriteFailure>): Promise<Result<Written, LockWriteFailure>> {
    for (;;) {
      const turn = this.#files.exclusively(this.#turnPath, () => this.look() ?? work());
      if (!turn.ok) return err({ kind: "file", failure: turn.error });
      if ("ok" in turn.value) return turn.value;
      const judged = await this.judge(turn.value);
      if (!judged.ok) return err({ kind: "unreadable", diagnostics: judged.error });
    }
  }

  #readLock(): Pick<Seen, "digest" | "content"> | Blindness {
    const bytes = this.#files.read(this.path);
    if (!bytes.ok) {
      if (bytes.error.kind !== "missing") return { kind: "unreadable", failure: bytes.error };
      return { digest: nothingSeen.digest, content: new LockContent(emptyLock) };
    }
    const digest = sha256(bytes.value);
    const { digest: seenDigest, content, journal } = this.#seen;
    if (digest === seenDigest && journal === undefined) return { digest, content };
    const text = new TextDecoder().decode(bytes.value);
    const isGood = digest === this.#judgedGood || this.#place.isKnownGood?.(digest) === true;
    const lock = isGood ? trustLock(text) : undefined;
    return lock === undefined
      ? { kind: "unjudged", text, digest }
      : { digest, content: new LockContent(lock) };
  }

  #append(news: LockNews, journalLength: number): Result<Written, LockWriteFailure> {
    const text = (journalLength === 0 ? journalHead(this.#seen.digest) : "") + journalLine(news);
    const written = this.#files.append(this.#journalPath, text);
    if (!written.ok) return err({ kind: "file", failure: written.error });
    this.#seen.content.add(news);
    const journal = this.#info(this.#journalPath);
    this.#seen = { ...this.#seen, journal, journalLength: journalLength + text.length };
    return ok({ written: true });
  }

  #write(lock: Lock): Result<Written, LockWriteFailure> {
    const text = serializeLock(lock);
    const digest = sha256(text);
    const changes = digest !== this.#seen.digest;
    if (changes) {
      const written = this.#files.writeAtomically(this.path, text);
      if (!written.ok) return err({ kind: "file", failure: written.error });
    }
    // Where it stays it goes on top of another text and says nothing, or it says what the lock says already.
    if (this.#seen.journal !== undefined) this.#files.remove(this.#journalPath);
    const content = new LockContent(lock);
    const info = this.#info(this.path);
    this.#seen = { lock: info, journal: this.#info(this.#journalPath), digest, content, journalLength: 0 };
    if (changes) this.#remember(digest);
    return ok({ written: changes });
  }

  #remember(digest: Digest): void {
    this.#judgedGood = digest;
    this.#place.remember?.(digest);
  }

  #info(path: string): FileInfo | undefined {
    const info = this.#files.targetInfo(path);
    return info.ok ? info.value : undefined;
  }
}

/** What is seen, with what the journal says beyond it. */
function catchUp(seen: Seen, journal: FileInfo | undefined, text: Result<string, FileFailure>): Seen {
  if (!text.ok) return { ...seen, journal, journalLength: text.error.kind === "missing" ? 0 : undefined };
  const read = readJournal(text.value, seen.digest, seen.journalLength ?? 0);
  for (const news of read?.news ?? []) seen.content.add(news);
  return { ...seen, journal, journalLength: read?.isWhole === true ? text.value.length : undefined };
}

function isSame(a: FileInfo | undefined, b: FileInfo | undefined): boolean {
  return (
    a?.inode === b?.inode && a?.size === b?.size && a?.mtimeMs === b?.mtimeMs && a?.ctimeMs === b?.ctimeMs
  );
}
