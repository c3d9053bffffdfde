// Ctrl-C twice, heard by a process whose clock the test sets.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";

const interrupts = join(import.meta.dirname, "../../cli/interrupts.ts");
/** Says when it listens, when its clock is read, and when it is first interrupted; ends with 0 when nothing holds it. */
const program = `
import { listenForInterrupts } from ${JSON.stringify(interrupts)};
const times = [0, 1000, 1001];
const nowMs = () => { const time = times.shift(); console.log("at " + time); return time; };
listenForInterrupts({ nowMs }, () => console.log("stopping"));
setInterval(() => {}, 1 << 30);
console.log("listening");
`;
let child: ChildProcessByStdio<null, Readable, null>;
let said = "";

beforeEach(async () => {
  said = "";
  child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await hear("listening\n");
});
afterEach(() => {
  child.kill("SIGKILL");
});

async function hear(text: string): Promise<void> {
  while (!said.endsWith(text)) await once(child.stdout, "data");
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s: the first stops in order, one that follows at once is the same, a second ends it",
  async (signal) => {
    child.kill(signal);
    await hear("at 0\nstopping\n");
    child.kill(signal);
    await hear("at 1000\n");
    expect(child.exitCode).toBe(null);
    child.kill(signal);
    await once(child, "close");
    expect({ said, exitCode: child.exitCode }).toEqual({
      said: "listening\nat 0\nstopping\nat 1000\nat 1001\n",
      exitCode: 130,
    });
  },
);
