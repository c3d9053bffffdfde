// Two locks that went different ways from one, as one: entry by entry and pin by pin, what only one side changed is taken. An
// entry is what some build made of some inputs, which stays true whatever else is merged: whether it is still what the
// merged catalog asks for is for the plan to judge, by its digest. Pure.

import type { Lock } from "../../schemas/lock.ts";
import { lockVersion } from "../../schemas/lock-version.ts";

export interface MergedLock {
  readonly lock: Lock;
  /** What both sides changed, each in its own way. */
  readonly contested: readonly Contested[];
}

export interface Contested {
  readonly kind: "layer" | "base";
  /** Of the layer, or of the image as declared. */
  readonly name: string;
  readonly platform: string;
}

export interface MergeRules {
  /**
   * What becomes of a layer's entry that both sides changed: ours is kept, or none, where it may be put together of lines of
   * both. Of a pin it is always ours. What one side took out and the other changed is out.
   */
  readonly contestedEntries: "ours" | "none";
}

export function mergeLocks(
  base: Lock,
  ours: Lock,
  theirs: Lock,
  { contestedEntries }: MergeRules,
): MergedLock {
  const layers = mergeNested("layer", base.layers, ours.layers, theirs.layers, contestedEntries === "ours");
  const bases = mergeNested("base", base.bases, ours.bases, theirs.bases, true);
  // One side may have no use for a pin any more, while the other has built a layer on it.
  const pins = new Map(Object.entries(bases.merged));
  for (const platforms of Object.values(layers.merged))
    for (const [platform, { inputs }] of Object.entries(platforms))
      for (const image of Object.keys(inputs.bases)) {
        const kept = pins.get(image);
        if (ownOf(kept, platform) !== undefined) continue;
        const digest = [ours, theirs, base]
          .map((side) => ownOf(ownOf(side.bases, image), platform))
          .find((each) => each !== undefined);
        if (digest !== undefined) pins.set(image, { ...kept, [platform]: digest });
      }
  return {
    lock: { version: lockVersion, bases: Object.fromEntries(pins), layers: layers.merged },
    contested: [...layers.contested, ...bases.contested],
  };
}

type Nested<V> = Readonly<Record<string, Readonly<Record<string, V>>>>;

/** By name and platform; both in order of their code units. */
function mergeNested<V>(
  kind: Contested["kind"],
  base: Nested<V>,
  ours: Nested<V>,
  theirs: Nested<V>,
  keepsOurs: boolean,
): {
  readonly merged: Record<string, Record<string, V>>;
  readonly contested: readonly Contested[];
} {
  const merged: [string, Record<string, V>][] = [];
  const contested: Contested[] = [];
  for (const name of keysOf(base, ours, theirs)) {
    const sides = [ownOf(base, name), ownOf(ours, name), ownOf(theirs, name)] as const;
    const values: [string, V][] = [];
    for (const platform of keysOf(...sides)) {
      const [was, our, their] = [
        ownOf(sides[0], platform),
        ownOf(sides[1], platform),
        ownOf(sides[2], platform),
      ];
      const isContested =
        our !== undefined &&
        their !== undefined &&
        !isSame(our, their) &&
        !isSame(was, our) &&
        !isSame(was, their);
      if (isContested) contested.push({ kind, name, platform });
      const value = isContested ? (keepsOurs ? our : undefined) : chooseUncontested(was, our, their);
      if (value !== undefined) values.push([platform, value]);
    }
    if (values.length > 0) merged.push([name, Object.fromEntries(values)]);
  }
  return { merged: Object.fromEntries(merged), contested };
}

/** What only one side changed; where one took it out, it is out. */
function chooseUncontested<V>(was: V | undefined, our: V | undefined, their: V | undefined): V | undefined {
  if (isSame(was, our)) return their;
  if (isSame(was, their) || isSame(our, their)) return our;
  return undefined;
}

function keysOf(...records: readonly (object | undefined)[]): readonly string[] {
  return Array.from(new Set(records.flatMap((record) => Object.keys(record ?? {})))).sort();
}

/** Of the record's own: a layer may be called "constructor". */
function ownOf<V>(record: Readonly<Record<string, V>> | undefined, key: string): V | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Locks come out of their text with keys in one order. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
