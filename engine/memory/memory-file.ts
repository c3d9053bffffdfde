// The text that a Memory is kept as, and back: a head of one line, a table of files and looks in the second, the results after
// it, a part a line, each parsed only when it is asked for.

import { sha256 } from "../core/digest.ts";
import { type Answers, type FileRecord, type Question, questions, type Signature } from "./file-facts.ts";

/** One answer that a piece of work was given. */
export interface Look {
  readonly path: string;
  readonly question: Question;
  readonly answer: string;
}

export interface KeptMemo {
  readonly given: string;
  readonly looks: readonly Look[];
  /** JSON texts without line ends. */
  readonly parts: readonly string[];
}

/** Raised when the form of the file changes. */
const format = 1;

/** Strings stand once in `strings` and are meant by their index. */
interface Table {
  readonly strings: readonly string[];
  /** By file: path, answers to each question (-1: never asked), number of the signature's parts, these parts. */
  readonly files: readonly number[];
  /** By memo: key, given, number of looks, each look's path, question and answer, number of parts. */
  readonly memos: readonly number[];
}

export function writeMemory(
  producer: string,
  memos: ReadonlyMap<string, KeptMemo>,
  record: (path: string) => FileRecord | undefined,
): string {
  const strings = new Map<string, number>();
  const indexOf = (text: string): number => {
    const known = strings.get(text);
    if (known !== undefined) return known;
    strings.set(text, strings.size);
    return strings.size - 1;
  };
  const paths = new Set<string>();
  const memoNumbers: number[] = [];
  const lines: string[] = [];
  for (const [key, { given, looks, parts }] of memos) {
    memoNumbers.push(indexOf(key), indexOf(given), looks.length);
    for (const { path, question, answer } of looks) {
      paths.add(path);
      memoNumbers.push(indexOf(path), questions.indexOf(question), indexOf(answer));
    }
    memoNumbers.push(parts.length);
    lines.push(...parts);
  }
  const fileNumbers: number[] = [];
  for (const path of paths) {
    const kept = record(path);
    if (kept === undefined) continue;
    const answers = questions.map((_, index) => kept.answers[index]);
    fileNumbers.push(
      indexOf(path),
      ...answers.map((answer) => (answer === undefined ? -1 : indexOf(answer))),
      kept.signature.length,
      ...kept.signature,
    );
  }
  const table: Table = { strings: Array.from(strings.keys()), files: fileNumbers, memos: memoNumbers };
  const body = [JSON.stringify(table), ...lines, ""].join("\n");
  return `${headOf(producer, body)}\n${body}`;
}

/** Undefined where the text is not one that this very program has written. */
export function readMemory(
  text: string,
  producer: string,
): { readonly records: ReadonlyMap<string, FileRecord>; readonly memos: Map<string, KeptMemo> } | undefined {
  const headEnd = text.indexOf("\n");
  const body = text.slice(headEnd + 1);
  if (headEnd === -1 || text.slice(0, headEnd) !== headOf(producer, body)) return undefined;
  const lines = body.split("\n");
  const table: unknown = JSON.parse(lines[0] ?? "");
  if (!isTable(table)) return undefined;
  const { strings } = table;
  const textAt = (index: number | undefined): string => strings[index ?? -1] ?? "";

  const records = new Map<string, FileRecord>();
  const { files, memos: numbers } = table;
  for (let at = 0; at < files.length; ) {
    const path = textAt(files[at++]);
    const answers: Answers = questions.map((_, index) => {
      const answer = files[at + index] ?? -1;
      return answer === -1 ? undefined : textAt(answer);
    });
    at += questions.length;
    const length = files[at++] ?? 0;
    const signature: Signature = files.slice(at, at + length);
    at += length;
    records.set(path, { signature, answers });
  }

  const memos = new Map<string, KeptMemo>();
  let line = 1;
  for (let at = 0; at < numbers.length; ) {
    const key = textAt(numbers[at++]);
    const given = textAt(numbers[at++]);
    const count = numbers[at++] ?? 0;
    const looks: Look[] = [];
    for (let look = 0; look < count; look++, at += 3) {
      const question = questions[numbers[at + 1] ?? -1] ?? "content";
      looks.push({ path: textAt(numbers[at]), question, answer: textAt(numbers[at + 2]) });
    }
    const length = numbers[at++] ?? 0;
    memos.set(key, { given, looks, parts: lines.slice(line, line + length) });
    line += length;
  }
  return { records, memos };
}

/** The digest vouches for what follows: half a file, or one that somebody edited, is none. */
function headOf(producer: string, body: string): string {
  return JSON.stringify({ format, producer, body: sha256(body) });
}

function isTable(json: unknown): json is Table {
  return typeof json === "object" && json !== null && "strings" in json && "files" in json && "memos" in json;
}
