// A lock asked and changed, as a value: every change gives a new lock.

import { isPlatform } from "../../schemas/is-platform.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock, LockEntry } from "../../schemas/lock.ts";
import { lockVersion } from "../../schemas/lock-version.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";

export const emptyLock: Lock = { version: lockVersion, bases: {}, layers: {} };

/** What was last built of a layer on a platform. */
export function entryOf(lock: Lock, layer: LayerName, platform: Platform): LockEntry | undefined {
  return own(own(lock.layers, layer), platform);
}

/** All that the lock has of a layer. */
export function platformsOf(lock: Lock, layer: LayerName): readonly (readonly [Platform, LockEntry])[] {
  const platforms = own(lock.layers, layer) ?? {};
  const found: [Platform, LockEntry][] = [];
  for (const platform in platforms) {
    const entry = own(platforms, platform);
    if (entry !== undefined && isPlatform(platform)) found.push([platform, entry]);
  }
  return found;
}

/** The digest that an external image, as declared, is pinned to. */
export function pinOf(lock: Lock, image: string, platform: Platform): ImageDigest | undefined {
  return own(own(lock.bases, image), platform);
}

export function withEntry(lock: Lock, layer: LayerName, platform: Platform, entry: LockEntry): Lock {
  return {
    ...lock,
    layers: { ...lock.layers, [layer]: { ...own(lock.layers, layer), [platform]: entry } },
  };
}

/** The same for many, as a lock may hold thousands. */
export function withEntries(
  lock: Lock,
  entries: readonly { readonly layer: LayerName; readonly platform: Platform; readonly entry: LockEntry }[],
): Lock {
  const layers = { ...lock.layers };
  for (const { layer, platform, entry } of entries)
    layers[layer] = { ...own(layers, layer), [platform]: entry };
  return { ...lock, layers };
}

export function withPin(lock: Lock, image: string, platform: Platform, digest: ImageDigest): Lock {
  return { ...lock, bases: { ...lock.bases, [image]: { ...own(lock.bases, image), [platform]: digest } } };
}

/** The lock without layers that the catalog no longer has, and without pins of images that nothing stands on. */
export function pruneLock(lock: Lock, layers: ReadonlySet<string>, bases: ReadonlySet<string>): Lock {
  return { ...lock, layers: keep(lock.layers, layers), bases: keep(lock.bases, bases) };
}

/** Of the record's own: a layer may be called "constructor". */
function own<V>(record: Readonly<Record<string, V>> | undefined, key: string): V | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function keep<V>(record: Readonly<Record<string, V>>, keys: ReadonlySet<string>): Record<string, V> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => keys.has(key)));
}
