// Who works in a store: builds that run, so that nobody clears away what one of them is about to need. Each has a file of its own in
// "users", locked as long as its process lives (providers/host/take-turn.ts): of one that was killed the system takes the lock back.
//
//   a build    takes the turn, makes and locks its file, gives the turn back; removes its file at its end
//   a sweep    takes the turn, finds no file locked, clears away, gives the turn back

import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { FileFailure } from "../../engine/core/host.ts";
import { ok, type Result } from "../../engine/core/result.ts";
import { holdTurn, takeTurn } from "../host/take-turn.ts";

/**
 * Nothing is cleared away from the store at `directory` (absolute) until the returned function is called, or the process ends.
 * "busy" where somebody has been clearing away for half a minute. Where the store cannot be written there is nothing to guard.
 */
export function useStore(directory: string): Result<() => void, FileFailure> {
  const held = inTurn(directory, (users) => holdTurn(join(users, randomUUID())));
  if (held.ok) return ok(held.value ?? (() => {}));
  return held.error.kind === "busy" ? held : ok(() => {});
}

/** Does `sweep` while nobody uses the store, and nobody begins to; "used" where somebody does. */
export function whileUnused<T>(directory: string, sweep: () => T): Result<T | "used", FileFailure> {
  return inTurn(directory, (users) => {
    for (const name of readdirSync(users)) {
      const release = holdTurn(join(users, name));
      if (release === undefined) return "used";
      // Of a process that is no more.
      release();
    }
    return sweep();
  });
}

function inTurn<T>(directory: string, work: (users: string) => T): Result<T, FileFailure> {
  const users = join(directory, "users");
  try {
    mkdirSync(users, { recursive: true });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return { ok: false, error: { kind: "denied", path: users, message: cause.message } };
  }
  return takeTurn(join(directory, "users.turn"), () => work(users));
}
