// Which layers, platforms and bases a command is about: the options that build and plan share, and their meaning.

import { absoluteReference } from "../engine/catalog/local-settings.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { Topology } from "../engine/graph/graph.ts";
import { withDescendants } from "../engine/graph/select.ts";
import type { PlanOptions } from "../engine/plan/plan.ts";
import { imageReferencePattern } from "../schemas/image-reference-pattern.ts";
import { advisePlatform, isKnownPlatform, knownPlatformForm } from "../schemas/known-platform.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import type { Platform } from "../schemas/platform.ts";
import { type UsageFault } from "./args.ts";
import { flag, list, type OptionSpecs, type OptionValues, orList, type ParseValue, text } from "./option.ts";
import { selectOperands } from "./select-operands.ts";
import { existsFor, findPlatformFault } from "./selected-platforms.ts";

interface ReplacedBase {
  readonly image: string;
  readonly reference: string;
}

const parsePlatform: ParseValue<Platform> = (value) => {
  if (isKnownPlatform(value)) return ok(value);
  return err({ message: `must be ${knownPlatformForm}`, help: advisePlatform(value) });
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

/** What the operands of a command that selects layers may be. */
export const operandsHelp =
  "LAYER is a name, a pattern ('rust*', '{rust,leptos}'), kind:deps or language:rust. A + in\n" +
  "front adds all that these stand on, a + behind all that stands on them; ! in front takes\n" +
  "them out. Several are a union.";

/** What narrows a selection down to what changed. */
export const narrowingOptions = {
  changed: flag("leave out what is current, by lamina.lock"),
  since: text("REF", "what differs from the merge base of REF and HEAD, and what stands on it"),
  only: flag("exactly the named or changed layers, without what stands on them or they stand on"),
  "with-ancestors": flag("name what the layers stand on as well, where it is current"),
} as const satisfies OptionSpecs;

export const selectionOptions = {
  ...narrowingOptions,
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
  /** In topological order. Empty: every layer, unless `nothing` says otherwise. */
  readonly layers: readonly LayerName[];
  /** Not one layer is selected. */
  readonly nothing: boolean;
  /** What is current is left out. */
  readonly onlyStale: boolean;
  readonly options: PlanOptions;
  readonly platforms: readonly Platform[];
  /** Where none is named: those that exist for none of the platforms asked for. */
  readonly leftOut: readonly LayerName[];
}

type Narrowing = Pick<
  OptionValues<typeof selectionOptions>,
  "changed" | "only" | "with-ancestors" | "force" | "platform"
>;

/** What is wrong with how the options go together, whatever the catalog is. */
export function findOptionFault(
  operands: readonly string[],
  { changed, since, only, force, ...options }: Narrowing & { readonly since?: string | undefined },
): UsageFault | undefined {
  if (only && operands.length === 0 && !changed && since === undefined)
    return {
      message: "--only needs the names of layers, --changed or --since",
      help: "without them, all layers are selected",
    };
  if (only && options["with-ancestors"])
    return {
      message: "--only and --with-ancestors exclude each other",
      help: "--only leaves out what the layers stand on, --with-ancestors names it: keep one of them",
    };
  if (force && changed)
    return {
      message: "--force and --changed exclude each other",
      help: "--changed leaves out what is current, --force builds it: keep one of them",
    };
  return undefined;
}

/** The layers that operands stand for, of which `changedSince` leaves itself and what stands on it; or what is wrong with them. */
export function selectLayers(
  graph: Topology,
  operands: readonly string[],
  options: Narrowing,
  changedSince?: ReadonlySet<LayerName>,
): Result<Selection, UsageFault> {
  const fault = findOptionFault(operands, { ...options, since: changedSince === undefined ? undefined : "" });
  if (fault !== undefined) return err(fault);
  const selected = selectOperands(graph, operands);
  if (!selected.ok) return selected;
  const named = operands.length === 0 ? [] : selected.value;
  const platformFault = findPlatformFault(graph, named, options.platform);
  if (platformFault !== undefined) return err(platformFault);
  const isKept = (name: LayerName) =>
    options.platform.length === 0 || options.platform.some((asked) => existsFor(graph, name, asked));
  const affected =
    changedSince === undefined || options.only ? changedSince : withDescendants(graph, changedSince);
  const narrowed = selected.value.filter((name) => affected?.has(name) !== false);
  const layers = narrowed.filter(isKept);
  return ok({
    layers: operands.length === 0 && layers.length === graph.order.length ? [] : layers,
    nothing: layers.length === 0,
    onlyStale: options.changed,
    options: { only: options.only, force: options.force, withAncestors: options["with-ancestors"] },
    platforms: options.platform,
    leftOut: named.length > 0 ? [] : narrowed.filter((name) => !isKept(name)),
  });
}

/** A line about layers that the selection leaves out, with its end; nothing where there are none. */
export function renderLeftOut({ leftOut, platforms }: Pick<Selection, "leftOut" | "platforms">): string {
  return leftOut.length === 0
    ? ""
    : `left out, not declared for ${orList(platforms)}: ${leftOut.join(", ")}\n`;
}
