// The lock held against registries: whether what it says was built of some inputs is what each of them has of these.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest, InputDigest } from "../core/digest.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { RegistryFailure } from "../ports/registry.ts";
import { type LayerRepositories, type PublishedDeps, PublishedLayers } from "./published-layers.ts";

export interface LockedImage {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly input: InputDigest;
  readonly image: ImageDigest;
}

/** "other": it has an image of the same inputs that is not the lock's. */
export interface RemoteState {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly state: "same" | "other" | "absent";
  readonly locked: ImageDigest;
  readonly published: ImageDigest | undefined;
}

/** In the order of `locked`. A failure where the registry does not say of every one. */
export async function compareLock(
  locked: readonly LockedImage[],
  { registry, clock }: Pick<PublishedDeps, "registry" | "clock">,
  repositories: LayerRepositories,
  signal: AbortSignal,
): Promise<Result<readonly RemoteState[], RegistryFailure>> {
  let silence: RegistryFailure | undefined;
  const published = new PublishedLayers({
    registry,
    clock,
    registries: () => [repositories],
    onSilence: (failure) => {
      silence = failure;
    },
  });
  const states = await Promise.all(
    locked.map(async ({ layer, platform, input, image }): Promise<RemoteState> => {
      const found = (await published.find(layer, platform, input, signal))?.manifest.digest;
      const state = found === undefined ? "absent" : found === image ? "same" : "other";
      return { layer, platform, state, locked: image, published: found };
    }),
  );
  return silence === undefined ? ok(states) : err(silence);
}
