// Differences between remembered inputs and those of now, also where only a folder as a whole is remembered.

import { describe, expect, test } from "vitest";
import { compareInputs } from "../../engine/plan/compare-inputs.ts";
import type { Reason } from "../../engine/plan/step.ts";
import type { LockInputs } from "../../schemas/lock.ts";
import { digestOf, layer } from "../lock/samples.ts";

const none = { parents: new Set<never>(), bases: new Set<never>() };

function inputs(rest: Partial<LockInputs>): LockInputs {
  return { recipe: 1, declaration: {}, files: {}, parents: {}, bases: {}, ...rest };
}

function told(was: Record<string, string>, is: Record<string, string>): readonly Reason[] {
  return compareInputs(inputs({ files: was }), inputs({ files: is }), none);
}

function changedFiles(was: Record<string, string>, is: Record<string, string>): readonly string[] {
  return told(was, is).map((reason) =>
    reason.kind === "file-changed" ? `${reason.path} ${reason.change}` : reason.kind,
  );
}

describe("inputs", () => {
  test("what differs of the declaration is told by its path", () => {
    const was = inputs({ declaration: { args: { a: "1", b: "2" }, ssh: false } });
    const is = inputs({ declaration: { ssh: false, args: { b: "3", a: "1" } } });
    expect(compareInputs(was, is, none)).toEqual([
      { kind: "declaration-changed", key: "args.b", was: "2", is: "3" },
    ]);
  });

  test("a folder that one side knows only as a whole is named once", () => {
    expect(changedFiles({ "src/": "1" }, { "src/a": "2", "src/b": "3", top: "4" })).toEqual([
      "src/ modified",
      "top added",
    ]);
    expect(changedFiles({ "src/a": "2", "src/b": "3" }, { "src/": "1" })).toEqual(["src/ modified"]);
    expect(changedFiles({ "src/": "1" }, { "src/": "2" })).toEqual(["src/ modified"]);
    expect(changedFiles({ "src/": "1" }, { "src/": "1" })).toEqual([]);
    expect(changedFiles({}, { "src/": "1" })).toEqual(["src/ added"]);
    expect(changedFiles({ "src/": "1", "srcs/a": "1" }, { "srcs/a": "1" })).toEqual(["src/ removed"]);
  });

  test("a folder's own mode is no more than its mode", () => {
    const usual = { "src/a": "1 644" };
    const closed = { "src/": "folder 700", "src/a": "1 644" };
    expect(told(usual, closed)).toEqual([
      { kind: "file-changed", path: "src/", change: "modified", was: "folder 755", is: "folder 700" },
    ]);
    expect(told(closed, { ...closed, "src/a": "2 644" })).toEqual([
      { kind: "file-changed", path: "src/a", change: "modified", was: "1 644", is: "2 644" },
    ]);
    // What fills an empty folder says all.
    expect(told({ "src/": "folder 755" }, usual)).toEqual([
      { kind: "file-changed", path: "src/a", change: "added", is: "1 644" },
    ]);
    expect(told({}, { "src/": "folder 755" })).toEqual([
      { kind: "file-changed", path: "src/", change: "added", is: "folder 755" },
    ]);
    expect(told(closed, { "src/": "1 of 300" })).toEqual([
      { kind: "file-changed", path: "src/", change: "modified", was: "folder 700", is: "1 of 300" },
    ]);
  });

  test("names that every object inherits", () => {
    expect(changedFiles({}, { constructor: "1" })).toEqual(["constructor added"]);
    expect(changedFiles({ toString: "1" }, {})).toEqual(["toString removed"]);
  });

  test("what is pending is not compared", () => {
    const was = inputs({ parents: { [layer("a")]: digestOf("1") }, bases: { x: digestOf("2") } });
    const pending = { parents: new Set([layer("a")]), bases: new Set(["x"]) };
    expect(compareInputs(was, inputs({}), pending)).toEqual([]);
  });
});
