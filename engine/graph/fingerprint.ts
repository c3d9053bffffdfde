// What a layer's build can see, hashed: the same inputs give the same digest on every machine.
//
//   own    = sha256(canonical JSON of { declaration, files })
//   digest = sha256(canonical JSON of { recipe, layer, platform, own, parents, bases })
//
// Canonical JSON (RFC 8785) quotes every string, so no two different inputs run together into one text. `files` maps each
// path to a line that tells what is there: see `describeEntry`. Times and owners do not count: git does not keep them, and
// the build rewrites times.

import path from "node:path/posix";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockInputs } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Workflow } from "../../schemas/workflow.ts";
import { openDockerignore } from "../catalog/context-ignore.ts";
import type { LayerContext } from "../catalog/layer.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { type Digest, type ImageDigest, type InputDigest, inputDigest, sha256 } from "../core/digest.ts";
import type { FileFailure, Files } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Json } from "../nickel/located.ts";
import { canonicalJson } from "./canonical-json.ts";
import { graphDiagnostics } from "./diagnostics.ts";
import { listSeenFiles, type SeenEntry } from "./seen-files.ts";

/** Version of this recipe: raised when the meaning of an input digest changes. */
export const recipeVersion = 2;

/** The part of a layer's inputs that its own folder decides. */
export interface OwnInputs {
  readonly layer: LayerName;
  /** Only keys that can change the image or its proof. */
  readonly declaration: Readonly<Record<string, Json>>;
  /** Path relative to the layer's folder, with "/", to a line that tells what is there. Sorted by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Over the declaration and the files. */
  readonly digest: Digest;
}

/** Own inputs with their digest; the order of `files` does not matter. */
export function makeOwnInputs({ layer, declaration, files }: Omit<OwnInputs, "digest">): OwnInputs {
  const digest = sha256(canonicalJson({ declaration, files: Object.fromEntries(files) }));
  return { layer, declaration, files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), digest };
}

/** Reads and hashes what a build of the layer can see of its own folder. Diagnostics name files that cannot be read. */
export function readOwnInputs(layer: LayerContext, files: Files): Result<OwnInputs, readonly Diagnostic[]> {
  const lines = new Map<string, string>();
  const failures: FileFailure[] = [];
  const { contextSources } = layer.dockerfile;
  if (contextSources.length > 0) {
    const { ignore } = openDockerignore(layer, files);
    const seen = listSeenFiles(layer.directory, contextSources, ignore, files);
    if (!seen.ok) failures.push(...seen.error);
    for (const [place, entry] of seen.ok ? seen.value : []) {
      const line = describeEntry(path.join(layer.directory, place), entry, files);
      if (line.ok) lines.set(entry.kind === "folder" ? `${place}/` : place, line.value);
      else failures.push(line.error);
    }
  }
  const dockerfile = path.relative(layer.directory, layer.dockerfile.file.path);
  // Where it is copied as well, its bytes count: they tell no less than its canonical text.
  if (!lines.has(dockerfile)) {
    const line = describeDockerfile(layer, files);
    if (line.ok) lines.set(dockerfile, line.value);
    else failures.push(line.error);
  }
  if (failures.length > 0) return err(failures.map((failure) => diagnoseUnreadable(layer, failure)));
  return ok(
    makeOwnInputs({ layer: layer.name, declaration: relevantDeclaration(layer.workflow), files: lines }),
  );
}

/** The input digest of a layer on a platform, standing on these images. Cheap: a plan asks it of every layer. */
export function combineInputs(
  own: OwnInputs,
  platform: Platform,
  parents: ReadonlyMap<LayerName, ImageDigest>,
  bases: ReadonlyMap<string, ImageDigest>,
): InputDigest {
  // Canonical JSON, written out as a plan asks for it so often: names, platforms and digests hold nothing to escape.
  return inputDigest(
    sha256(
      `{"bases":${canonicalDigests(bases)},"layer":"${own.layer}","own":"${own.digest}",` +
        `"parents":${canonicalDigests(parents)},"platform":"${platform}","recipe":${recipeVersion}}`,
    ),
  );
}

function canonicalDigests(digests: ReadonlyMap<string, Digest>): string {
  let members = "";
  for (const name of Array.from(digests.keys()).sort())
    members += `${members === "" ? "" : ","}${JSON.stringify(name)}:"${digests.get(name)}"`;
  return `{${members}}`;
}

/** What stands in the lock beside the digest of these inputs, so that a later plan can tell what changed. */
export function lockInputsOf(
  own: OwnInputs,
  parents: ReadonlyMap<LayerName, ImageDigest>,
  bases: ReadonlyMap<string, ImageDigest>,
): LockInputs {
  return {
    recipe: recipeVersion,
    declaration: own.declaration,
    files: shortenFiles(own.files),
    parents: sortedRecord(parents),
    bases: sortedRecord(bases),
  };
}

/**
 * The keys of a declaration that can change the image (build_base, copies_from, args, target, dockerfile, secrets, ssh) or what
 * is proven of it (tools_provided, artifact_paths), lists whose order means nothing sorted. Left out, because a build with other
 * values of theirs gives the same image and the same proof: name (stands by itself), kind and language (what it is for, and its
 * default size), platforms (each has a digest of its own), tools_required (checked without a build), runner_type, cpu,
 * memory_gb, time_budget_min, level_hierarchy.
 */
function relevantDeclaration(workflow: Workflow): Readonly<Record<string, Json>> {
  const { build_base, args, target, dockerfile, ssh, tools_provided } = workflow;
  const tools = tools_provided.map(({ name, check, version }) =>
    version === undefined ? { name, check } : { name, check, version },
  );
  return {
    args,
    artifact_paths: workflow.artifact_paths.toSorted(),
    build_base,
    copies_from: workflow.copies_from.toSorted(),
    dockerfile,
    secrets: workflow.secrets.toSorted(),
    ssh,
    ...(target === undefined ? {} : { target }),
    tools_provided: tools.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/**
 * A line that tells what is there: the sha256 of a file's bytes and its mode, "-> " and a link's target, "folder" and its
 * mode. Modes are octal and lack the group's and others' write bits, which come from the umask of whoever checked out.
 */
function describeEntry(file: string, entry: SeenEntry, files: Files): Result<string, FileFailure> {
  switch (entry.kind) {
    case "folder":
      return ok(`folder ${octalMode(entry.mode)}`);
    case "symlink":
      return ok(`-> ${entry.target}`);
    case "file": {
      const content = files.read(file);
      return content.ok ? ok(`${hexOf(sha256(content.value))} ${octalMode(entry.mode)}`) : content;
    }
    default:
      return unreachable(entry);
  }
}

/** The sha256 of the Dockerfile's canonical text; of its bytes where they are no UTF-8, which no text can tell. */
function describeDockerfile({ dockerfile }: LayerContext, files: Files): Result<string, FileFailure> {
  if (!dockerfile.canonicalText.includes("\uFFFD"))
    return ok(`${hexOf(sha256(dockerfile.canonicalText))} instructions`);
  const content = files.read(dockerfile.file.path);
  return content.ok ? ok(`${hexOf(sha256(content.value))} bytes`) : content;
}

function octalMode(mode: number): string {
  return (mode & 0o7755).toString(8).padStart(3, "0");
}

function hexOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}

/** More files than this are told folder by folder. */
const maxFileLines = 200;

/** The first 16 digits each; in a large context one line for each folder at the top, over the lines of all that it holds. */
function shortenFiles(files: ReadonlyMap<string, string>): Record<string, string> {
  if (files.size <= maxFileLines) return shortenLines(files);
  const groups = Map.groupBy(files, ([name]) => {
    const slash = name.indexOf("/");
    return slash === -1 ? name : name.slice(0, slash + 1);
  });
  const lines = Array.from(groups, ([group, members]): readonly [string, string] => {
    const [only] = members;
    if (members.length === 1 && only !== undefined && only[0] === group) return only;
    const digest = sha256(canonicalJson(Object.fromEntries(members)));
    return [group, `${hexOf(digest)} of ${members.length}`];
  });
  return shortenLines(lines);
}

function shortenLines(lines: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries(
    Array.from(lines, ([name, line]) => [name, line.replace(/^([0-9a-f]{16})[0-9a-f]{48}(?= )/, "$1")]),
  );
}

function sortedRecord<V>(map: ReadonlyMap<string, V>): Record<string, V> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function diagnoseUnreadable(layer: LayerContext, { path: file, message }: FileFailure): Diagnostic {
  const shown = `catalog/${layer.name}/${path.relative(layer.directory, file)}`;
  return diagnose(graphDiagnostics.unreadableInput, { path: shown, reason: message });
}
