// Work on a thread with a large stack, waited for.

import { afterAll, describe, expect, test } from "vitest";
import { DeepThread } from "../../../providers/host/deep-thread.ts";
import type { TestProtocol } from "../../fixtures/deep-thread/jobs.ts";

const entry = (name: string) => new URL(`../../fixtures/deep-thread/${name}.ts`, import.meta.url);
const open = (name: string, stackMb: number) =>
  new DeepThread<TestProtocol>({ entry: entry(name), stackMb, heapMb: 512 });
const nobody = () => "";

const thread = open("thread", 128);
afterAll(() => thread.end());

describe("a thread with 128 MiB of stack", () => {
  test("nests as deep as that, and throws a RangeError beyond", () => {
    expect(thread.run({ kind: "nest", depth: 500_000 }, nobody)).toEqual({ ok: true, value: 500_000 });
    expect(thread.run({ kind: "nest", depth: 50_000_000 }, nobody)).toEqual({ ok: true, value: "too deep" });
  });

  test("asks the one who waits", () => {
    expect(thread.run({ kind: "ask" }, (question) => `${question}!`)).toEqual({
      ok: true,
      value: "one!two!",
    });
  });

  test("that ends is told, and the next job has another", () => {
    expect(thread.run({ kind: "throw" }, nobody)).toEqual({
      ok: false,
      error: { kind: "failed", message: "thrown by the job" },
    });
    expect(thread.run({ kind: "exit" }, nobody)).toEqual({
      ok: false,
      error: { kind: "failed", message: "the thread ended" },
    });
    expect(thread.run({ kind: "nest", depth: 1 }, nobody)).toEqual({ ok: true, value: 1 });
  });

  test("is ended when its question is not answered", () => {
    let asked = 0;
    const refuse = () => {
      asked += 1;
      if (asked === 100) throw new Error("enough");
      return "";
    };
    expect(() => thread.run({ kind: "loop" }, refuse)).toThrow("enough");
    expect(thread.run({ kind: "nest", depth: 1 }, nobody)).toEqual({ ok: true, value: 1 });
  });
});

test("what cannot be loaded is told", () => {
  const broken = open("broken-thread", 16);
  expect(broken.run({ kind: "nest" }, nobody)).toEqual({
    ok: false,
    error: { kind: "failed", message: "cannot be loaded" },
  });
});
