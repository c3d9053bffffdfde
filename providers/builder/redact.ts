// Takes secrets out of texts: values come in once, when a solve begins, and every text that leaves the builder goes
// through what comes out.

/** Shorter ones are words of every log, and blanking them would hide the log rather than the secret. */
const shortestValue = 4;
/** A line of a longer secret, such as a key or a bundle of certificates, whose comments and rules are no secrets. */
const shortestLine = 16;

/** A function that replaces each of the values, and each line of those of several lines, by "***". */
export function redactor(secretValues: readonly string[]): (text: string) => string {
  const parts = secretValues.flatMap((value) => [
    ...[value, value.trim()].filter((whole) => whole.length >= shortestValue),
    ...value
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line.length >= shortestLine),
  ]);
  // The longest first, so that no part of a longer secret remains beside a shorter one's stars.
  const needles = Array.from(new Set(parts)).sort((a, b) => b.length - a.length);
  if (needles.length === 0) return (text) => text;
  return (text) => needles.reduce((rest, needle) => rest.replaceAll(needle, "***"), text);
}
