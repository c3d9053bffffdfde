// Places on this machine, for one builder. Where builds are to be held to the sizes of their layers, those that would together
// need more memory than there is wait for each other, first come, first served; what is bigger than the machine has it to itself.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Clock } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Builder } from "../ports/builder.ts";
import type { MachineSize } from "../ports/compute.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { LocalMachine } from "../ports/local-machine.ts";
import type { Placement, PlacementRequest, Placer } from "./placer.ts";

export interface PlacesHere {
  readonly builder: Builder;
  /** Or why the steps of builds cannot be seen, in a phrase. */
  readonly machine: Result<LocalMachine, string>;
  /** Builds get what their layers' sizes say, and no more. */
  readonly isLimited: boolean;
  readonly sink: EventSink;
  readonly clock: Clock;
}

export function placeHere({ builder, machine, isLimited, sink, clock }: PlacesHere): Placer {
  const tell = (text: string): void => sink.emit({ type: "run.note", at: clock.nowMs(), text });
  const told = new Set<LayerName>();
  const { description } = builder;
  if (!machine.ok) {
    let isTold = !isLimited;
    return {
      description,
      place: () => {
        if (!isTold) tell(`runners.limits has no effect: ${machine.error}`);
        isTold = true;
        return Promise.resolve(ok({ builder, leased: undefined, local: undefined, leave: () => {} }));
      },
      rest,
    };
  }
  const { cpu, memoryGb } = machine.value;
  const has = { cpu, memoryGb };
  if (!isLimited) {
    const measure = () => machine.value.measure(undefined);
    const local = { tier: "none", limit: undefined, has, measure };
    return {
      description,
      place: () => Promise.resolve(ok({ builder, leased: undefined, local, leave: () => {} })),
      rest,
    };
  }
  const room = new Room(Math.ceil(memoryGb));
  return {
    description,
    place: async ({ layer, size, isAlone }, signal) => {
      if (size.memoryGb > Math.ceil(memoryGb) && !told.has(layer)) {
        told.add(layer);
        tell(`${layer} is to have ${describe(size)}, and gets what this machine has: ${describe(has)}`);
      }
      const limit = { cpu: Math.min(size.cpu, cpu), memoryGb: Math.min(size.memoryGb, memoryGb) };
      const leave = await room.enter(isAlone ? Number.POSITIVE_INFINITY : size.memoryGb, signal);
      if (leave === undefined) return err("canceled");
      const measure = () => machine.value.measure(limit);
      const local = { tier: size.tier, limit, has, measure };
      return ok<Placement>({ builder, leased: undefined, local, leave });
    },
    rest,
  };
}

function rest(): Promise<undefined> {
  return Promise.resolve(undefined);
}

function describe({ cpu, memoryGb }: MachineSize | PlacementRequest["size"]): string {
  return `${cpu} cpu and ${Math.round(memoryGb * 10) / 10} GB`;
}

interface Guest {
  readonly memoryGb: number;
  readonly signal: AbortSignal;
  /** Its turn has come. */
  readonly admit: () => void;
}

/** Memory that is shared in turns: whoever waits is passed by nobody, and whoever needs more than all of it is alone. */
class Room {
  readonly #memoryGb: number;
  readonly #inside = new Set<Guest>();
  readonly #waiting: Guest[] = [];

  constructor(memoryGb: number) {
    this.#memoryGb = memoryGb;
  }

  /** Resolves with how to leave, which may be done twice; undefined where `signal` came first. */
  enter(memoryGb: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const guest: Guest = {
        memoryGb: Math.min(memoryGb, this.#memoryGb),
        signal,
        admit: () => {
          signal.removeEventListener("abort", giveUp);
          resolve(() => {
            if (this.#inside.delete(guest)) this.#admit();
          });
        },
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(guest), 1);
        resolve(undefined);
        // Those behind it may fit.
        this.#admit();
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(guest);
      this.#admit();
    });
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      // It is about to give up, and those behind it may be as well.
      if (next.signal.aborted) return;
      const taken = Array.from(this.#inside, (guest) => guest.memoryGb).reduce((sum, each) => sum + each, 0);
      if (taken + next.memoryGb > this.#memoryGb) return;
      this.#waiting.shift();
      this.#inside.add(next);
      next.admit();
    }
  }
}
