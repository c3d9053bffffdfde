// The one writer of the command line: results to stdout, progress and complaints to stderr. A reader that goes away
// (a closed pipe) is no error; what is written after that is dropped.

export interface Output {
  /** Writes to stdout as it is; the text brings its line ends. */
  result(text: string): void;
  /** Writes to stderr as it is. */
  remark(text: string): void;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Resolves when everything written is out. */
  flush(): Promise<void>;
  /** Why some of the results could not be written, as far as it is known: all of it is after `flush`. */
  loss(): string | undefined;
}

export interface OutputStream {
  readonly color: boolean;
  readonly isTerminal: boolean;
  /** Of the terminal at this moment; undefined elsewhere. */
  columns(): number | undefined;
  rows(): number | undefined;
}

export interface OutputOptions {
  /** False for --no-color. */
  readonly color: boolean;
  readonly env: (name: string) => string | undefined;
}

/** The process's own streams. Colour: --no-color, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal. */
export function openOutput(options: OutputOptions): Output {
  const stdout = openStream(process.stdout, options);
  const stderr = openStream(process.stderr, options);
  return {
    result: stdout.write,
    remark: stderr.write,
    stdout,
    stderr,
    flush: async () => {
      await Promise.all([stdout.flush(), stderr.flush()]);
    },
    loss: stdout.loss,
  };
}

interface OpenStream extends OutputStream {
  readonly write: (text: string) => void;
  readonly flush: () => Promise<void>;
  readonly loss: () => string | undefined;
}

function openStream(stream: NodeJS.WriteStream, options: OutputOptions): OpenStream {
  let isOpen = true;
  let lost: string | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    isOpen = false;
    if (error.code !== "EPIPE") lost ??= error.message;
  });
  const isTerminal = stream.isTTY;
  return {
    color: wantsColor(isTerminal, options),
    isTerminal,
    columns: () => sizeOf(isTerminal ? stream.columns : undefined),
    rows: () => sizeOf(isTerminal ? stream.rows : undefined),
    write: (text) => {
      if (isOpen) stream.write(text);
    },
    flush: async () => {
      if (isOpen && stream.writableLength > 0)
        await new Promise<void>((resolve) => {
          stream.write("", () => resolve());
        });
      // What went wrong with a write is heard a turn later.
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    },
    loss: () => lost,
  };
}

/** Some terminals say 0 for a size that they do not know. */
function sizeOf(size: number | undefined): number | undefined {
  return size === 0 ? undefined : size;
}

/** NO_COLOR (no-color.org) and FORCE_COLOR count when they are not empty; FORCE_COLOR=0 is the same as NO_COLOR. */
function wantsColor(isTerminal: boolean, { color, env }: OutputOptions): boolean {
  if (!color || (env("NO_COLOR") ?? "") !== "") return false;
  const forced = env("FORCE_COLOR") ?? "";
  if (forced !== "") return forced !== "0" && forced !== "false";
  return isTerminal && env("TERM") !== "dumb";
}
