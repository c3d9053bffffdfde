// A layer's artifacts in an image of their own, made of the layer's image that is there: one small solve, wherever there is a place.

import path from "node:path/posix";
import type { LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Layer } from "../catalog/layer.ts";
import type { Files } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { tiers } from "../plan/tiers.ts";
import type { ImageSource } from "../ports/builder.ts";
import type { ImageStore } from "../ports/images.ts";
import { artifactsDockerfile } from "../publish/artifacts-dockerfile.ts";
import type { CollectedArtifacts, CollectFailure } from "../publish/publication.ts";
import type { PublishedLayers } from "../publish/published-layers.ts";
import { explainSolveFailure } from "./layer-failure.ts";
import type { Placer } from "./placer.ts";

export interface CollectorDeps {
  readonly placer: Placer;
  readonly files: Files;
  /** Absolute, for files that the solves need. */
  readonly folder: string;
  readonly workspace: string;
  readonly images: ImageStore;
  readonly published: PublishedLayers;
}

const subject = "lamina/subject";
const timeBudgetMin = 10;

/** The image lies in the store when it resolves. */
export async function collectArtifacts(
  { placer, files, folder, workspace, images, published }: CollectorDeps,
  layer: Layer,
  platform: Platform,
  { image }: Pick<LockEntry, "image">,
  signal: AbortSignal,
): Promise<Result<CollectedArtifacts, CollectFailure>> {
  const directory = path.join(folder, layer.name);
  const dockerfilePath = path.join(directory, "Dockerfile");
  const written = files.writeAtomically(
    dockerfilePath,
    artifactsDockerfile(subject, layer.workflow.artifact_paths),
  );
  if (!written.ok) return err({ kind: "not-collected", message: written.error.message });
  const [size] = tiers;
  if (size === undefined) throw new Error("there are no tiers");
  const { name: tier, cpu, memoryGb } = size;
  const placed = await placer.place(
    {
      layer: layer.name,
      platform,
      size: { tier, cpu, memoryGb },
      parents: [layer.name],
      isAlone: false,
      timeBudgetMin,
    },
    signal,
  );
  if (!placed.ok)
    return err(placed.error === "canceled" ? { kind: "canceled" } : notCollected(placed.error.message));
  const elsewhere = images.holds(image) ? undefined : published.sourceOf(image);
  const source: ImageSource = elsewhere ?? { kind: "store", digest: image };
  let state: "built" | "unbuilt" = "unbuilt";
  try {
    const solved = await placed.value.builder.solve(
      {
        contextDirectory: directory,
        dockerfilePath,
        target: undefined,
        platform,
        buildArgs: new Map(),
        namedContexts: [{ name: subject, source }],
        secrets: [],
        ssh: false,
        cacheFrom: [],
        imageName: `${workspace}/${layer.name}-artifacts`,
        noCache: false,
      },
      () => {},
      signal,
    );
    if (!solved.ok) {
      if (solved.error.kind === "canceled") return err({ kind: "canceled" });
      return err(notCollected(explainSolveFailure(solved.error, new Map()).message));
    }
    state = "built";
    return ok({ image: solved.value.imageDigest, sizeBytes: solved.value.sizeBytes });
  } finally {
    placed.value.leave(state);
  }
}

function notCollected(message: string): CollectFailure {
  return { kind: "not-collected", message };
}
