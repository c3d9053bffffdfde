// How long builds took: a small versioned record (.lamina/history.json) that estimates are made of. Losing it costs
// nothing but the quality of estimates, so a text that cannot be read counts as an empty one. It is checked by hand: a
// plan that finds nothing to do loads no schemas.
//
//   { "version": 1, "seconds": { "<layer>@<platform>": [seconds of the last builds, oldest first] } }

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import { stepKey } from "./step.ts";

/** Seconds of the last builds, oldest first, by `stepKey`. */
export interface History {
  readonly seconds: ReadonlyMap<string, readonly number[]>;
}

export const emptyHistory: History = { seconds: new Map() };

/** Raised when a reader of the earlier form would misread this one. */
const historyVersion = 1;

const kept = 5;

/** The record in a text; an empty one where the text is not such a record. */
export function parseHistory(text: string): History {
  const read = readJson(text);
  if (!isRecord(read) || read["version"] !== historyVersion || !isRecord(read["seconds"]))
    return emptyHistory;
  const seconds = new Map<string, readonly number[]>();
  for (const [key, builds] of Object.entries(read["seconds"])) {
    if (!Array.isArray(builds) || !builds.every(isDuration)) return emptyHistory;
    seconds.set(key, builds);
  }
  return { seconds };
}

/** Deterministic, one layer a line; `parseHistory` reads it back. */
export function serializeHistory(history: History): string {
  const lines = Array.from(
    history.seconds,
    ([key, seconds]) => `${JSON.stringify(key)}: ${JSON.stringify(seconds)}`,
  );
  const body = lines.length === 0 ? "{}" : `{\n    ${lines.sort().join(",\n    ")}\n  }`;
  return `{\n  "version": ${historyVersion},\n  "seconds": ${body}\n}\n`;
}

export interface FinishedBuild {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly seconds: number;
}

/** The history with these builds, in tenths of a second; of each layer and platform the last five stay. */
export function recordBuilds(history: History, builds: readonly FinishedBuild[]): History {
  const seconds = new Map(history.seconds);
  for (const build of builds) {
    const key = stepKey(build.layer, build.platform);
    const known = [...(seconds.get(key) ?? []), Math.round(build.seconds * 10) / 10];
    seconds.set(key, known.slice(-kept));
  }
  return { seconds };
}

export interface TypicalBuild {
  /** The median; of an even number the shorter of the two in the middle. */
  readonly seconds: number;
  /** How many builds it is the median of. */
  readonly builds: number;
}

/** What the recorded builds took; undefined where there is none. */
export function typicalBuild(
  history: History,
  layer: LayerName,
  platform: Platform,
): TypicalBuild | undefined {
  const sorted = (history.seconds.get(stepKey(layer, platform)) ?? []).toSorted((a, b) => a - b);
  const seconds = sorted[(sorted.length - 1) >> 1];
  return seconds === undefined ? undefined : { seconds, builds: sorted.length };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDuration(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
