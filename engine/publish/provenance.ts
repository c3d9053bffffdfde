// How a layer's image came to be, as SLSA has it (slsa.dev/spec/v1.1/provenance). What somebody may check is in it, and nothing of
// whoever built: no host, no path, no build argument and no secret. docs/registries.md documents the parameters.

import type { ImageDigest } from "../core/digest.ts";
import type { SourceFacts } from "../ports/source-facts.ts";
import {
  hexOf,
  nameOfImage,
  type StatedImage,
  type Statement,
  sortedEntries,
  stateOf,
  timeOf,
} from "./statement.ts";

export const provenancePredicate = "https://slsa.dev/provenance/v1";

/** What the parameters below mean: another when they mean something else. A scheme of lamina's own, as its annotations' prefix. */
const buildType = "io.lamina:layer-build/v1";

/** The same of an image of artifacts, which is taken out of a layer's image. */
const collectionType = "io.lamina:layer-artifacts/v1";

/** Milliseconds since the epoch. */
export interface BuildTimes {
  readonly startedMs: number;
  readonly finishedMs: number;
}

/** The build that made the image. */
export interface BuildFacts extends BuildTimes {
  readonly runId: string;
}

export interface ProvenanceFacts {
  readonly image: StatedImage;
  readonly source: SourceFacts;
  /** Of lamina. */
  readonly version: string;
  /** Undefined where the image was built before this run, by somebody who left no more than the lock. */
  readonly build: BuildFacts | undefined;
}

export function stateProvenance({ image, source, version, build }: ProvenanceFacts): Statement {
  const { entry, layer, platform, workspace } = image;
  return stateOf(image, provenancePredicate, {
    buildDefinition: {
      buildType,
      externalParameters: { workspace, layer, platform, ...source },
      internalParameters: { inputDigest: entry.input, recipe: entry.inputs.recipe },
      resolvedDependencies: dependenciesOf(image, source),
    },
    runDetails: {
      builder: builderOf(version),
      metadata:
        build === undefined
          ? {}
          : {
              invocationId: build.runId,
              startedOn: timeOf(build.startedMs),
              finishedOn: timeOf(build.finishedMs),
            },
    },
  });
}

/** Artifacts that were taken out of a layer's image. */
export interface Collection {
  readonly from: ImageDigest;
  /** The layer's `artifact_paths`. */
  readonly paths: readonly string[];
}

/** How an image of artifacts came to be: the same whenever it is made, so it names no run. */
export function stateCollection({
  image,
  version,
  collected,
}: Pick<ProvenanceFacts, "image" | "version"> & { readonly collected: Collection }): Statement {
  const { entry, layer, platform, workspace } = image;
  return stateOf(image, provenancePredicate, {
    buildDefinition: {
      buildType: collectionType,
      externalParameters: { workspace, layer, platform, artifactPaths: collected.paths },
      internalParameters: { inputDigest: entry.input },
      resolvedDependencies: [describe(nameOfImage(image), collected.from)],
    },
    runDetails: { builder: builderOf(version), metadata: {} },
  });
}

function builderOf(version: string): object {
  return { id: "io.lamina:builder", version: { lamina: version } };
}

/** The sources where the commit is known, then the layers, then the external images that it stands on or copies from. */
function dependenciesOf({ workspace, entry }: StatedImage, source: SourceFacts): readonly object[] {
  const { parents, bases } = entry.inputs;
  const { source: address, revision } = source;
  return [
    ...(address === undefined || revision === undefined
      ? []
      : [{ uri: sourceUri(address), digest: { gitCommit: revision } }]),
    ...sortedEntries(parents).map(([name, digest]) => describe(`${workspace}/${name}`, digest)),
    ...sortedEntries(bases).map(([name, digest]) => describe(name, digest)),
  ];
}

function describe(name: string, digest: string): object {
  return { name, digest: { sha256: hexOf(digest) } };
}

/** "git@host:path" is no URI, but short for one. */
function sourceUri(address: string): string {
  const [, login, path] = /^([^/:]+@[^/:]+):(.+)$/.exec(address) ?? [];
  return login === undefined ? `git+${address}` : `git+ssh://${login}/${path ?? ""}`;
}
