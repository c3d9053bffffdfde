// What one step wrote: base64 chunks of its two streams come in, whole redacted lines go out, and the last lines are
// kept for the message of a failure. A secret or a character may be cut by a chunk's border: what may be the beginning of either is
// held back until more is known.

import { StringDecoder } from "node:string_decoder";
import type { Redactor } from "../secrets/redact.ts";

/** Kept for the message of a failure. */
const tailLines = 20;
/** So many at least are of each stream, if it wrote them: what a tool prints on one must not push the cause out that it wrote on
 * the other, and the two arrive in no certain order. */
const tailLinesOfStream = tailLines / 2;
/** A line that grows beyond this is handed on as it stands. */
const longestLine = 64 * 1024;

export type StreamName = "stdout" | "stderr";

const otherStream = { stdout: "stderr", stderr: "stdout" } as const satisfies Record<StreamName, StreamName>;

export interface LogText {
  readonly stream: StreamName;
  /** Whole lines with their ends; the last may lack it. */
  readonly text: string;
}

interface Stream {
  readonly decoder: StringDecoder;
  rest: string;
}

export class StepLog {
  readonly #redactor: Redactor;
  readonly #streams: Readonly<Record<StreamName, Stream>> = {
    stdout: { decoder: new StringDecoder("utf8"), rest: "" },
    stderr: { decoder: new StringDecoder("utf8"), rest: "" },
  };
  readonly #tail: { readonly stream: StreamName; readonly line: string }[] = [];

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** The last lines of both streams, redacted, without their ends; at most 20, the last 10 of either among them. */
  get tail(): readonly string[] {
    return this.#tail.map(({ line }) => line);
  }

  /** Takes a chunk; gives the lines that it ended. A carriage return ends a line too: progress bars use it. */
  add(stream: StreamName, base64: string): LogText[] {
    const state = this.#streams[stream];
    const text = state.rest + state.decoder.write(Buffer.from(base64, "base64"));
    const cut = this.#findCut(text);
    state.rest = text.slice(cut);
    return this.#handOn(stream, text.slice(0, cut));
  }

  /** Up to where a text is handed on: whole lines, none of them the beginning of a secret of several. */
  #findCut(text: string): number {
    let end = lastLineEnd(text);
    for (;;) {
      const cut = this.#redactor.findCut(text, end);
      if (cut === end) break;
      end = lastLineEnd(text.slice(0, cut));
    }
    return end > 0 || text.length <= longestLine ? end : this.#redactor.findCut(text, text.length);
  }

  /** Gives what has no line end yet; to be called when the step is over. */
  flush(): LogText[] {
    return (["stdout", "stderr"] as const).flatMap((stream) => {
      const state = this.#streams[stream];
      const text = state.rest + state.decoder.end();
      state.rest = "";
      return this.#handOn(stream, text);
    });
  }

  #handOn(stream: StreamName, text: string): LogText[] {
    if (text === "") return [];
    const redacted = this.#redactor.redact(text);
    for (const line of redacted.split(/\r\n|\n|\r/)) if (line.trim() !== "") this.#keep(stream, line);
    return [{ stream, text: redacted }];
  }

  #keep(stream: StreamName, line: string): void {
    this.#tail.push({ stream, line });
    if (this.#tail.length <= tailLines) return;
    const ofStream = this.#tail.filter((each) => each.stream === stream).length;
    const spare = ofStream > tailLinesOfStream ? stream : otherStream[stream];
    this.#tail.splice(
      this.#tail.findIndex((each) => each.stream === spare),
      1,
    );
  }
}

function lastLineEnd(text: string): number {
  return Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
}
