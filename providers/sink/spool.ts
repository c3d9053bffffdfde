// Messages of one run that are still to be sent, in order: in memory, and on the disk for whoever comes after this process.
//
//   <name>.jsonl   the messages, one a line, only ever added to
//   <name>.sent    how many bytes of them the server has for sure
//   <name>.lock    held by the process that adds or sends
//
// A line is written as its message comes, not before it is sent: a disk that fails or lags keeps nothing from being sent.

import { constants, type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { LineFile } from "./line-file.ts";
import type { Message } from "./messages.ts";
import { claimRun, removeRun } from "./run-files.ts";

const messageLine = z.object({ subject: z.string(), id: z.string(), run: z.string(), payload: z.string() });

/** What may wait; more is not taken. */
const maxUnsentBytes = 32 * 1024 * 1024;
/** A file that has grown to this is begun anew once all of it is sent. */
const renewBytes = 4 * 1024 * 1024;

interface Entry {
  readonly message: Message;
  /** Of its line. */
  readonly bytes: number;
}

export interface SpoolPlace {
  /** Absolute. */
  readonly folder: string;
  /** As of `nameRun`. */
  readonly name: string;
}

export class Spool {
  readonly #place: SpoolPlace;
  readonly #release: (() => void) | undefined;
  readonly #file: LineFile;
  readonly #sent: SentMark;
  #entries: Entry[];
  #unsentBytes = 0;
  #sentBytes: number;

  private constructor(
    place: SpoolPlace,
    release: (() => void) | undefined,
    onFailure: (message: string) => void,
    known: { readonly entries: Entry[]; readonly sentBytes: number },
  ) {
    this.#place = place;
    this.#release = release;
    this.#file = new LineFile(join(place.folder, `${place.name}.jsonl`), onFailure);
    this.#sent = new SentMark(join(place.folder, `${place.name}.sent`));
    this.#entries = known.entries;
    this.#sentBytes = known.sentBytes;
  }

  /** One of a run that begins. `onFailure` is called once, where nothing can be written. */
  static begin(place: SpoolPlace, onFailure: (message: string) => void): Spool {
    return new Spool(place, claimRun(place.folder, place.name), onFailure, { entries: [], sentBytes: 0 });
  }

  /** What another process left; undefined where somebody sends it already, or it is gone. */
  static async claim(place: SpoolPlace): Promise<Spool | undefined> {
    const release = claimRun(place.folder, place.name);
    if (release === undefined) return undefined;
    const path = join(place.folder, place.name);
    const bytes = await readFile(`${path}.jsonl`).catch(() => undefined);
    if (bytes === undefined) {
      release();
      return undefined;
    }
    const mark = Number.parseInt(await readFile(`${path}.sent`, "utf8").catch(() => ""), 10);
    const sentBytes = Number.isSafeInteger(mark) ? mark : 0;
    return new Spool(place, release, () => {}, {
      entries: readEntries(bytes.subarray(sentBytes)),
      sentBytes,
    });
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** False where too much waits already: the message is not taken. */
  append(message: Message): boolean {
    const line = JSON.stringify(message);
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#unsentBytes + bytes > maxUnsentBytes) return false;
    this.#unsentBytes += bytes;
    this.#entries.push({ message, bytes });
    this.#file.append(line);
    return true;
  }

  /** The next messages to be sent, as many at most. */
  peek(count: number): readonly Message[] {
    return this.#entries.slice(0, count).map(({ message }) => message);
  }

  /** As many of them are sent for good. */
  advance(count: number): void {
    if (count === 0) return;
    for (const { bytes } of this.#entries.splice(0, count)) {
      this.#sentBytes += bytes;
      this.#unsentBytes -= bytes;
    }
    if (this.isEmpty && this.#sentBytes > renewBytes) {
      this.#sentBytes = 0;
      // A mark beyond the end of the file says that all of it is sent: so the file goes first.
      this.#file.afterwards(async (handle) => {
        await handle.truncate(0);
        await this.#sent.write(() => this.#sentBytes);
      });
    } else void this.#sent.write(() => this.#sentBytes);
  }

  /** Leaves what is not sent to the next process; where all is sent nothing is left. */
  async close(): Promise<void> {
    await this.#file.close();
    await this.#sent.close();
    if (this.isEmpty && this.#release !== undefined)
      await removeRun(this.#place.folder, this.#place.name, this.#release);
    else this.#release?.();
  }
}

/** A line that was cut short, or that somebody wrote who knows better, counts as sent. */
function readEntries(bytes: Buffer): Entry[] {
  const entries: Entry[] = [];
  let skipped = 0;
  for (let start = 0; ; ) {
    const end = bytes.indexOf("\n", start);
    if (end < 0) return entries;
    const length = end + 1 - start;
    const message = parseLine(bytes.toString("utf8", start, end));
    if (message === undefined) skipped += length;
    else {
      entries.push({ message, bytes: skipped + length });
      skipped = 0;
    }
    start = end + 1;
  }
}

function parseLine(line: string): Message | undefined {
  try {
    return messageLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** A number in a file, in as many bytes each time. That it lags or is lost only means that something is sent twice. */
class SentMark {
  readonly #path: string;
  #handle: FileHandle | undefined;
  #valueOf: (() => number) | undefined;
  #working: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The number as it is when it is written. */
  write(valueOf: () => number): Promise<void> {
    this.#valueOf = valueOf;
    this.#working ??= this.#work();
    return this.#working;
  }

  async close(): Promise<void> {
    await this.#working;
    await this.#handle?.close().catch(() => {});
  }

  async #work(): Promise<void> {
    try {
      this.#handle ??= await open(this.#path, constants.O_RDWR | constants.O_CREAT, 0o644);
      while (this.#valueOf !== undefined) {
        const text = String(this.#valueOf()).padStart(16, "0");
        this.#valueOf = undefined;
        await this.#handle.write(text, 0);
      }
    } catch {
      this.#valueOf = undefined;
    } finally {
      this.#working = undefined;
    }
  }
}
