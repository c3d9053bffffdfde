// Whether the build of a layer sees a path, through which instruction, and if not, what keeps it out: so that a change of it
// can be judged before it is made, and so can a file before it is there.

import path from "node:path/posix";
import type { LayerName } from "../../schemas/layer-name.ts";
import { openDockerignore } from "../catalog/context-ignore.ts";
import { readDockerignore } from "../catalog/dockerignore.ts";
import type { Layer } from "../catalog/layer.ts";
import type { PathPatterns } from "../catalog/path-patterns.ts";
import type { Files } from "../core/host.ts";
import { SourceFile, type Span } from "../core/source.ts";
import type { LayerGraph } from "../graph/graph.ts";
import { listSeenFiles } from "../graph/seen-files.ts";
import { imagineFile } from "./imagined-file.ts";

export type Sight =
  | SightOfFile
  /** Nothing is there. Of a file that came to be there `wouldBe` is true; undefined where none can, as what it would lie in is
   * no folder. */
  | { readonly kind: "missing"; readonly wouldBe: SightOfFile | undefined };

/** Of what is there, or is thought to be. */
export type SightOfFile =
  /** By these instructions, as written. */
  | { readonly kind: "seen"; readonly by: readonly Span[] }
  /** The Dockerfile itself: its instructions count, as far as the target reaches them. */
  | { readonly kind: "dockerfile" }
  /** A file that the declaration is evaluated from: what comes out counts. */
  | { readonly kind: "declaration" }
  /** The ignore file: what it leaves out counts. */
  | { readonly kind: "ignore-file" }
  /** An instruction would take it, but this line of the ignore file keeps it from being sent. */
  | { readonly kind: "ignored"; readonly line: Span }
  /** It is in the context, and no instruction that the target reaches takes it. */
  | { readonly kind: "not-taken" }
  /** It belongs to another layer: what that sees, where this one stands on it. */
  | { readonly kind: "other-layer"; readonly owner: LayerName; readonly sight: SightOfFile | undefined }
  /** Neither in the layer's folder nor read by its declaration. */
  | { readonly kind: "outside" };

/** `file` is absolute; a folder counts as seen where anything in it is. */
export function judgeSight(graph: LayerGraph, name: LayerName, file: string, files: Files): Sight {
  if (files.info(file).ok) return judge(graph, name, file, files);
  const imagined = imagineFile(files, file);
  const wouldBe = imagined === undefined ? undefined : judge(graph, name, file, imagined);
  return { kind: "missing", wouldBe };
}

function judge(graph: LayerGraph, name: LayerName, file: string, files: Files): SightOfFile {
  const layer = graph.layer(name);
  const own = judgeOwnSight(layer, file, files);
  if (own !== undefined) return own;
  const owner = ownerOf(graph, file);
  if (owner === undefined) return { kind: "outside" };
  const isBelow = graph.ancestors(name).includes(owner);
  const sight = isBelow ? judgeOwnSight(graph.layer(owner), file, files) : undefined;
  return { kind: "other-layer", owner, sight };
}

/** undefined where it is not the layer's. */
function judgeOwnSight(layer: Layer, file: string, files: Files): SightOfFile | undefined {
  const place = path.relative(layer.directory, file);
  const isInside = place !== ".." && !place.startsWith("../");
  const opened = openDockerignore(layer, files);
  const by = isInside ? findTakers(layer, place, opened.ignore, files) : [];
  if (by.length > 0) return { kind: "seen", by };
  if (file === layer.dockerfile.file.path) return { kind: "dockerfile" };
  if (layer.sources.includes(file)) return { kind: "declaration" };
  if (file === opened.file?.path) return { kind: "ignore-file" };
  if (!isInside) return undefined;
  const line = opened.file === undefined ? undefined : findIgnoringLine(opened.file, place);
  const wouldTake = findTakers(layer, place, readDockerignore(undefined).ignore, files);
  return line !== undefined && wouldTake.length > 0 ? { kind: "ignored", line } : { kind: "not-taken" };
}

/** The instructions that take a path, or something below it. */
function findTakers(layer: Layer, place: string, ignore: PathPatterns, files: Files): readonly Span[] {
  const takers = layer.dockerfile.contextSources.filter((source) => {
    const seen = listSeenFiles(layer.directory, [source], ignore, files);
    return (
      seen.ok &&
      seen.value.keys().some((entry) => place === "" || entry === place || entry.startsWith(`${place}/`))
    );
  });
  return takers.map(({ span }) => span);
}

/** The line from which on a path is ignored, and not overruled any more. */
function findIgnoringLine(file: SourceFile, place: string): Span | undefined {
  const isIgnored = (lines: number): boolean => {
    const text = file.text.slice(0, file.lineStarts[lines] ?? file.text.length);
    return readDockerignore(new SourceFile(file.path, text)).ignore.judge(place).matches;
  };
  let lines = file.lineStarts.length;
  if (!isIgnored(lines)) return undefined;
  while (lines > 1 && isIgnored(lines - 1)) lines -= 1;
  const start = file.lineStarts[lines - 1] ?? 0;
  return { file, start, end: start + file.line(lines).length };
}

function ownerOf(graph: LayerGraph, file: string): LayerName | undefined {
  const [folder, name = ""] = path.relative(graph.root, file).split("/");
  return folder === "catalog" && graph.has(name) ? name : undefined;
}
