// The shape that all tools are measured on: a layered DAG, the same for a number of layers whatever machine makes it.

import { createRandom, type Random } from "../random.ts";

export interface ShapeNode {
  readonly name: string;
  /** The node it stands on; undefined on the lowest level. */
  readonly base: string | undefined;
  /** Further nodes that it takes from: none to two. */
  readonly copies: readonly string[];
}

/** Parents before children. */
export type Shape = readonly ShapeNode[];

const levels = 20;

/** `layers` nodes on twenty levels; each has a base on the level below, and some copy from up to two others anywhere below. */
export function makeShape(layers: number, seed = layers): Shape {
  const random = createRandom(seed);
  const digits = String(layers).length;
  const perLevel = Math.max(1, Math.ceil(layers / levels));
  const nodes: ShapeNode[] = [];
  for (let index = 0; index < layers; index++) {
    const name = `layer-${String(index).padStart(digits, "0")}`;
    // As many as stand on the levels below.
    const below = Math.floor(index / perLevel) * perLevel;
    const base = nodes[below - perLevel + random.below(perLevel)]?.name;
    const copies = base === undefined ? [] : chooseCopies(nodes.slice(0, below), base, random);
    nodes.push({ name, base, copies });
  }
  return nodes;
}

/** Three of five take from their base alone, one from one more, one from two more. */
function chooseCopies(below: Shape, base: string, random: Random): readonly string[] {
  const count = Math.max(0, random.below(5) - 2);
  const copies = Array.from({ length: count }, () => below[random.below(below.length)]?.name ?? base);
  return Array.from(new Set(copies).difference(new Set([base]))).sort();
}

/** All that a node stands on directly. */
export function parentsOf({ base, copies }: ShapeNode): readonly string[] {
  return base === undefined ? copies : [base, ...copies];
}

/** The node and all that stands on it, directly or not, in order of the shape: what is affected by an edit in it. */
export function affectedBy(shape: Shape, name: string): readonly string[] {
  const affected = new Set([name]);
  for (const node of shape)
    if (parentsOf(node).some((parent) => affected.has(parent))) affected.add(node.name);
  return shape.filter((node) => affected.has(node.name)).map((node) => node.name);
}

/** The node whose edit affects nearest to one in a hundred of all, and at least seven; the first of several. */
export function chooseEdited(shape: Shape): string {
  const wanted = Math.max(7, Math.round(shape.length / 100));
  let best = { name: shape[0]?.name ?? "", miss: Number.POSITIVE_INFINITY };
  for (const { name } of shape) {
    const miss = Math.abs(affectedBy(shape, name).length - wanted);
    if (miss < best.miss) best = { name, miss };
    if (best.miss === 0) break;
  }
  return best.name;
}
