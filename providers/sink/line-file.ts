// A file that lines are added to without waiting for the disk: one write is under way at a time, and what comes meanwhile goes
// with the next. A disk that fails is told once; from then on nothing is written.

import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** What the disk may owe before it counts as failing. */
const maxWaitingBytes = 32 * 1024 * 1024;

type Task = string | ((handle: FileHandle) => Promise<void>);

export class LineFile {
  readonly path: string;
  readonly #onFailure: (message: string) => void;
  #waiting: Task[] = [];
  #waitingBytes = 0;
  #handle: FileHandle | undefined;
  #working: Promise<void> | undefined;
  #hasFailed = false;

  /** The file, made with its folders at the first line, must be nobody else's. */
  constructor(path: string, onFailure: (message: string) => void) {
    this.path = path;
    this.#onFailure = onFailure;
  }

  /** A line without its end. */
  append(line: string): void {
    this.#add(`${line}\n`, line.length);
  }

  /** Does something else with the file once all lines so far are written, before those to come are. */
  afterwards(task: (handle: FileHandle) => Promise<void>): void {
    this.#add(task, 0);
  }

  #add(task: Task, bytes: number): void {
    if (this.#hasFailed) return;
    this.#waiting.push(task);
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > maxWaitingBytes) this.#fail("the disk does not keep up");
    else this.#working ??= this.#work();
  }

  /** Resolves when all lines so far are written, or given up on. */
  async close(): Promise<void> {
    await this.#working;
    await this.#handle?.close().catch(() => {});
    this.#handle = undefined;
  }

  async #work(): Promise<void> {
    try {
      if (this.#handle === undefined) {
        await mkdir(dirname(this.path), { recursive: true });
        this.#handle = await open(this.path, "a");
      }
      while (this.#waiting.length > 0) {
        const tasks = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        await carryOut(tasks, this.#handle);
      }
    } catch (cause) {
      this.#fail(cause instanceof Error ? cause.message : String(cause));
    } finally {
      this.#working = undefined;
    }
  }

  #fail(message: string): void {
    this.#waiting = [];
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onFailure(message);
  }
}

async function carryOut(tasks: readonly Task[], handle: FileHandle): Promise<void> {
  let text = "";
  for (const task of tasks) {
    if (typeof task === "string") text += task;
    else {
      if (text !== "") await handle.appendFile(text);
      text = "";
      await task(handle);
    }
  }
  if (text !== "") await handle.appendFile(text);
}
