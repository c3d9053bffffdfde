// How long builds took: a small versioned record (.lamina/history.json) that estimates are made of. Losing it costs
// nothing but the quality of estimates, so a text that cannot be read counts as an empty one.

import { historyFile, historyVersion } from "../../schemas/history.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import { stepKey } from "./step.ts";

/** Seconds of the last builds, oldest first, by `stepKey`. */
export interface History {
  readonly seconds: ReadonlyMap<string, readonly number[]>;
}

export const emptyHistory: History = { seconds: new Map() };

const kept = 5;

/** The record in a text; an empty one where the text is not such a record. */
export function parseHistory(text: string): History {
  const checked = historyFile.safeParse(readJson(text));
  return checked.success ? { seconds: new Map(Object.entries(checked.data.seconds)) } : emptyHistory;
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

/** The history with one more build, in tenths of a second; of each layer and platform the last five stay. */
export function recordDuration(
  history: History,
  layer: LayerName,
  platform: Platform,
  seconds: number,
): History {
  const key = stepKey(layer, platform);
  const known = [...(history.seconds.get(key) ?? []), Math.round(seconds * 10) / 10];
  return { seconds: new Map(history.seconds).set(key, known.slice(-kept)) };
}

/** The median of the recorded builds; undefined where there is none. */
export function typicalSeconds(history: History, layer: LayerName, platform: Platform): number | undefined {
  const sorted = [...(history.seconds.get(stepKey(layer, platform)) ?? [])].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
