// How long to wait before a registry is asked again.

/** Beyond that nobody waits: the failure tells how long it would have been. */
export const longestWaitMs = 60_000;
const firstWaitMs = 200;
const longestBackoffMs = 10_000;

/** After the attempt of that number, counted from 1: a random part of a span that doubles, at least half of it. */
export function backoffMs(attempt: number, random: () => number): number {
  const span = Math.min(longestBackoffMs, firstWaitMs * 2 ** (attempt - 1));
  return Math.round(span * (0.5 + random() / 2));
}

/**
 * What a Retry-After header asks for, seconds or a date (RFC 9110, 10.2.3), from now; undefined where it is neither, as at ghcr.io,
 * which writes "880.092µs" (dependabot/cli#380) and means: soon.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\s*(\d+(?:\.\d+)?)\s*$/.exec(header)?.[1];
  if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  const time = Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.max(0, time - nowMs);
}

/**
 * The time that Docker Hub counts pulls over, where none is left in it ("ratelimit-remaining: 0;w=21600", its documentation of pull
 * limits): no wait that anybody sits out helps then.
 */
export function exhaustedWindowMs(header: string | null): number | undefined {
  const seconds = /^0+;w=(\d+)/.exec(header ?? "")?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Whether the same request may be answered otherwise a little later. */
export function isTransientStatus(status: number): boolean {
  return status === 429 || status === 500 || status === 502 || status === 503 || status === 504;
}
