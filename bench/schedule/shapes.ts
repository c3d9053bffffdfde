// Graphs that a scheduler is tried on: each shape in as many random variants as there are seeds.

import { makeShape, type ShapeNode } from "../graph/shape.ts";
import { createRandom, type Random } from "../random.ts";

type Graph = readonly ShapeNode[];

/** Makers by what the shape is called; parents before children, names sorted like the nodes. */
export const shapes: ReadonlyMap<string, (layers: number, seed: number) => Graph> = new Map([
  ["layered", (layers, seed) => makeShape(layers, seed)],
  ["deep chains", (layers, seed) => grow(layers, seed, onChains)],
  ["wide", (layers, seed) => grow(layers, seed, onFewRoots)],
  ["fan-out", (layers, seed) => grow(layers, seed, onThePopular())],
  ["mixed", (layers, seed) => grow(layers, seed, onTheRecent)],
]);

/** Says what the node at `index` (not the first) stands on: indexes below its own, the base first. */
type Attach = (index: number, layers: number, random: Random) => readonly number[];

function grow(layers: number, seed: number, attach: Attach): Graph {
  const random = createRandom(seed);
  const digits = String(layers).length;
  const nameOf = (index: number): string => `layer-${String(index).padStart(digits, "0")}`;
  return Array.from({ length: layers }, (_, index) => {
    const parents = index === 0 ? [] : Array.from(new Set(attach(index, layers, random)));
    const [base, ...copies] = parents.map(nameOf);
    return { name: nameOf(index), base, copies };
  });
}

/** A hundred chains of a hundred, and now and then a copy from a chain beside. */
function onChains(index: number, layers: number, random: Random): readonly number[] {
  const chains = Math.round(Math.sqrt(layers));
  if (index < chains) return [];
  const copies = random.next() < 0.1 ? [random.below(index - chains + 1)] : [];
  return [index - chains, ...copies];
}

/** Fifty roots, and everything else straight on them. */
function onFewRoots(index: number, _layers: number, random: Random): readonly number[] {
  return index < 50 ? [] : [random.below(50)];
}

/** Like catalogs of images: the more stand on a layer, the more will; some copy tools from one or two others. */
function onThePopular(): Attach {
  // Each node once, and once more for each that stands on it.
  const drawn: number[] = [];
  return (index, _layers, random) => {
    if (index === 1) drawn.push(0);
    const draw = (): number => drawn[random.below(drawn.length)] ?? 0;
    const parents = [draw(), ...Array.from({ length: Math.max(0, random.below(5) - 2) }, draw)];
    drawn.push(index, parents[0] ?? 0);
    return parents;
  };
}

/** Up to three parents, rather near than far: long paths, many joins, and width that changes. */
function onTheRecent(index: number, _layers: number, random: Random): readonly number[] {
  const near = (): number => Math.max(0, index - 1 - Math.floor(-Math.log(1 - random.next()) * 400));
  if (random.next() < 0.02) return [];
  return Array.from({ length: 1 + random.below(3) }, near);
}
