// Only the pins of a lock's text, also of one that this version could not read as a whole: another one may have written it.

/** External image, as declared, to a text that is the same where all its pins are. A text that is no lock pins nothing. */
export function readPins(text: string): ReadonlyMap<string, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return new Map();
  }
  const bases: unknown = isRecord(json) ? json["bases"] : undefined;
  if (!isRecord(bases)) return new Map();
  return new Map(Object.entries(bases).map(([image, pins]) => [image, describe(pins)]));
}

function describe(pins: unknown): string {
  const members = isRecord(pins) ? Object.entries(pins).sort(([a], [b]) => (a < b ? -1 : 1)) : pins;
  return JSON.stringify(members);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
