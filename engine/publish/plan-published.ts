// A plan that counts what others have published: what it would build is looked for in the registry by the digest of its inputs.
// What is found gives its children their inputs, so it is planned anew until nothing more is found.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock } from "../../schemas/lock.ts";
import type { ImageDigest } from "../core/digest.ts";
import { lockInputsOf, type OwnInputs } from "../graph/fingerprint.ts";
import { entryOf, pinOf, withEntries } from "../lock/lock.ts";
import { makePlan, type PlanInput } from "../plan/plan.ts";
import { type AdoptedEntry, type Plan, type Step, stepKey } from "../plan/step.ts";
import { entryOfPublished } from "./adopt.ts";
import type { LayerImage } from "./layer-index.ts";
import type { PublishedLayers } from "./published-layers.ts";

/** `adopted` of the plan is what was found, for the lock. `open` is called when there is something to look for. */
export async function planPublished(
  input: PlanInput,
  open: () => Promise<PublishedLayers>,
  signal: AbortSignal,
): Promise<Plan> {
  const adopted = new Map<string, AdoptedEntry>();
  const asked = new Set<string>();
  let published: PublishedLayers | undefined;
  let { lock } = input;
  const images = {
    holds: (image: ImageDigest) => input.images.holds(image) || published?.holds(image) === true,
  };
  // What nobody selected is looked for as well: what is selected stands on it.
  const options = { ...input.options, only: false };
  for (;;) {
    const plan = makePlan({ ...input, options, lock, images });
    const unknown = plan.steps.filter((step) => isOpen(step) && !asked.has(keyOf(step)));
    const fresh: AdoptedEntry[] = [];
    if (unknown.length > 0) {
      const registry = await open();
      published = registry;
      const found = await Promise.all(
        unknown.map(async (step) => ({ step, image: await find(step, registry, signal) })),
      );
      for (const { step, image } of found) {
        asked.add(keyOf(step));
        if (image !== undefined) fresh.push(adopt(step, image, input, lock));
      }
    }
    if (fresh.length === 0)
      return { ...(input.options.only ? makePlan({ ...input, lock, images }) : plan), adopted };
    for (const entry of fresh) adopted.set(keyOf(entry), entry);
    lock = withEntries(lock, fresh);
  }
}

function keyOf({ layer, platform }: Pick<Step, "layer" | "platform">): string {
  return stepKey(layer, platform);
}

/** Its inputs are known, and nobody insists on a build. */
function isOpen({ action, inputDigest, reasons }: Step): boolean {
  return action !== "reuse" && inputDigest !== null && !reasons.some(({ kind }) => kind === "forced");
}

async function find(
  { layer, platform, inputDigest }: Step,
  published: PublishedLayers,
  signal: AbortSignal,
): Promise<LayerImage | undefined> {
  return inputDigest === null ? undefined : published.find(layer, platform, inputDigest, signal);
}

function adopt(
  { layer, platform }: Step,
  image: LayerImage,
  { graph, ownInputs, replacedBases }: PlanInput,
  lock: Lock,
): AdoptedEntry {
  const parents = new Map(
    graph.parents(layer).flatMap((parent) => {
      const entry = entryOf(lock, parent, platform);
      return entry === undefined ? [] : [[parent, entry.image] as const];
    }),
  );
  const bases = new Map(
    graph.externalBases(layer).flatMap((base) => {
      const replaced = replacedBases.get(base);
      const digest = replaced === undefined ? pinOf(lock, base, platform) : replaced.digests.get(platform);
      return digest === undefined ? [] : [[base, digest] as const];
    }),
  );
  const own = ownInputsOf(ownInputs, layer);
  const entry = entryOfPublished(image, lockInputsOf(own, parents, bases), entryOf(lock, layer, platform));
  return { layer, platform, entry };
}

function ownInputsOf(all: ReadonlyMap<LayerName, OwnInputs>, layer: LayerName): OwnInputs {
  const own = all.get(layer);
  if (own === undefined) throw new Error(`no inputs were read of ${layer}`);
  return own;
}
