// Which layers, platforms and bases a command is about: the options that build and plan share, and their meaning.

import { absoluteReference } from "../engine/catalog/local-settings.ts";
import { nearMiss } from "../engine/core/near-miss.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { LayerGraph } from "../engine/graph/graph.ts";
import type { PlanOptions } from "../engine/plan/plan.ts";
import { imageReferencePattern } from "../schemas/image-reference-pattern.ts";
import { isPlatform } from "../schemas/is-platform.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import type { Platform } from "../schemas/platform.ts";
import { type UsageFault } from "./args.ts";
import { flag, list, type OptionSpecs, type OptionValues, orList, type ParseValue } from "./option.ts";
import { existsFor, findPlatformFault } from "./selected-platforms.ts";

interface ReplacedBase {
  readonly image: string;
  readonly reference: string;
}

const parsePlatform: ParseValue<Platform> = (value) => {
  return isPlatform(value) ? ok(value) : err('must be os/architecture, such as "linux/arm64"');
};

const layoutPattern = /^oci-layout:[^@]+(@sha256:[0-9a-f]{64})?$/;

const parseBase: ParseValue<ReplacedBase> = (value) => {
  const equals = value.indexOf("=");
  const image = value.slice(0, Math.max(0, equals));
  const reference = value.slice(equals + 1);
  if (!imageReferencePattern.test(image))
    return err("must be IMAGE=REFERENCE, such as debian:trixie-slim=my/debian:1");
  if (!imageReferencePattern.test(reference) && !layoutPattern.test(reference))
    return err('must end in the reference of an image or "oci-layout:" and a folder');
  return ok({ image, reference });
};

export const baseOption = list(
  "IMAGE=REF",
  "put REF (an image, or oci-layout:FOLDER) in place of an external base; may be repeated",
  parseBase,
);

export const selectionOptions = {
  changed: flag("all layers with changes, and what stands on them (the same as naming none)"),
  only: flag("exactly the named layers; those that stand on stale ones are held back"),
  "with-ancestors": flag("name what the layers stand on as well, where it is current"),
  force: flag("the named layers even if they are current"),
  platform: list("OS/ARCH", "only this platform, such as linux/arm64; may be repeated", parsePlatform),
  base: baseOption,
} as const satisfies OptionSpecs;

/** Replacements named with --base; folders count from `directory`. A later one wins. */
export function replacedBases(
  bases: readonly ReplacedBase[],
  directory: string,
): ReadonlyMap<string, string> {
  return new Map(bases.map(({ image, reference }) => [image, absoluteReference(directory, reference)]));
}

export interface Selection {
  readonly layers: readonly LayerName[];
  readonly options: PlanOptions;
  readonly platforms: readonly Platform[];
  /** Where all are selected: those that exist for none of the platforms asked for. */
  readonly leftOut: readonly LayerName[];
}

/** The layers that names and globs stand for, in topological order; or what is wrong with them. */
export function selectLayers(
  graph: LayerGraph,
  operands: readonly string[],
  options: Pick<
    OptionValues<typeof selectionOptions>,
    "changed" | "only" | "with-ancestors" | "force" | "platform"
  >,
): Result<Selection, UsageFault> {
  if (options.changed && operands.length > 0)
    return err({ message: "--changed chooses the layers itself", help: "leave out the names, or --changed" });
  if (options.only && operands.length === 0)
    return err({
      message: "--only needs the names of layers",
      help: "without names, all layers are selected",
    });
  if (options.only && options["with-ancestors"])
    return err({
      message: "--only and --with-ancestors exclude each other",
      help: "--only leaves out what the layers stand on, --with-ancestors names it: keep one of them",
    });
  const chosen = new Set<LayerName>();
  for (const operand of operands) {
    const matched = matchLayers(graph, operand);
    if (!matched.ok) return matched;
    for (const name of matched.value) chosen.add(name);
  }
  const layers = graph.order.filter((name) => chosen.has(name));
  const fault = findPlatformFault(graph, layers, options.platform);
  if (fault !== undefined) return err(fault);
  const isKept = (name: LayerName) => options.platform.some((asked) => existsFor(graph, name, asked));
  const leftOut =
    operands.length > 0 || options.platform.length === 0 ? [] : graph.order.filter((name) => !isKept(name));
  return ok({
    layers: leftOut.length === 0 ? layers : graph.order.filter(isKept),
    options: { only: options.only, force: options.force, withAncestors: options["with-ancestors"] },
    platforms: options.platform,
    leftOut,
  });
}

/** A line about layers that the selection leaves out, with its end; nothing where there are none. */
export function renderLeftOut({ leftOut, platforms }: Pick<Selection, "leftOut" | "platforms">): string {
  return leftOut.length === 0
    ? ""
    : `left out, not declared for ${orList(platforms)}: ${leftOut.join(", ")}\n`;
}

/** One layer by its very name. */
export function findLayer(graph: LayerGraph, name: string): Result<LayerName, UsageFault> {
  if (graph.has(name)) return ok(name);
  const near = nearMiss(name, graph.order);
  return err({
    message: `there is no layer ${JSON.stringify(name)}`,
    help: near === undefined ? `the layers are ${graph.order.join(", ")}` : `did you mean "${near}"?`,
  });
}

function matchLayers(graph: LayerGraph, operand: string): Result<readonly LayerName[], UsageFault> {
  if (!/[*?]/.test(operand)) {
    const found = findLayer(graph, operand);
    return found.ok ? ok([found.value]) : found;
  }
  const pattern = new RegExp(
    `^${operand
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );
  const matching = graph.order.filter((name) => pattern.test(name));
  if (matching.length > 0) return ok(matching);
  return err({
    message: `no layer is named like ${JSON.stringify(operand)}`,
    help: `the layers are ${graph.order.join(", ")}`,
  });
}
