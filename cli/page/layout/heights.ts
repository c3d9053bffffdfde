// How high each slot stands in its column: near its neighbours, in its order, with room between.

import type { Slot } from "./slots.ts";

const rounds = 24;
/** A trunk that bends is worse than a box beside its neighbours. */
const bendWeight = 6;

/** Least distance between the edges of two slots that follow one another, pixels. */
export type Room = (above: Slot, below: Slot) => number;

/**
 * Moves columns in turn towards the means of their neighbours: left to right, right to left, then towards both sides, and at last once more
 * so that each stands level with the middle of what stands on it. Each
 * column is placed at the least sum of squared distances from its slots' wishes that keeps order and room.
 */
export function placeSlots(columns: readonly (readonly Slot[])[], room: Room): void {
  for (const column of columns) stack(column, room);
  for (let round = 0; round < rounds; round += 1) {
    if (round >= rounds - 5 && round < rounds - 1)
      for (const column of columns) settle(column, room, (slot) => [...slot.before, ...slot.after]);
    else if (round % 2 === 0) for (const column of columns) settle(column, room, (slot) => slot.before);
    else for (const column of columns.toReversed()) settle(column, room, (slot) => slot.after);
  }
}

/** One below the other, around 0. */
function stack(column: readonly Slot[], room: Room): void {
  let y = 0;
  let above: Slot | undefined;
  for (const slot of column) {
    if (above !== undefined) y += distance(above, slot, room);
    slot.y = y;
    above = slot;
  }
  for (const slot of column) slot.y -= y / 2;
}

interface Block {
  readonly slots: Slot[];
  /** Weighted sum of wishes, and of weights; wishes less the room that the slots above take. */
  sum: number;
  weight: number;
}

/** Isotonic regression by pooling adjacent violators, over wishes from which the room above is taken off. */
function settle(column: readonly Slot[], room: Room, neighboursOf: (slot: Slot) => readonly Slot[]): void {
  const offsets = new Map<Slot, number>();
  const blocks: Block[] = [];
  let offset = 0;
  let above: Slot | undefined;
  for (const slot of column) {
    if (above !== undefined) offset += distance(above, slot, room);
    above = slot;
    offsets.set(slot, offset);
    const neighbours = neighboursOf(slot);
    const isBend = slot.box === undefined;
    let sum = 0;
    let weight = 0;
    for (const neighbour of neighbours) {
      const share = isBend && neighbour.box === undefined ? bendWeight : 1;
      sum += neighbour.y * share;
      weight += share;
    }
    // One without neighbours there stays where it is, but gives way.
    const wish = weight === 0 ? slot.y : sum / weight;
    const strength = weight === 0 ? 0.05 : weight;
    let block: Block = { slots: [slot], sum: (wish - offset) * strength, weight: strength };
    for (
      let previous = blocks.at(-1);
      previous !== undefined && previous.sum / previous.weight > block.sum / block.weight;
      previous = blocks.at(-1)
    ) {
      blocks.pop();
      previous.slots.push(...block.slots);
      block = {
        slots: previous.slots,
        sum: previous.sum + block.sum,
        weight: previous.weight + block.weight,
      };
    }
    blocks.push(block);
  }
  for (const { slots, sum, weight } of blocks)
    for (const slot of slots) slot.y = sum / weight + (offsets.get(slot) ?? 0);
}

function distance(above: Slot, below: Slot, room: Room): number {
  return (above.height + below.height) / 2 + room(above, below);
}
