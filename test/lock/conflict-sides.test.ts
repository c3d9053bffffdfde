// Conflict markers taken apart.

import { expect, test } from "vitest";
import { splitConflict } from "../../engine/lock/conflict-sides.ts";

const lines = (...all: readonly string[]) => all.map((line) => `${line}\n`).join("");

test("what git merged is on all sides; each side has its own of the rest", () => {
  const first = lines(
    "a",
    "<<<<<<< HEAD",
    "b",
    "||||||| 1234567",
    "was",
    "=======",
    "c",
    ">>>>>>> other",
    "d",
  );
  const text = first + lines("<<<<<<< HEAD", "||||||| 1234567", "=======", "e", ">>>>>>> other");
  expect(splitConflict(text)).toEqual({
    ours: lines("a", "b", "d"),
    theirs: lines("a", "c", "d", "e"),
    base: lines("a", "was", "d"),
  });
});

test("without the lines of what both came from there is no base", () => {
  const text = lines("<<<<<<< HEAD", "b", "=======", "c", ">>>>>>> other");
  expect(splitConflict(text)).toEqual({ ours: lines("b"), theirs: lines("c"), base: undefined });
  expect(splitConflict(text.replaceAll("\n", "\r\n"))).toMatchObject({ ours: "b\r\n", theirs: "c\r\n" });
});

test("markers that do not belong together", () => {
  const broken = [
    lines("a"),
    lines("<<<<<<< HEAD", "b"),
    lines("<<<<<<< HEAD", "b", "======="),
    lines("=======", ">>>>>>> other"),
    lines("<<<<<<< HEAD", ">>>>>>> other"),
    lines("<<<<<<< HEAD", "<<<<<<< HEAD", "=======", ">>>>>>> other"),
    lines("<<<<<<< HEAD", "=======", "||||||| base", ">>>>>>> other"),
    lines("<<<<<<< HEAD", "=======", "=======", ">>>>>>> other"),
  ];
  expect(broken.map(splitConflict)).toEqual(broken.map(() => undefined));
});

test("lines that only look like markers are text", () => {
  const text = lines("<<<<<<< HEAD", "<<<<<<", "======= x", "=======", "<<<<<<<<", ">>>>>>> other");
  expect(splitConflict(text)).toEqual({
    ours: lines("<<<<<<", "======= x"),
    theirs: lines("<<<<<<<<"),
    base: undefined,
  });
});
