// The record of durations: five a layer and platform, whatever happens to its file.

import { describe, expect, test } from "vitest";
import {
  emptyHistory,
  type History,
  parseHistory,
  recordBuilds,
  serializeHistory,
  typicalBuild,
} from "../../engine/plan/history.ts";
import { amd64, arm64, layer } from "../lock/samples.ts";

const rust = layer("rust");

function recorded(...seconds: readonly number[]): History {
  return recordBuilds(
    emptyHistory,
    seconds.map((each) => ({ layer: rust, platform: amd64, seconds: each })),
  );
}

describe("history", () => {
  test("the median of the last five", () => {
    expect(typicalBuild(emptyHistory, rust, amd64)).toBeUndefined();
    expect(typicalBuild(recorded(7), rust, amd64)).toEqual({ seconds: 7, builds: 1 });
    expect(typicalBuild(recorded(9, 1), rust, amd64)).toEqual({ seconds: 1, builds: 2 });
    const many = recorded(500, 500, 500, 3, 1, 2.04, 9, 4);
    expect(typicalBuild(many, rust, amd64)).toEqual({ seconds: 3, builds: 5 });
    expect(typicalBuild(recorded(7), rust, arm64)).toBeUndefined();
  });

  test("text and back", () => {
    const history = recordBuilds(recorded(1.25, 2), [
      { layer: layer("debian"), platform: arm64, seconds: 40 },
    ]);
    const text = serializeHistory(history);
    expect(text).toBe(
      '{\n  "version": 1,\n  "seconds": {\n    "debian@linux/arm64": [40],\n    "rust@linux/amd64": [1.3,2]\n  }\n}\n',
    );
    expect(parseHistory(text)).toEqual(history);
    expect(parseHistory(serializeHistory(emptyHistory))).toEqual(emptyHistory);
  });

  test.each([
    "",
    "{",
    "[]",
    "null",
    '{"version": 2, "seconds": {}}',
    '{"version": 1}',
    '{"version": 1, "seconds": []}',
    '{"version": 1, "seconds": {"a": 1}}',
    '{"version": 1, "seconds": {"a": ["1"]}}',
    '{"version": 1, "seconds": {"a": [-1]}}',
    '{"version": 1, "seconds": {"a": [1e999]}}',
  ])("a text that is no record counts as none: %s", (text) => {
    expect(parseHistory(text)).toEqual(emptyHistory);
  });
});
