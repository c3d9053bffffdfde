// How much an evaluation may use up: what whoever opens an evaluator may set. Nothing is limited that is not set.

/** Tells how full the memory is; asked every few milliseconds. */
export interface MemoryGauge {
  /** How many bytes may be in use; for the message. */
  readonly limitBytes: number;
  /** Whether as many bytes more than are in use now would be too many. */
  exceeds(moreBytes: number): boolean;
}

export interface Limits {
  /** How many calls and delayed values may be computed. */
  readonly steps?: number | undefined;
  readonly memory?: MemoryGauge | undefined;
  /** How long it may take, by a clock that only ever goes forward. Looked at from time to time: no operation is broken off. */
  readonly time?: { readonly limitMs: number; nowMs(): number } | undefined;
}
