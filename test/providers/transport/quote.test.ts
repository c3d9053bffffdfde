import { execFileSync } from "node:child_process";
import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { quoteWords } from "../../../providers/transport/quote.ts";
import { awkwardWords, readWords, tellWords } from "../../ports/transport-words.ts";

function throughShell(words: readonly string[]): readonly string[] {
  return readWords(
    execFileSync("/bin/sh", ["-c", quoteWords([...tellWords, ...words])], { encoding: "utf8" }),
  );
}

describe("quoteWords", () => {
  test("words that need no quotes have none", () => {
    expect(quoteWords(["rsync", "--server", "-e.iLs", "a/b:c@d=1"])).toBe(
      "rsync --server -e.iLs 'a/b:c@d=1'",
    );
  });

  test("a shell gives back the worst words as they were", () => {
    expect(throughShell(awkwardWords)).toEqual(awkwardWords);
  });

  test("a shell gives back any words as they were", () => {
    const word = string({ unit: "binary" }).map((text) => text.replaceAll("\0", ""));
    const sharp = string({
      unit: constantFrom("'", '"', "\\", "$", "`", "\n", " ", "*", "!", "-", "~", "(", "#", ";", "é"),
    });
    assert(
      property(array(oneof(word, sharp), { maxLength: 20 }), (words) => {
        expect(throughShell(words)).toEqual(words);
      }),
    );
  });
});
