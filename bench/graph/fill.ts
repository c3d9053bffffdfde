// Brings a catalog into the state in which everything is built, by the real pipeline with a builder that stands in for
// BuildKit: thousands of real solves would take hours. Each image is a tiny real one in the real store; lock and history are
// written once at the end, as they would stand after real builds. What is measured afterwards reads the same files as ever.

import { join } from "node:path";
import { openOutput } from "../../cli/output.ts";
import { openHere, planHere, wholeCatalog } from "../../cli/project.ts";
import { hostPlatform, openImageStore } from "../../cli/wire.ts";
import { type ImageDigest, imageDigest, sha256 } from "../../engine/core/digest.ts";
import { ok } from "../../engine/core/result.ts";
import { runPlan } from "../../engine/pipeline.ts";
import type { Builder } from "../../engine/ports/builder.ts";
import { type Project } from "../../engine/project.ts";
import { placeOn } from "../../engine/run/placer.ts";
import { systemFiles } from "../../providers/host/files.ts";
import { holdLockInMemory } from "../../test/fakes/lock-file.ts";
import { createRandom } from "../random.ts";
import { VirtualClock } from "../virtual-clock.ts";
import { type WrittenImage, writeImage } from "./write-image.ts";

/** Builds everything in the project at an absolute path, as far as its later commands can tell. */
export async function fillProject(root: string): Promise<void> {
  const output = openOutput({ color: false, env: () => undefined });
  const opened = await openHere({ directory: root, output });
  if (!opened.ok) throw new Error("the generated catalog is unsound; see above");
  const project = opened.value;
  const plan = await planHere(project, wholeCatalog);
  // A lock of megabytes, written for each of thousands of layers, would take longer than all else.
  const lock = holdLockInMemory(project.lock.current);
  const clock = new VirtualClock();
  const outcome = await clock.runUntil(
    runPlan(
      { ...project, lock },
      plan,
      {
        placer: placeOn(createStandIn(project, clock)),
        images: await openImageStore(root),
        resolver: { resolve: (reference) => Promise.resolve(ok(imageDigest(sha256(reference)))) },
        sink: { emit: () => undefined, close: () => Promise.resolve() },
        clock,
        files: systemFiles,
      },
      { runId: "fill", concurrency: 64, failFast: false, signal: new AbortController().signal },
    ),
  );
  if (outcome.result !== "ok") throw new Error(`filling the catalog ended as ${outcome.result}`);
  const written = await project.lock.update(() => lock.current);
  if (!written.ok) throw new Error("the lock cannot be written");
}

/** Takes some minutes of virtual time for each solve, and finds each tool that was promised. */
function createStandIn(project: Project, clock: VirtualClock): Builder {
  const store = join(project.graph.root, ".lamina/store");
  const random = createRandom(1);
  const images = new Map<ImageDigest, WrittenImage>();
  return {
    description: "stand-in",
    platforms: [hostPlatform()],
    solve: async ({ imageName, namedContexts, platform }) => {
      await new Promise<void>((resolve) => {
        clock.after(Math.exp(random.normal()) * 60_000, resolve);
      });
      const base = namedContexts[0]?.source;
      const parent = base?.kind === "store" ? images.get(base.digest) : undefined;
      const name = imageName.replace(/^.*\//, "");
      const content = { name, platform, parent, path: `opt/${name}/bin/${name}`, text: name };
      const image = writeImage(store, content);
      images.set(image.digest, image);
      return ok({ imageDigest: image.digest, sizeBytes: image.sizeBytes, stepsRun: 2, stepsCached: 0 });
    },
    exportCache: () => Promise.reject(new Error("no caches are written here")),
    prove: ({ tools }) =>
      Promise.resolve(
        ok({
          tools: tools.map(({ name }) => ({ kind: "ran", name, output: `${name} 1.0.0\n` }) as const),
          missingArtifacts: [],
        }),
      ),
    close: () => Promise.resolve(),
  };
}
