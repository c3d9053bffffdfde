// Objects of a repository by their ids, many at a time, out of one `git cat-file --batch` that is started at the first question.

import { err, ok, type Result } from "../../engine/core/result.ts";
import type { VersionControlFailure } from "../../engine/ports/version-control.ts";
import type { Pipe } from "../host/process.ts";
import { type GitPlace, gitEnvironment, gitOptions } from "./run-git.ts";

export class GitObjects {
  readonly #place: GitPlace;
  #pipe: Pipe | undefined;
  #chunks: AsyncIterator<unknown> | undefined;
  /** Read from the pipe and not yet used. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(place: GitPlace) {
    this.#place = place;
  }

  /** Contents by id. One question at a time. */
  async read(
    ids: readonly string[],
  ): Promise<Result<ReadonlyMap<string, Uint8Array>, VersionControlFailure>> {
    const { directory, signal } = this.#place;
    if (signal.aborted) return err({ kind: "canceled" });
    if (this.#pipe === undefined) {
      // Loaded only here: most comparisons need no object.
      const { openPipe } = await import("../host/process.ts");
      this.#pipe = openPipe("git", [...gitOptions, "cat-file", "--batch"], {
        directory,
        env: gitEnvironment,
      });
      // A process that is gone refuses what is written to it: that it is gone is seen where it is read from.
      this.#pipe.stdin.on("error", () => {});
      this.#chunks = this.#pipe.stdout[Symbol.asyncIterator]();
    }
    const stop = () => this.#pipe?.stop();
    signal.addEventListener("abort", stop);
    try {
      this.#pipe.stdin.write(`${ids.join("\n")}\n`);
      const contents = new Map<string, Uint8Array>();
      for (const id of ids) {
        const content = await this.#readAnswer();
        if (content === undefined) return err(await this.#explain(id));
        contents.set(id, content);
      }
      return ok(contents);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async close(): Promise<void> {
    this.#pipe?.stdin.end();
    this.#pipe?.stop();
    await this.#pipe?.ended;
  }

  /** "<id> <type> <size>", a line end, the content, a line end; undefined where the object is missing or nothing comes. */
  async #readAnswer(): Promise<Uint8Array | undefined> {
    let end = this.#rest.indexOf(10);
    for (; end < 0; end = this.#rest.indexOf(10)) if (!(await this.#readMore())) return undefined;
    const size = / (\d+)$/.exec(this.#rest.toString("latin1", 0, end))?.[1];
    this.#rest = this.#rest.subarray(end + 1);
    if (size === undefined) return undefined;
    const length = Number(size);
    const pieces: Buffer[] = [];
    let missing = length + 1;
    while (missing > this.#rest.length) {
      missing -= this.#rest.length;
      pieces.push(this.#rest);
      this.#rest = Buffer.alloc(0);
      if (!(await this.#readMore())) return undefined;
    }
    pieces.push(this.#rest.subarray(0, missing));
    this.#rest = this.#rest.subarray(missing);
    return Buffer.concat(pieces).subarray(0, length);
  }

  async #readMore(): Promise<boolean> {
    const next = await this.#chunks?.next();
    if (next === undefined || next.done === true || !(next.value instanceof Uint8Array)) return false;
    this.#rest = this.#rest.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#rest, next.value]);
    return true;
  }

  async #explain(id: string): Promise<VersionControlFailure> {
    const pipe = this.#pipe;
    this.#pipe = undefined;
    this.#rest = Buffer.alloc(0);
    pipe?.stop();
    const ended = await pipe?.ended;
    if (this.#place.signal.aborted) return { kind: "canceled" };
    const said = ended?.stderr.trim() ?? "";
    return { kind: "other", message: said === "" ? `git does not have the object ${id}` : said };
  }
}
