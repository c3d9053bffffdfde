// What a Dockerfile refers to: its stages and every image it takes from outside itself, ARGs expanded, with places.

import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { nearMiss } from "../core/near-miss.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { SourceFile, Span } from "../core/source.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import { canonicalDockerfile } from "./dockerfile-canonical.ts";
import { detectFrontend } from "./dockerfile-frontend.ts";
import { readInstructions } from "./dockerfile-instructions.ts";
import {
  type ContextSource,
  type FixedPlatform,
  type ImageReference,
  type InheritedSource,
  type Reach,
  reachStages,
  type SecretMount,
} from "./dockerfile-reach.ts";
import { readStages, type StageFault } from "./dockerfile-stages.ts";

export interface Stage {
  /** Lower-case name after AS; undefined for an unnamed stage. */
  readonly name: string | undefined;
  readonly index: number;
  readonly span: Span;
}

export interface Dockerfile {
  readonly file: SourceFile;
  readonly stages: readonly Stage[];
  /** What the target stage stands on in the end; more than one only where that depends on the platform. */
  readonly bases: readonly ImageReference[];
  /** In order of appearance, only those that the target stage reaches. */
  readonly references: readonly ImageReference[];
  /** Ids of RUN --mount=type=secret in reached stages, with their places. */
  readonly secrets: readonly SecretMount[];
  /** Whether a reached stage mounts an SSH agent. */
  readonly ssh: Span | undefined;
  readonly contextSources: readonly ContextSource[];
  readonly inheritedSources: readonly InheritedSource[];
  /** What counts of the file's text: see `canonicalDockerfile`. */
  readonly canonicalText: string;
  /** Names of all ARGs, in any stage. */
  readonly args: ReadonlySet<string>;
  /** Names of those that count: above the first stage, or in one that the target stage reaches. */
  readonly reachedArgs: ReadonlySet<string>;
  /** Of what the target stage stands on: platforms that are not the one that is built for. */
  readonly fixedPlatforms: readonly FixedPlatform[];
}

export interface DockerfileOptions {
  /** The stage to build; absent: the last. `span` is where that is written. */
  readonly target?: { readonly name: string; readonly span: Span } | undefined;
  /** Build arguments: they override the defaults of ARGs. */
  readonly args: Readonly<Record<string, string>>;
  /** For the automatic ARGs such as TARGETARCH; at least one. */
  readonly platforms: readonly string[];
}

/** Reads what a Dockerfile's target stage takes from elsewhere, on any of the platforms. */
export function parseDockerfile(
  file: SourceFile,
  options: DockerfileOptions,
): Result<Dockerfile, readonly Diagnostic[]> {
  const { instructions, escape, faults } = readInstructions(file);
  const read = readStages(file, instructions, escape);
  const { stages } = read;
  const malformed = complain([...faults, ...read.faults]);
  // A here-document that is left open swallows the stages below it: what follows from that is not told.
  if (faults.length > 0 || !read.isComplete) return err(malformed);

  const named = stages.flatMap((stage) => stage.name ?? []);
  const wanted = options.target?.name.toLowerCase();
  const target =
    wanted === undefined ? stages.length - 1 : stages.findLastIndex(({ name }) => name === wanted);
  if (options.target !== undefined && target === -1) {
    const { name, span } = options.target;
    const params = { target: name, stages: named, suggestion: nearMiss(name, named) };
    const notes = [{ message: "the first of its stages", span: stages[0]?.span }];
    return err([...malformed, diagnose(catalogDiagnostics.unknownTarget, params, { span, notes })]);
  }

  const reaches = options.platforms.map((platform) =>
    reachStages(file, read, { target, escape, args: options.args, platform }),
  );
  const misled = distinct(
    reaches.flatMap((reach) => reach.faults),
    ({ message }) => message,
  );
  if (malformed.length > 0 || misled.length > 0) return err([...malformed, ...complain(misled)]);

  const all = <
    K extends
      | "bases"
      | "references"
      | "secrets"
      | "ssh"
      | "contextSources"
      | "args"
      | "fixedPlatforms"
      | "inheritedSources",
  >(
    key: K,
  ) => reaches.flatMap((reach: Reach): readonly Reach[K][number][] => reach[key]);
  const frontend = detectFrontend(file);
  // Another language that looks like a Dockerfile may mean anything.
  const isForeign = frontend?.isDockerfile === false;
  return ok({
    file,
    stages: stages.map(({ name, index, span }) => ({ name, index, span })),
    bases: distinct(all("bases"), ({ image }) => image),
    references: distinct(all("references"), ({ image }) => image),
    secrets: distinct(all("secrets"), ({ id }) => id),
    ssh: distinct(all("ssh"), () => "")[0]?.span,
    contextSources: isForeign
      ? [wholeContext(frontend.span)]
      : distinct(all("contextSources"), ({ span: _span, ...source }) => JSON.stringify(source)),
    inheritedSources: distinct(all("inheritedSources"), ({ keyword }) => keyword),
    canonicalText: isForeign
      ? file.text
      : canonicalDockerfile({
          texts: read,
          reached: new Set(reaches.flatMap((reach) => reach.stages)),
          escape,
          syntax: frontend?.image,
        }),
    args: read.argNames,
    reachedArgs: new Set(all("args").map(({ name }) => name)),
    fixedPlatforms: distinct(all("fixedPlatforms"), ({ text }) => text),
  });
}

function wholeContext(span: Span): ContextSource {
  return { path: undefined, hasWildcard: false, via: "mount", parents: undefined, excludes: [], span };
}

function complain(faults: readonly StageFault[]): readonly Diagnostic[] {
  return faults.map(({ span, ...params }) => diagnose(catalogDiagnostics.badDockerfile, params, { span }));
}

/** Without repetitions of the same thing at the same place, in order of the places. */
function distinct<T extends { readonly span: Span }>(things: readonly T[], key: (thing: T) => string): T[] {
  const byKey = new Map(things.map((thing) => [`${thing.span.start}\n${key(thing)}`, thing]));
  return [...byKey.values()].sort((a, b) => a.span.start - b.span.start);
}
