// The way to a part of a value as a program would write it: `items[3].name`.

/** The path with one more step: an index, or a field's name, quoted where it is no plain word. */
export function extendPath(path: string, step: number | string): string {
  if (typeof step === "number") return `${path}[${step}]`;
  const name = /^_*[A-Za-z][\w'-]*$/.test(step) ? step : JSON.stringify(step);
  return path === "" ? name : `${path}.${name}`;
}

/** The same, last step first, to be written when somebody asks: what walks a whole value seldom does. */
export interface Trail {
  readonly up: Trail | undefined;
  readonly step: number | string;
}

/** "" for the whole value. */
export function writeTrail(trail: Trail | undefined): string {
  const steps: (number | string)[] = [];
  for (let at = trail; at !== undefined; at = at.up) steps.push(at.step);
  return steps.reduceRight((path: string, step) => extendPath(path, step), "");
}

/** Whether `whole` ends in the steps of `end`, or is it. */
export function endsInPath(whole: string, end: string): boolean {
  if (end === "" || !whole.endsWith(end)) return false;
  return whole.length === end.length || end.startsWith("[") || whole.at(-end.length - 1) === ".";
}
