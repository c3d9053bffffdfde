// The record of durations: five a layer and platform, whatever happens to its file.

import { describe, expect, test } from "vitest";
import {
  emptyHistory,
  type History,
  parseHistory,
  recordDuration,
  serializeHistory,
  typicalSeconds,
} from "../../engine/plan/history.ts";
import { amd64, arm64, layer } from "../lock/samples.ts";

const rust = layer("rust");

function recorded(...seconds: readonly number[]): History {
  return seconds.reduce((history, each) => recordDuration(history, rust, amd64, each), emptyHistory);
}

describe("history", () => {
  test("the median of the last five", () => {
    expect(typicalSeconds(emptyHistory, rust, amd64)).toBeUndefined();
    expect(typicalSeconds(recorded(7), rust, amd64)).toBe(7);
    expect(typicalSeconds(recorded(9, 1), rust, amd64)).toBe(1);
    expect(typicalSeconds(recorded(500, 500, 500, 3, 1, 2.04, 9, 4), rust, amd64)).toBe(3);
    expect(typicalSeconds(recorded(7), rust, arm64)).toBeUndefined();
  });

  test("text and back", () => {
    const history = recordDuration(recorded(1.25, 2), layer("debian"), arm64, 40);
    const text = serializeHistory(history);
    expect(text).toBe(
      '{\n  "version": 1,\n  "seconds": {\n    "debian@linux/arm64": [40],\n    "rust@linux/amd64": [1.3,2]\n  }\n}\n',
    );
    expect(parseHistory(text)).toEqual(history);
    expect(parseHistory(serializeHistory(emptyHistory))).toEqual(emptyHistory);
  });

  test.each(["", "{", "[]", '{"version": 2, "seconds": {}}', '{"version": 1, "seconds": {"a": [-1]}}'])(
    "a text that is no record counts as none: %s",
    (text) => {
      expect(parseHistory(text)).toEqual(emptyHistory);
    },
  );
});
