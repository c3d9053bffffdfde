// The bytes that a Memory is kept as, and back. A head of one line; what every command needs, as one JSON text, in the second;
// after it the details, a JSON text each, of which only those are read that somebody asks for.

import { posix } from "node:path";
import { sha256 } from "../core/digest.ts";
import { type FileRecord, type Question, questions } from "./file-facts.ts";

/** One answer that a piece of work was given. */
export interface Look {
  readonly path: string;
  readonly question: Question;
  readonly answer: string;
}

/** A result as it is written. */
export interface WrittenMemo {
  readonly given: string;
  readonly looks: Iterable<Look>;
  readonly brief: unknown;
  /** JSON texts. */
  readonly details: readonly Uint8Array[];
}

/** A memory as it was read. Numbers are indexes where nothing else is said; files and memos are runs of numbers. */
export interface ReadMemory {
  readonly strings: readonly string[];
  readonly records: readonly FileRecord[];
  /** By key. */
  readonly memos: ReadonlyMap<string, ReadMemo>;
  /** Of each look two numbers: that of the record times 8 plus that of the question, and that of the answer's string. */
  readonly looks: readonly number[];
}

export interface ReadMemo {
  readonly given: string;
  readonly looksStart: number;
  readonly looksEnd: number;
  readonly brief: unknown;
  /** JSON texts. */
  readonly details: Details;
}

/** Where details lie: in one run of bytes, one after the other. */
interface Details {
  readonly bytes: Buffer;
  readonly start: number;
  readonly lengths: readonly number[];
}

/** The JSON text of a detail. */
export function detailOf({ bytes, start, lengths }: Details, index: number): string {
  let at = start;
  for (let before = 0; before < index; before++) at += lengths[before] ?? 0;
  return bytes.toString("utf8", at, at + (lengths[index] ?? 0));
}

/** All of them, as they are. */
export function allDetails({ bytes, start, lengths }: Details): readonly Uint8Array[] {
  let at = start;
  return lengths.map((length) => bytes.subarray(at, (at += length)));
}

/** Raised when the form of the file changes. */
const format = 2;

/** The second line. */
interface Table {
  readonly strings: readonly string[];
  /** By file: path, answers to each question (-1: never asked), number of the signature's parts, these parts. */
  readonly files: readonly number[];
  readonly looks: readonly number[];
  /** By memo: key, given, number of looks, number of details, bytes of each. */
  readonly memos: readonly number[];
  readonly briefs: readonly unknown[];
}

export function writeMemory(
  producer: string,
  memos: ReadonlyMap<string, WrittenMemo>,
  record: (path: string) => FileRecord | undefined,
): Uint8Array {
  const strings = new Map<string, number>();
  const indexOf = (text: string): number => {
    const known = strings.get(text);
    if (known !== undefined) return known;
    strings.set(text, strings.size);
    return strings.size - 1;
  };
  const files: number[] = [];
  const fileIndexes = new Map<string, number>();
  const fileOf = (path: string): number => {
    const known = fileIndexes.get(path);
    if (known !== undefined) return known;
    fileIndexes.set(path, fileIndexes.size);
    const kept = record(path);
    files.push(indexOf(path));
    // What cannot be vouched for is written without answers, and looked at anew.
    for (let question = 0; question < questions.length; question++) {
      const answer = kept?.answers[question];
      files.push(answer === undefined ? -1 : indexOf(answer));
    }
    const signature = kept?.signature ?? [0];
    files.push(signature.length, ...signature);
    const index = fileIndexes.size - 1;
    // Of what is not there the folder tells.
    if (signature.length === 0 && path !== "/") fileOf(posix.dirname(path));
    return index;
  };
  const looks: number[] = [];
  const numbers: number[] = [];
  const briefs: unknown[] = [];
  const details: Uint8Array[] = [];
  for (const [key, memo] of memos) {
    const looksBefore = looks.length;
    for (const { path, question, answer } of memo.looks)
      looks.push(fileOf(path) * 8 + questions.indexOf(question), indexOf(answer));
    numbers.push(indexOf(key), indexOf(memo.given), (looks.length - looksBefore) / 2, memo.details.length);
    briefs.push(memo.brief);
    for (const detail of memo.details) {
      numbers.push(detail.length);
      details.push(detail);
    }
  }
  const table: Table = { strings: Array.from(strings.keys()), files, looks, memos: numbers, briefs };
  const text = Buffer.from(JSON.stringify(table));
  const length = details.reduce((sum, detail) => sum + detail.length, 0);
  const head = Buffer.from(headOf(producer, text, length));
  return Buffer.concat([head, newline, text, newline, ...details]);
}

/** Undefined where the bytes are not what this very program has written. */
export function readMemory(bytes: Uint8Array, producer: string): ReadMemory | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headEnd = buffer.indexOf(newline);
  const tableEnd = buffer.indexOf(newline, headEnd + 1);
  if (headEnd === -1 || tableEnd === -1) return undefined;
  const text = buffer.subarray(headEnd + 1, tableEnd);
  const detailsStart = tableEnd + 1;
  const head = buffer.toString("utf8", 0, headEnd);
  if (head !== headOf(producer, text, buffer.length - detailsStart)) return undefined;
  const table: unknown = JSON.parse(text.toString());
  if (!isTable(table)) return undefined;
  const { strings, files, looks } = table;
  const textAt = (index: number | undefined): string => strings[index ?? -1] ?? "";

  const records: FileRecord[] = [];
  for (let at = 0; at < files.length; ) {
    const path = textAt(files[at++]);
    const answers: (string | undefined)[] = [];
    for (let question = 0; question < questions.length; question++) {
      const answer = files[at++];
      answers.push(answer === undefined || answer === -1 ? undefined : strings[answer]);
    }
    const length = files[at++] ?? 0;
    records.push({ path, signature: files.slice(at, at + length), answers });
    at += length;
  }

  const memos = new Map<string, ReadMemo>();
  const numbers = table.memos;
  let look = 0;
  let detail = detailsStart;
  for (let at = 0, index = 0; at < numbers.length; index++) {
    const key = textAt(numbers[at++]);
    const given = textAt(numbers[at++]);
    const looksEnd = look + 2 * (numbers[at++] ?? 0);
    const count = numbers[at++] ?? 0;
    const lengths = numbers.slice(at, at + count);
    at += count;
    const details = { bytes: buffer, start: detail, lengths };
    for (const length of lengths) detail += length;
    memos.set(key, { given, looksStart: look, looksEnd, brief: table.briefs[index], details });
    look = looksEnd;
  }
  return { strings, records, memos, looks };
}

const newline = Buffer.from("\n");

/** Vouches for the table; the details were on the disk before the file had its name, and are known by their length. */
function headOf(producer: string, table: Uint8Array, detailsLength: number): string {
  return JSON.stringify({ format, producer, table: sha256(table), detailsLength });
}

function isTable(json: unknown): json is Table {
  return typeof json === "object" && json !== null && "briefs" in json;
}
