// How long builds took: a small versioned record (.lamina/history.json) that estimates are made of. Losing it costs
// nothing but the quality of estimates, so a text that cannot be read counts as an empty one.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";

/** Seconds of the last builds, oldest first, by `stepKey`. */
export interface History {
  readonly seconds: ReadonlyMap<string, readonly number[]>;
}

export const emptyHistory: History = { seconds: new Map() };

/** The record in a text; an empty one where the text is not such a record. */
export function parseHistory(_text: string): History {
  throw new Error("not written yet");
}

/** Deterministic; `parseHistory` reads it back. */
export function serializeHistory(_history: History): string {
  throw new Error("not written yet");
}

/** The history with one more build, the oldest beyond five dropped. */
export function recordDuration(
  _history: History,
  _layer: LayerName,
  _platform: Platform,
  _seconds: number,
): History {
  throw new Error("not written yet");
}
