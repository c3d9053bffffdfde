// Looks for a secret wherever one may end up: files, whether packed or not, the argument lists and environments of processes, texts.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gunzipSync, zstdDecompressSync } from "node:zlib";

/** How a value would be spelled where it leaked; none is a part of another value's. */
export function spellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString("hex");
  return [
    value,
    bytes.toString("base64").replace(/.?=*$/, ""),
    bytes.toString("base64url").replace(/.$/, ""),
    encodeURIComponent(value),
    hex,
    hex.toUpperCase(),
    JSON.stringify(value).slice(1, -1),
  ];
}

/** Files below a folder that hold one of the spellings, as they are or unpacked; without what is mounted there from elsewhere. */
export function findInFiles(folder: string, spellings: readonly string[]): readonly string[] {
  return list(folder)
    .filter((path) => holds(readBytes(path), spellings))
    .sort();
}

export function holds(bytes: Uint8Array | string, spellings: readonly string[]): boolean {
  const all = unpack(Buffer.from(bytes));
  return spellings.some((spelling) => all.some((one) => one.includes(spelling)));
}

/** What it is, and what it is when a whole file of a packed kind is unpacked. */
function unpack(bytes: Buffer): readonly Buffer[] {
  try {
    if (bytes.readUInt32BE(0) === 0x28_b5_2f_fd) return [bytes, zstdDecompressSync(bytes)];
    if (bytes.readUInt16BE(0) === 0x1f_8b) return [bytes, gunzipSync(bytes)];
  } catch {
    // Too short, or the beginning of something else.
  }
  return [bytes];
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return list(path);
      return entry.isFile() ? [path] : [];
    });
  } catch {
    // Gone meanwhile.
    return [];
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

const sampleMs = 10;

/** Looks at all processes of the machine, those in namespaces among them, again and again until `stop`. */
export function watchProcesses(spellings: readonly string[]): {
  /** What was seen: "argv of sleep", "environment of sh". */
  readonly stop: () => Promise<readonly string[]>;
  /** How many looks there were, so that a test knows that it looked. */
  readonly looks: () => number;
} {
  const found = new Set<string>();
  const over = new AbortController();
  let looks = 0;
  const sample = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const name = programOf(pid);
      if (holds(readBytes(`/proc/${pid}/cmdline`), spellings)) found.add(`argv of ${name}`);
      // buildctl is where values stand; what a step does with its own is its own.
      if (name === "buildctl" || isStep(pid)) continue;
      if (holds(readBytes(`/proc/${pid}/environ`), spellings)) found.add(`environment of ${name}`);
    }
    looks += 1;
  };
  const watching = (async () => {
    while (!over.signal.aborted) {
      sample();
      await delay(sampleMs);
    }
  })();
  return {
    looks: () => looks,
    stop: async () => {
      over.abort();
      await watching;
      return Array.from(found).sort();
    },
  };
}

function programOf(pid: string): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return "";
  }
}

/** BuildKit's steps have cgroups below "buildkit". */
function isStep(pid: string): boolean {
  return /\/buildkit\//.test(readBytes(`/proc/${pid}/cgroup`).toString());
}
