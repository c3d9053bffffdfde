// Contexts for tests of what a build can see: planted on disk or in memory, read as the folder of a layer.

import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDockerfile } from "../../engine/catalog/dockerfile.ts";
import type { Layer } from "../../engine/catalog/layer.ts";
import type { Files } from "../../engine/core/host.ts";
import { SourceFile } from "../../engine/core/source.ts";
import { type OwnInputs, readOwnInputs } from "../../engine/graph/fingerprint.ts";
import { readJson } from "../../engine/lock/read-json.ts";
import { layerName } from "../../schemas/layer-name.ts";
import { type Workflow, workflow as workflowSchema } from "../../schemas/workflow.ts";
import type { Seed } from "../fakes/files.ts";

/** What stands at paths of a context; null where nothing is to be any more. */
export type Seeds = Readonly<Record<string, Seed | null>>;

/** Puts seeds under a folder of the disk, in their order, in place of what was there; a folder that is there keeps its content. */
export function plant(directory: string, seeds: Seeds): void {
  for (const [name, seed] of Object.entries(seeds)) {
    const place = join(directory, name);
    const isFolder = typeof seed === "object" && seed !== null && "folder" in seed;
    if (!isFolder) rmSync(place, { recursive: true, force: true });
    if (seed === null) continue;
    // Not the umask of whoever runs the tests.
    mkdirSync(isFolder ? place : dirname(place), { recursive: true, mode: 0o755 });
    if (isFolder) chmodSync(place, seed.mode ?? 0o755);
    else if (typeof seed === "object" && "link" in seed) symlinkSync(seed.link, place);
    else {
      const isPlain = typeof seed === "string" || seed instanceof Uint8Array;
      writeFileSync(place, isPlain ? seed : seed.content);
      chmodSync(place, isPlain ? 0o644 : seed.mode);
    }
  }
}

/** What the build of a layer with that folder, which holds its Dockerfile, can see. @throws Error where it cannot be read. */
export function readContext(directory: string, files: Files, more: Partial<Workflow> = {}): OwnInputs {
  const read = readOwnInputs(layerOf(directory, files, more), files);
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join("\n"));
  return read.value;
}

export function layerOf(directory: string, files: Files, more: Partial<Workflow> = {}): Layer {
  const declared = {
    name: "sample",
    kind: "utility",
    build_base: { image: "scratch" },
    tools_provided: [],
    artifact_paths: [],
    language: "none",
  };
  const workflow = { ...workflowSchema.parse(declared), ...more };
  const file = `${directory}/${workflow.dockerfile}`;
  const text = files.readText(file);
  if (!text.ok) throw new Error(text.error.message);
  const span = { file: new SourceFile("workflow.ncl", ""), start: 0, end: 0 };
  const dockerfile = parseDockerfile(new SourceFile(file, text.value), {
    target: workflow.target === undefined ? undefined : { name: workflow.target, span },
    args: workflow.args,
    platforms: ["linux/amd64"],
  });
  if (!dockerfile.ok) throw new Error(dockerfile.error.map(({ message }) => message).join("\n"));
  const located = readJson(new SourceFile("workflow.json", "{}"));
  if (!located.ok) throw new Error(located.error.message);
  return {
    name: layerName.parse("sample"),
    directory,
    workflowPath: `${directory}/workflow.ncl`,
    workflow,
    located: located.value,
    dockerfile: dockerfile.value,
    images: [],
    sources: [],
    revision: text.value,
  };
}
