// Commands on the machine: at most so many at once as sshd allows on a connection, each under a keeper's guard.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import { err, type Result } from "../../engine/core/result.ts";
import type { TransportFailure } from "../../engine/ports/transport.ts";
import type { Link } from "./dial.ts";
import { type Keeper, openKeeper } from "./keeper.ts";
import type { Line } from "./line.ts";
import { openCommandChannel } from "./open-channel.ts";
import { maxCommandLineBytes, quoteWords } from "./quote.ts";

/** One command that runs. Its stdin, stdout and stderr are the channel's. */
export interface RunningCommand {
  readonly channel: ClientChannel;
  /** When all its output was handed over. Never rejects. */
  readonly ended: Promise<CommandStop>;
  /** Ends the command and what it started; `ended` settles, at the latest after some seconds. Safe to call twice. */
  readonly stop: () => void;
}

export type CommandStop =
  | { readonly kind: "exited"; readonly exitCode: number | undefined; readonly signal: string | undefined }
  | { readonly kind: "lost"; readonly message: string };

export interface Commands {
  /**
   * Calls the keeper before the first command needs it. It is also what makes sshd send small packets at once, those of
   * forwarded sockets too: with no session on a connection it gathers them.
   */
  prepare(): Promise<void>;
  /** Waits for its turn. After `signal` nothing is begun; what was begun is the caller's to stop. Never rejects. */
  begin(argv: readonly string[], signal: AbortSignal): Promise<Result<RunningCommand, TransportFailure>>;
}

/** sshd's MaxSessions is 10 by default, and the keeper is one. */
const maxAtOnce = 9;
/** sshd has room for a command only a moment after it told the end of the one before. */
const openRetryMs = [5, 20, 80, 320, 1280] as const;
/** When a command that is to end is told so again: it may have been about to start. The last time it is given up. */
const stopMs = [0, 300, 1000, 3000, 10_000] as const;

export function openCommands(line: Line): Commands {
  const keeperIds: string[] = [];
  let guard: { readonly link: Link; readonly keeper: Promise<Result<Keeper, TransportFailure>> } | undefined;
  let running = 0;
  const waiting: (() => void)[] = [];

  /** Gives `undefined` after `signal`; else the turn is to be passed on. */
  async function takeTurn(signal: AbortSignal): Promise<"taken" | undefined> {
    if (signal.aborted) return undefined;
    if (running < maxAtOnce) {
      running += 1;
      return "taken";
    }
    return await new Promise((resolve) => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(go), 1);
        resolve(undefined);
      };
      const go = (): void => {
        signal.removeEventListener("abort", leave);
        resolve("taken");
      };
      waiting.push(go);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  function passTurn(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  async function keeperOn(link: Link): Promise<Result<Keeper, TransportFailure>> {
    const own = guard?.link === link ? guard : { link, keeper: openKeeper(link, keeperIds) };
    guard = own;
    const opened = await own.keeper;
    // The next command tries again.
    if (!opened.ok && guard === own) guard = undefined;
    return opened;
  }

  async function begin(
    argv: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<RunningCommand, TransportFailure>> {
    const link = await line.link(signal);
    if (!link.ok) return link;
    const keeper = await keeperOn(link.value);
    if (!keeper.ok) return keeper;
    if (signal.aborted) return err({ kind: "canceled" });
    const id = randomUUID();
    const commandLine = quoteWords(keeper.value.guard(id, argv));
    const bytes = Buffer.byteLength(commandLine);
    if (bytes > maxCommandLineBytes)
      return err({
        kind: "failed",
        message: `the command line has ${bytes} bytes, and the system takes ${maxCommandLineBytes}`,
      });
    for (let attempt = 0; ; attempt += 1) {
      const begun = await openCommandChannel(link.value, commandLine, (channel) =>
        runningCommand(link.value, channel, () => keeper.value.end(id)),
      );
      const waitMs = openRetryMs[attempt];
      if (begun.ok || begun.error.kind !== "failed" || waitMs === undefined) return begun;
      await delay(waitMs);
    }
  }

  return {
    prepare: async () => {
      const link = await line.link(new AbortController().signal);
      if (link.ok) await keeperOn(link.value);
    },
    begin: async (argv, signal) => {
      if (argv.some((word) => word.includes("\0") || !word.isWellFormed()))
        return err({ kind: "failed", message: "an argument of the command holds what no argument can" });
      if ((await takeTurn(signal)) === undefined) return err({ kind: "canceled" });
      const begun = await begin(argv, signal);
      if (begun.ok) void begun.value.ended.then(passTurn);
      else passTurn();
      return begun;
    },
  };
}

function runningCommand(link: Link, channel: ClientChannel, end: () => void): RunningCommand {
  const timers: NodeJS.Timeout[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<CommandStop>();
  const settle = (stop: CommandStop): void => {
    for (const timer of timers) clearTimeout(timer);
    resolve(stop);
  };
  let exit: CommandStop | undefined;
  channel.on("exit", (exitCode: number | null, signal?: string) => {
    exit = { kind: "exited", exitCode: exitCode ?? undefined, signal: signal?.replace(/^SIG/, "") };
  });
  // The first does not wait for stderr.
  void Promise.all([once(channel, "close"), once(channel.stderr, "end")]).then(() =>
    settle(exit ?? { kind: "lost", message: "how the command ended was not told" }),
  );
  void link.gone.then((message) => settle({ kind: "lost", message }));
  return {
    channel,
    ended,
    stop: () => {
      if (timers.length > 0) return;
      for (const ms of stopMs.slice(0, -1)) timers.push(setTimeout(end, ms));
      timers.push(
        setTimeout(() => {
          channel.close();
          settle({ kind: "lost", message: "the command does not end" });
        }, stopMs.at(-1)),
      );
    },
  };
}
