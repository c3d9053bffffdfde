// What one step wrote: base64 chunks of its two streams come in, whole redacted lines go out, and the last lines are
// kept for the message of a failure. A secret or a character may be cut by a chunk's border, hardly by a line's.

import { StringDecoder } from "node:string_decoder";

/** Kept for the message of a failure. */
const tailLines = 20;
/** A line that grows beyond this is handed on as it stands. */
const longestLine = 64 * 1024;

export type StreamName = "stdout" | "stderr";

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
  readonly #redact: (text: string) => string;
  readonly #streams: Readonly<Record<StreamName, Stream>> = {
    stdout: { decoder: new StringDecoder("utf8"), rest: "" },
    stderr: { decoder: new StringDecoder("utf8"), rest: "" },
  };
  readonly #tail: string[] = [];

  constructor(redact: (text: string) => string) {
    this.#redact = redact;
  }

  /** The last lines of both streams, redacted, without their ends; at most 20. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** Takes a chunk; gives the lines that it ended. A carriage return ends a line too: progress bars use it. */
  add(stream: StreamName, base64: string): LogText[] {
    const state = this.#streams[stream];
    const text = state.rest + state.decoder.write(Buffer.from(base64, "base64"));
    const end = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
    const cut = end === 0 && text.length > longestLine ? text.length : end;
    state.rest = text.slice(cut);
    return this.#handOn(stream, text.slice(0, cut));
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
    const redacted = this.#redact(text);
    for (const line of redacted.split(/\r\n|\n|\r/)) if (line.trim() !== "") this.#tail.push(line);
    if (this.#tail.length > tailLines) this.#tail.splice(0, this.#tail.length - tailLines);
    return [{ stream, text: redacted }];
  }
}
