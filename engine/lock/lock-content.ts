// A lock in memory: asked and added to at the cost of one layer, however many there are. As a value, for those who look at
// the whole, it is made when it is asked for.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock, LockEntry } from "../../schemas/lock.ts";
import { lockVersion } from "../../schemas/lock-version.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { LockNews } from "./lock-journal.ts";

export class LockContent {
  readonly #bases: Map<string, Lock["bases"][string]>;
  readonly #layers: Map<string, Readonly<Record<Platform, LockEntry>>>;
  #lock: Lock | undefined;

  constructor(lock: Lock) {
    this.#bases = new Map(Object.entries(lock.bases));
    this.#layers = new Map(Object.entries(lock.layers));
    this.#lock = lock;
  }

  /** As a value, which no later change touches. */
  get lock(): Lock {
    this.#lock ??= {
      version: lockVersion,
      bases: Object.fromEntries(this.#bases),
      layers: Object.fromEntries(this.#layers),
    };
    return this.#lock;
  }

  entryOf(layer: LayerName, platform: Platform): LockEntry | undefined {
    return this.#layers.get(layer)?.[platform];
  }

  pinOf(image: string, platform: Platform): ImageDigest | undefined {
    return this.#bases.get(image)?.[platform];
  }

  /** What of the news is new. */
  unknownOf({ pins, entries }: LockNews): LockNews {
    return {
      pins: pins.filter(({ image, platform, digest }) => this.pinOf(image, platform) !== digest),
      entries: entries.filter(
        ({ layer, platform, entry }) =>
          JSON.stringify(this.entryOf(layer, platform)) !== JSON.stringify(entry),
      ),
    };
  }

  add({ pins, entries }: LockNews): void {
    for (const { image, platform, digest } of pins)
      this.#bases.set(image, { ...this.#bases.get(image), [platform]: digest });
    for (const { layer, platform, entry } of entries)
      this.#layers.set(layer, { ...this.#layers.get(layer), [platform]: entry });
    this.#lock = undefined;
  }
}
