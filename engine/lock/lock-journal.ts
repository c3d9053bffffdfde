// What was built since a big lock was last written, kept beside it in lines that are only ever added: a finished layer costs
// one line, not the whole lock. The first line names the lock that the lines go on top of: over any other they mean nothing.
//
//   lamina journal 1.1 over sha256:…
//   <16 hexadecimal digits of the JSON's digest> {"pins":[…],"entries":[…]}
//
// A line whose digits do not fit, such as the last one of a process that was killed while it wrote, ends what is believed.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import { lockVersion } from "../../schemas/lock-version.ts";
import type { Platform } from "../../schemas/platform.ts";
import { type Digest, type ImageDigest, sha256, shortDigest } from "../core/digest.ts";

/** What a finished layer brings into the lock. */
export interface LockNews {
  readonly pins: readonly {
    readonly image: string;
    readonly platform: Platform;
    readonly digest: ImageDigest;
  }[];
  readonly entries: readonly {
    readonly layer: LayerName;
    readonly platform: Platform;
    readonly entry: LockEntry;
  }[];
}

export interface Journal {
  readonly news: readonly LockNews[];
  /** Whether every line is whole, so that more can be added. */
  readonly isWhole: boolean;
}

/** Raised when the lines change their meaning. */
const journalVersion = 1;

/** The first line of a journal that goes on top of the lock with that text's digest. */
export function journalHead(lock: Digest): string {
  return `lamina journal ${lockVersion}.${journalVersion} over ${lock}\n`;
}

export function journalLine(news: LockNews): string {
  const json = JSON.stringify(news);
  return `${shortDigest(sha256(json), 16)} ${json}\n`;
}

/**
 * Reads a journal's text from an offset at which a line begins (0: all of it); undefined where it does not go on top of the
 * lock with that text's digest.
 */
export function readJournal(text: string, lock: Digest, from = 0): Journal | undefined {
  const head = journalHead(lock);
  if (!text.startsWith(head)) return undefined;
  const news: LockNews[] = [];
  let at = Math.max(from, head.length);
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    const read = end === -1 ? undefined : readLine(text.slice(at, end));
    if (read === undefined) return { news, isWhole: false };
    news.push(read);
    at = end + 1;
  }
  return { news, isWhole: true };
}

function readLine(line: string): LockNews | undefined {
  const json = line.slice(17);
  if (line !== `${shortDigest(sha256(json), 16)} ${json}`) return undefined;
  const news: unknown = JSON.parse(json);
  return isNews(news) ? news : undefined;
}

/** No more than a look: the digits say that this version of the program wrote it. */
function isNews(value: unknown): value is LockNews {
  return typeof value === "object" && value !== null && "pins" in value && "entries" in value;
}
