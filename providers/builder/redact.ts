// Takes secrets out of texts: values come in once, when a solve begins, and every text that leaves the builder goes
// through what comes out.

/** Shorter ones are words of every log, and blanking them would hide the log rather than the secret. */
const shortestSecret = 4;

/** A function that replaces each of the values, and each line of those of several lines, by "***". */
export function redactor(secretValues: readonly string[]): (text: string) => string {
  const parts = secretValues
    .flatMap((value) => [value, value.trim(), ...value.split(/\r?\n/).map((line) => line.trim())])
    .filter((part) => part.length >= shortestSecret);
  // The longest first, so that no part of a longer secret remains beside a shorter one's stars.
  const needles = Array.from(new Set(parts)).sort((a, b) => b.length - a.length);
  if (needles.length === 0) return (text) => text;
  return (text) => needles.reduce((rest, needle) => rest.replaceAll(needle, "***"), text);
}
