// Single keys from a terminal. It is in raw mode as long as somebody listens, and as it was before whenever the process ends or is
// put to sleep.

import { ReadStream } from "node:tty";

export interface Keys {
  /** Gives the terminal back. */
  close(): void;
}

export interface KeyListeners {
  /** A key by what it types: "r", "?"; Ctrl-C and Ctrl-Z are not among them. */
  readonly pressed: (key: string) => void;
  /** The process was put to sleep by Ctrl-Z, and goes on. */
  readonly resumed: () => void;
}

const ctrlC = "\x03";
const ctrlZ = "\x1a";

/** Listens where stdin is a terminal that this process may read; undefined elsewhere. */
export function listenForKeys({ pressed, resumed }: KeyListeners): Keys | undefined {
  const { stdin } = process;
  if (!(stdin instanceof ReadStream) || !stdin.isTTY) return undefined;
  const restore = () => stdin.setRawMode(false);
  const hear = (typed: string) => {
    for (const key of typed) {
      if (key === ctrlC) process.kill(process.pid, "SIGINT");
      else if (key === ctrlZ) sleep();
      else pressed(key);
    }
  };
  const sleep = () => {
    restore();
    process.once("SIGCONT", () => {
      stdin.setRawMode(true);
      resumed();
    });
    // As the terminal would have done it: all that was started together stops together.
    process.kill(0, "SIGTSTP");
  };
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.on("data", hear);
  process.on("exit", restore);
  return {
    close: () => {
      stdin.off("data", hear);
      stdin.pause();
      restore();
      process.off("exit", restore);
    },
  };
}
