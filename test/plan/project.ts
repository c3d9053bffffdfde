// Small projects for tests of plans and runs: layers in a few words, through the real parser, graph and fingerprints,
// and locks as if these layers had been built.

import { parseDockerfile } from "../../engine/catalog/dockerfile.ts";
import type { Layer } from "../../engine/catalog/layer.ts";
import { type ImageDigest, sha256 } from "../../engine/core/digest.ts";
import type { Result } from "../../engine/core/result.ts";
import { SourceFile } from "../../engine/core/source.ts";
import { buildGraph } from "../../engine/graph/build-graph.ts";
import {
  combineInputs,
  lockInputsOf,
  makeOwnInputs,
  type OwnInputs,
} from "../../engine/graph/fingerprint.ts";
import { type LayerGraph } from "../../engine/graph/graph.ts";
import { emptyLock, pinOf, withEntry, withPin } from "../../engine/lock/lock.ts";
import { readJson } from "../../engine/lock/read-json.ts";
import type { Json } from "../../engine/nickel/located.ts";
import { layerDirectives } from "../../schemas/layer-directives.ts";
import { type LayerName, layerName } from "../../schemas/layer-name.ts";
import type { Lock } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import { workflow as workflowSchema } from "../../schemas/workflow.ts";
import { imageOf } from "../fakes/images.ts";
import { amd64 } from "../lock/samples.ts";

/** Fields of a workflow, and beside them: */
export interface LayerSpec extends Readonly<Record<string, Json | undefined>> {
  /** Lines after the FROM (and a COPY --from for each of `copies_from`). */
  readonly run?: string;
  /** Content of further files of the context, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Its own build directives. */
  readonly directives?: Json;
}

export interface Project {
  readonly graph: LayerGraph;
  readonly ownInputs: ReadonlyMap<LayerName, OwnInputs>;
}

/** A base, one layer on it, one on that: the shape of most tests. */
export const chain: Readonly<Record<string, LayerSpec>> = {
  debian: { build_base: { image: "debian:trixie-slim" } },
  rust: { build_base: "debian" },
  "rust-deps": { build_base: "rust" },
};

/** Layers by name; without a `build_base` a layer stands on nothing. */
export function projectOf(specs: Readonly<Record<string, LayerSpec>>): Project {
  const layers = Object.entries(specs).map(([name, spec]) => layerOf(name, spec));
  const graph = valueOf(
    buildGraph({
      root: "/project",
      workspace: "lamina",
      layers: layers.map(({ layer }) => layer),
      broken: new Set(),
    }),
  );
  return { graph, ownInputs: new Map(layers.map(({ layer, own }) => [layer.name, own])) };
}

/** The lock after everything was built for linux/amd64, with images that belong to the layers' names. */
export function builtLock(
  { graph, ownInputs }: Project,
  images: ReadonlyMap<string, ImageDigest> = new Map(),
): Lock {
  let lock: Lock = emptyLock;
  for (const name of graph.order) {
    for (const image of graph.externalBases(name)) lock = withPin(lock, image, amd64, baseOf(image));
    const own = ownInputs.get(name);
    if (own === undefined) throw new Error(`no inputs of ${name}`);
    const parents = new Map(
      graph.parents(name).map((parent) => [parent, images.get(parent) ?? imageOf(parent)] as const),
    );
    const bases = new Map(
      graph.externalBases(name).map((image) => [image, pinOf(lock, image, amd64) ?? baseOf(image)] as const),
    );
    const image = images.get(name) ?? imageOf(name);
    lock = withEntry(lock, name, amd64, {
      input: combineInputs(own, amd64, parents, bases),
      image,
      sizeBytes: 1000,
      tools: {},
      caches: [],
      inputs: lockInputsOf(own, parents, bases),
    });
  }
  return lock;
}

/** What FakeResolver says of an external image. */
export function baseOf(image: string, platform: Platform = amd64): ImageDigest {
  return imageOf(`${image} ${platform}`);
}

function layerOf(name: string, spec: LayerSpec): { layer: Layer; own: OwnInputs } {
  const { run, files, directives, ...fields } = spec;
  const declared = {
    name,
    kind: "toolchain",
    build_base: { image: "scratch" },
    tools_provided: [],
    artifact_paths: [],
    language: "none",
    ...fields,
  };
  const workflow = workflowSchema.parse(declared);
  const directory = `/project/catalog/${name}`;
  const workflowPath = `${directory}/workflow.ncl`;
  const base =
    typeof workflow.build_base === "string" ? `lamina/${workflow.build_base}` : workflow.build_base.image;
  const copies = workflow.copies_from.map((from) => `COPY --from=lamina/${from} /usr /usr\n`).join("");
  const text = `FROM ${base}\n${copies}${run ?? ""}`;
  const dockerfile = valueOf(
    parseDockerfile(new SourceFile(`${directory}/Dockerfile`, text), {
      args: workflow.args,
      platforms: workflow.platforms ?? [amd64],
    }),
  );
  const contents = Object.entries({ Dockerfile: text, ...files });
  return {
    layer: {
      name: layerName.parse(name),
      directory,
      workflowPath,
      workflow,
      ...(directives === undefined ? {} : { directives: layerDirectives.parse(directives) }),
      located: valueOf(readJson(new SourceFile(workflowPath, JSON.stringify(declared)))),
      dockerfile,
      images: Array.from(new Set(dockerfile.references.map(({ image }) => image))),
      sources: [workflowPath],
      revision: text,
    },
    own: makeOwnInputs({
      layer: layerName.parse(name),
      declaration: declared,
      files: new Map(contents.map(([path, content]) => [path, `${sha256(content).slice(7)} 644`])),
    }),
  };
}

function valueOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`the sample is not sound: ${JSON.stringify(result.error, undefined, 2)}`);
  return result.value;
}
