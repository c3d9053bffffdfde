// A connection that is held: tried until the machine lets us in, and mended after a break.
//
//   dialing ──in──> up ──break──> mending ──in──> up
//      │            │                └─ mendMs over, another host key ─> lost
//      └─ failure   └─ close ─> closed <─ close ─┘

import { setTimeout as delay } from "node:timers/promises";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { TransportFailure } from "../../engine/ports/transport.ts";
import { addressOf, dial, type Link, type Login, type SshTiming } from "./dial.ts";

export interface LineTiming extends SshTiming {
  /** How long a break is tried to be mended. */
  readonly mendMs: number;
}

export interface Line {
  /** The link as it stands; waits while it is mended, no longer than until `signal`. */
  link(signal: AbortSignal): Promise<Result<Link, TransportFailure>>;
  /** Settles once: when it could not be mended. Never rejects. */
  readonly lost: Promise<TransportFailure>;
  /** Ends the link. Safe to call twice. */
  close(): Promise<void>;
}

/** Where the machine hangs up on us without a word, it may think us an attacker already (sshd's PerSourcePenalties). */
const refusedWaitMs = 5000;
const closeMs = 2000;

/** Tries until it stands, `deadlineMs` have passed, or what failed is final. Never rejects. */
export async function openLine(
  login: Login,
  deadlineMs: number,
  timing: LineTiming,
  signal: AbortSignal,
): Promise<Result<Line, TransportFailure>> {
  const first = await dialUntil(login, deadlineMs, timing, signal);
  return first.ok ? ok(holdLine(login, first.value, timing)) : first;
}

function holdLine(login: Login, first: Link, timing: LineTiming): Line {
  const closing = new AbortController();
  const closed: TransportFailure = {
    kind: "lost",
    message: `the connection to ${addressOf(login.endpoint)} was closed`,
  };
  let current: Promise<Result<Link, TransportFailure>> = Promise.resolve(ok(first));
  const { promise: lost, resolve: tellLost } = Promise.withResolvers<TransportFailure>();

  async function watch(link: Link): Promise<void> {
    const reason = await link.gone;
    if (closing.signal.aborted) return;
    const mended = mend(reason);
    current = mended;
    const result = await mended;
    if (closing.signal.aborted) return;
    if (result.ok) await watch(result.value);
    else tellLost(result.error);
  }

  async function mend(reason: string): Promise<Result<Link, TransportFailure>> {
    const mended = await dialUntil(login, timing.mendMs, timing, closing.signal);
    if (mended.ok || mended.error.kind === "host-key-mismatch") return mended;
    if (mended.error.kind === "canceled") return err(closed);
    const message = `the connection to ${addressOf(login.endpoint)} is lost: ${reason}; then ${mended.error.message}`;
    return err({ kind: "lost", message });
  }

  async function standing(): Promise<Result<Link, TransportFailure>> {
    const result = await current;
    // Between its end and the news of it.
    if (result.ok && result.value.isGone()) {
      await result.value.gone;
      return await current;
    }
    return result;
  }

  void watch(first);
  return {
    link: async (signal) => {
      if (closing.signal.aborted) return err(closed);
      const result = await unlessAborted(standing(), signal);
      return result ?? err({ kind: "canceled" });
    },
    lost,
    close: async () => {
      closing.abort();
      const result = await current;
      if (!result.ok) return;
      const { client, gone } = result.value;
      client.end();
      await Promise.race([gone, delay(closeMs, undefined, { ref: false })]);
      client.destroy();
      await gone;
    },
  };
}

async function dialUntil(
  login: Login,
  deadlineMs: number,
  timing: SshTiming,
  signal: AbortSignal,
): Promise<Result<Link, TransportFailure>> {
  const deadline = performance.now() + deadlineMs;
  let waitMs = 100;
  for (;;) {
    const leftMs = Math.max(1, deadline - performance.now());
    const result = await dial(login, { ...timing, readyMs: Math.min(timing.readyMs, leftMs) }, signal);
    if (result.ok) return result;
    const { kind } = result.error;
    if (kind !== "refused" && kind !== "unreachable") return result;
    if (performance.now() + waitMs >= deadline) return result;
    try {
      await delay(waitMs, undefined, { signal });
    } catch {
      return err({ kind: "canceled" });
    }
    waitMs =
      kind === "refused" ? Math.min(Math.max(1000, waitMs * 2), refusedWaitMs) : Math.min(waitMs * 2, 1000);
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const leave = (): void => resolve(undefined);
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  const value = await Promise.race([work, aborted]);
  signal.removeEventListener("abort", leave);
  return value;
}
