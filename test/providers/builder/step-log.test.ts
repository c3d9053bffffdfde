// What is kept of a step's log for the message of a failure.

import { expect, test } from "vitest";
import { StepLog, type StreamName } from "../../../providers/builder/step-log.ts";
import { createRedactor } from "../../../providers/secrets/redact.ts";

function tailOf(written: readonly (readonly [StreamName, string])[]): readonly string[] {
  const log = new StepLog(createRedactor([]));
  for (const [stream, text] of written) log.add(stream, Buffer.from(text).toString("base64"));
  log.flush();
  return log.tail;
}

function lines(prefix: string, from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`);
}

test("of one stream the last 20 lines are kept, without empty ones", () => {
  expect(tailOf([["stdout", `${lines("", 1, 100).join("\n\n")}\n`]])).toEqual(lines("", 81, 100));
});

test.each([
  ["before", (much: string) => [["stderr", "cause\n"] as const, ["stdout", much] as const]],
  ["after", (much: string) => [["stdout", much] as const, ["stderr", "cause\n"] as const]],
])("what stands on the other stream stays, though it came %s many lines", (when, write) => {
  const tail = tailOf(write(`${lines("", 1, 100).join("\n")}\n`));
  const rest = lines("", 82, 100);
  expect(tail).toEqual(when === "before" ? ["cause", ...rest] : [...rest, "cause"]);
});

test("of two streams that both wrote much, the last 10 lines of each are kept, as they came", () => {
  const both = lines("", 1, 30).flatMap((line) => [
    ["stdout", `o${line}\n`] as const,
    ["stderr", `e${line}\n`] as const,
  ]);
  expect(tailOf(both)).toEqual(lines("", 21, 30).flatMap((line) => [`o${line}`, `e${line}`]));
});
