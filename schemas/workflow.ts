// catalog/<layer>/workflow.ncl as evaluated: what a layer says of itself. Keys stay as written, so that the path of a
// parsed value is the path of its declaration. Twin: workflow.ncl.

import { z } from "zod";
import { expects } from "./form/expects.ts";
import { distinctListOf, listOf } from "./form/list.ts";
import { evenIfOthersFail, strictRecord } from "./form/record.ts";
import { nonEmptyText, oneOf, stringOr, textLike } from "./form/text.ts";
import { imageReference } from "./image-reference.ts";
import { layerName } from "./layer-name.ts";
import { levelHierarchy } from "./level-hierarchy.ts";
import { knownPlatform } from "./platform.ts";
import { refuseHalfSizes, sizing } from "./sizing.ts";

/** What a layer is for: compilers and their like, cooked dependencies, or single tools. */
export const layerKinds = ["toolchain", "deps", "utility"] as const;

/** File name of an executable. */
export const toolNamePattern = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;
/** A part of a path: neither empty nor "." nor "..", without control characters. */
const pathPart = /([^/.\p{Cc}][^/\p{Cc}]*|\.[^/.\p{Cc}][^/\p{Cc}]*|\.\.[^/\p{Cc}]+)/u.source;
/** Absolute, without a slash at the end. */
export const artifactPathPattern = new RegExp(`^(/${pathPart})+$`, "u");
/** Within the layer's folder. */
export const dockerfilePathPattern = new RegExp(`^${pathPart}(/${pathPart})*$`, "u");
/** A build argument's or an environment variable's. */
export const argNamePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const secretIdPattern = /^[A-Za-z0-9_.-]+$/;
/** Of stages, as BuildKit takes them. */
export const stageNamePattern = /^[A-Za-z][A-Za-z0-9_.-]*$/;
/** Tools' own words of their versions are matched against ranges of this form, as semver reads them. */
export const versionRangePattern = versionRanges();

export const stageName = textLike(stageNamePattern, "the name of a stage");
export const secretId = textLike(secretIdPattern, "the id of a secret: letters, digits and _ . -");
export const dockerfilePath = textLike(
  dockerfilePathPattern,
  'a path within the folder, such as "Dockerfile"',
);
export const platforms = distinctListOf(knownPlatform, 'platforms, such as "linux/arm64"').min(
  1,
  "must name a platform, or be left out for the builder's own",
);
export const buildArgs = z.record(
  z.string().regex(argNamePattern, "must be the name of a build argument: letters, digits and underscores"),
  z.string(expects('a string: write "1", not 1')),
  expects("a record of strings"),
);

const toolName = textLike(toolNamePattern, 'the name of an executable, such as "cargo"');
export const toolRecord = strictRecord("a tool", {
  name: toolName,
  /** Command that proves it, executed without a shell. Default: the tool with --version. */
  check: listOf(nonEmptyText("an argument"), "arguments, the command first")
    .min(1, 'must hold a command, such as ["cargo", "--version"]')
    .optional(),
  version: textLike(versionRangePattern, 'a range of versions, such as ">=1.80" or "^2.1 || 3"').optional(),
});

/** `check` is filled in; `version` is there only where one is demanded. */
export interface Tool {
  readonly name: string;
  readonly check: readonly string[];
  readonly version?: string | undefined;
}

const tool = stringOr(
  toolName,
  toolRecord,
  "the name of an executable or a record { name, check, version }",
).transform((declared): Tool => {
  if (typeof declared === "string") return { name: declared, check: [declared, "--version"] };
  return { ...declared, check: declared.check ?? [declared.name, "--version"] };
});

const buildBase = stringOr(
  layerName,
  strictRecord("an external base", { image: imageReference }),
  'the name of a layer or a record { image = "debian:trixie-slim" }',
);

const layers = distinctListOf(layerName, "names of layers").default([]);

export const workflow = strictRecord("a layer", {
  /** Equal to the name of its folder. */
  name: layerName,
  kind: oneOf(layerKinds),
  /** A layer's name, or an image outside the catalog. */
  build_base: buildBase,
  /** What must run in the image after the build. */
  tools_provided: distinctListOf(tool, "tools", (each) => each.name),
  /** What is promoted to the registry: absolute paths in the image. */
  artifact_paths: distinctListOf(
    textLike(artifactPathPattern, 'an absolute path without "." and ".." and no slash at the end'),
    "absolute paths",
  ),
  /** Decides the default size of a runner. */
  language: textLike(/^[a-z][a-z0-9+#-]*$/, 'a language in lower-case letters, such as "rust"'),
  /** Further layers that the Dockerfile takes from. */
  copies_from: layers,
  /** What layers below must provide. */
  tools_required: distinctListOf(toolName, "names of executables").default([]),
  /** Build arguments. */
  args: buildArgs.default({}),
  /** Ids of secrets that the Dockerfile mounts. */
  secrets: distinctListOf(secretId, "ids of secrets").default([]),
  /** Whether the Dockerfile mounts an SSH agent. */
  ssh: z.boolean(expects("true or false")).default(false),
  /** Absent: the builder's own platform. */
  platforms: platforms.optional(),
  /** The stage that becomes the image; absent: the last. */
  target: stageName.optional(),
  /** Relative to the layer's folder. */
  dockerfile: dockerfilePath.default("Dockerfile"),
  ...sizing,
  level_hierarchy: levelHierarchy.optional(),
}).superRefine(refuseHalfSizes, evenIfOthersFail);

export type Workflow = z.output<typeof workflow>;

/** Comparators as semver reads them, a set of alternatives between "||"; without hyphen ranges. */
function versionRanges(): RegExp {
  const number = "(0|[1-9][0-9]{0,14})";
  const prerelease = `-(${number}|[A-Za-z][0-9A-Za-z-]*)(\\.(${number}|[A-Za-z][0-9A-Za-z-]*))*`;
  const version = `${number}(\\.x|\\.${number}(\\.x|\\.${number}(${prerelease})?)?)?`;
  const comparator = `(>=|<=|>|<|=|\\^|~)? *v?${version}`;
  const range = `(\\*|${comparator}( +${comparator})*)`;
  return new RegExp(`^${range}( *\\|\\| *${range})*$`);
}
