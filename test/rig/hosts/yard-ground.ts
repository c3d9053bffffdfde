// What the hosts of a yard stand on: a bridge with a range of addresses of its own, and a folder. Both go when their guard
// (yard-guard.sh) sees that this process is gone and the hosts are.

import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

export interface YardGround {
  /** "lam7": also how the names of what belongs to it begin on this machine. */
  readonly bridge: string;
  /** This machine's address on the bridge, of a range of 254: "10.77.7.1". */
  readonly gateway: string;
  /** Absolute, for root alone. */
  readonly directory: string;
  /** Call it when the hosts are gone: it waits for that. Safe to call twice. */
  close(): Promise<void>;
}

/** Throws with the system's words where no bridge can be made. */
export async function openYardGround(): Promise<YardGround> {
  const guard = spawn("/bin/sh", [join(import.meta.dirname, "yard-guard.sh")], {
    // Out of reach of a Ctrl-C that is meant for the tests.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      TMPDIR: tmpdir(),
      // Anywhere, so that several processes seldom try the same.
      FIRST: String(randomInt(1, 255)),
    },
  });
  const exited = once(guard, "exit");
  const complaint = text(guard.stderr);
  for await (const line of createInterface(guard.stdout)) {
    const [number, directory] = line.split(" ");
    if (number === undefined || directory === undefined) break;
    return {
      bridge: `lam${number}`,
      gateway: `10.77.${number}.1`,
      directory,
      async close() {
        guard.stdin.end();
        await exited;
      },
    };
  }
  throw new Error((await complaint).trimEnd());
}
