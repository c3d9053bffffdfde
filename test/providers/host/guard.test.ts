// Work that never returns to the loop, broken off: in a process of its own, as a signal is for the whole process.

import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { guard } from "../../../providers/host/guard.ts";

const module = new URL("../../../providers/host/guard.ts", import.meta.url).href;

test("what ends in time is done", () => {
  expect(guard(() => 3, 30_000)).toEqual({ ok: true, value: 3 });
  expect(() =>
    guard(() => {
      throw new TypeError("its own");
    }, 30_000),
  ).toThrow(TypeError);
});

test.each([
  [
    "a loop",
    () => {
      for (;;);
    },
  ],
  ["a pattern", () => /^(a|a)*$/.test(`${"a".repeat(60)}b`)],
  ["a wait", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)],
])("%s is broken off after its time", (_, work) => {
  expect(guard<unknown>(work, 50)).toEqual({ ok: false, error: "timed-out" });
});

test("Ctrl-C breaks off a loop, and who listens hears it then", async () => {
  const program = `
    import { writeSync } from "node:fs";
    import { guard } from ${JSON.stringify(module)};
    const idle = setInterval(() => {}, 1000);
    process.on("SIGINT", () => { writeSync(1, "heard"); clearInterval(idle); });
    const result = guard(() => { writeSync(1, "begun "); for (;;); }, undefined);
    writeSync(1, result.error + " ");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: string[] = [];
  for await (const data of child.stdout) {
    if (said.length === 0) child.kill("SIGINT");
    said.push(String(data));
  }
  expect(said.join("")).toBe("begun interrupted heard");
});
