// What a host says while it starts and runs: lines that somebody waits for, and the last ones, for the reason of a failure.

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

interface Awaited {
  readonly pattern: RegExp;
  readonly resolve: (match: RegExpExecArray) => void;
  readonly reject: (reason: Error) => void;
}

export class HostLog {
  /** Resolves when nobody is left who could say something. */
  readonly ended: Promise<void>;
  readonly #name: string;
  readonly #recent: string[] = [];
  #awaited: Awaited[] = [];

  /** Reads the stream from now on to its end. */
  constructor(name: string, stream: Readable) {
    this.#name = name;
    const lines = createInterface(stream);
    lines.on("line", (line) => {
      this.#recent.push(line);
      if (this.#recent.length > 40) this.#recent.shift();
      this.#awaited = this.#awaited.filter(({ pattern, resolve }) => {
        const match = pattern.exec(line);
        if (match !== null) resolve(match);
        return match === null;
      });
    });
    this.ended = new Promise((resolve) => {
      lines.on("close", () => {
        const reason = this.failure("it ended");
        for (const { reject } of this.#awaited) reject(reason);
        resolve();
      });
    });
  }

  /** What happened, with the last lines. */
  failure(what: string): Error {
    return new Error(`the host ${this.#name}: ${what}\n${this.#recent.join("\n")}`);
  }

  /** The first line from now on that matches; rejects with the last lines when there comes none. Need not be awaited. */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    const match = new Promise<RegExpExecArray>((resolve, reject) => {
      this.#awaited.push({ pattern, resolve, reject });
    });
    match.catch(() => undefined);
    return match;
  }
}
