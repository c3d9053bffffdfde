// LayerGraph, own inputs and lock in; a Plan out: for each layer and platform whether to build, reuse or hold back,
// and why. Pure: it asks the image store what is there, and changes nothing.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import type { LayerGraph } from "../graph/graph.ts";
import { entryOf, pinOf } from "../lock/lock.ts";
import { type CacheSettings, noCaches, wireCaches } from "./cache/wire-caches.ts";
import { declaredSizes } from "./declared-sizes.ts";
import { estimateBuild, nothing } from "./estimate.ts";
import { type Freshness, judgeFreshness } from "./freshness.ts";
import { type History, typicalBuild } from "./history.ts";
import {
  type ApprovedSize,
  chooseSize,
  type DeclaredSize,
  type RecordedNeed,
  timeBudgetMin,
} from "./sizing.ts";
import { type Plan, type Reason, type Step, stepKey } from "./step.ts";

/** The layers' own images, as far as a plan asks for them: the port ImageStore fits. */
export interface HeldImages {
  holds(image: ImageDigest): boolean;
}

/** What stands in for an external image here. */
export interface ReplacedBase {
  /** An image reference, or "oci-layout:<absolute directory>[@sha256:…]". */
  readonly reference: string;
  /** As far as they are known without asking a network. */
  readonly digests: ReadonlyMap<Platform, ImageDigest>;
}

export interface PlanOptions {
  /** Exactly the selected layers: a stale ancestor blocks instead of being built. */
  readonly only: boolean;
  /** Build the selected layers although they are current. */
  readonly force: boolean;
  /** Build these although they are current. */
  readonly forced?: ReadonlySet<LayerName>;
  /** Name current ancestors of the selected layers as well. */
  readonly withAncestors: boolean;
}

export interface PlanInput {
  readonly graph: LayerGraph;
  /** Of every layer of the graph. */
  readonly ownInputs: ReadonlyMap<LayerName, OwnInputs>;
  readonly lock: Lock;
  /** Empty: all layers. */
  readonly selection: readonly LayerName[];
  readonly options: PlanOptions;
  /** Of layers that declare none: the builder's own. */
  readonly defaultPlatform: Platform;
  /** Only these platforms; empty: each layer's own. */
  readonly platforms: readonly Platform[];
  readonly images: HeldImages;
  /** By the external image's name as declared. */
  readonly replacedBases: ReadonlyMap<string, ReplacedBase>;
  readonly history: History;
  readonly sizes?: SizeRecords | undefined;
  /** Whose build caches are read and written, and where; absent: none are. */
  readonly caches?: CacheSettings | undefined;
  /** Whether runners are leased for money; false for `docker_local`. */
  readonly leased: boolean;
}

/** What sizes are chosen by beside what layers declare; by `stepKey`. */
export interface SizeRecords {
  /** For every layer, over what it says itself. */
  readonly override: DeclaredSize | undefined;
  readonly approved: ReadonlyMap<string, ApprovedSize>;
  readonly recorded: ReadonlyMap<string, RecordedNeed>;
}

/** Decides every step. Parents stand before children; among equals by name, then platform. */
export function makePlan(input: PlanInput): Plan {
  const { options } = input;
  const steps: Step[] = [];
  for (const node of chooseNodes(input)) {
    for (const platform of Array.from(node.platforms.keys()).sort()) {
      const selected = node.platforms.get(platform) === true;
      const isForced = (selected && options.force) || options.forced?.has(node.layer) === true;
      const freshness = judge(input, node, platform, isForced);
      const decision = decide(input, node, platform, selected, freshness);
      node.decisions.set(platform, decision);
      if (decision.action === "left-out") continue;
      if (selected || decision.action !== "reuse" || options.withAncestors)
        steps.push(makeStep(input, node, platform, freshness, decision));
    }
  }
  const replaced = Array.from(input.replacedBases, ([image, { reference }]) => [image, reference] as const);
  return { steps, replacedBases: new Map(replaced) };
}

/** A layer that is selected, or that such a one stands on. */
interface Node {
  readonly layer: LayerName;
  /** Base first. */
  readonly parents: readonly Node[];
  /** True where the layer is selected, false where something stands on it. */
  readonly platforms: Map<Platform, boolean>;
  readonly decisions: Map<Platform, Decision>;
}

/** Of a layer on a platform. "left-out": not current and not selected, where only the selected are to be built. */
type Decision =
  | { readonly action: "reuse"; readonly image: ImageDigest }
  | { readonly action: "build" | "blocked"; readonly reasons: readonly Reason[] }
  | { readonly action: "left-out" };

/** In topological order. */
function chooseNodes(input: PlanInput): readonly Node[] {
  const { graph, defaultPlatform, platforms: asked } = input;
  const nodes = new Map<LayerName, Node>();
  for (const layer of graph.order) {
    const parents = graph.parents(layer).flatMap((parent) => nodes.get(parent) ?? []);
    nodes.set(layer, { layer, parents, platforms: new Map(), decisions: new Map() });
  }
  for (const layer of input.selection.length === 0 ? graph.order : input.selection) {
    const declared = graph.layer(layer).workflow.platforms;
    const all = declared ?? (asked.length === 0 ? [defaultPlatform] : asked);
    for (const platform of all)
      if (asked.length === 0 || asked.includes(platform)) nodes.get(layer)?.platforms.set(platform, true);
  }
  // Children before parents, so that one pass reaches all that anything stands on.
  const ordered = Array.from(nodes.values());
  for (const { parents, platforms } of ordered.toReversed())
    for (const platform of platforms.keys())
      for (const parent of parents)
        if (!parent.platforms.has(platform)) parent.platforms.set(platform, false);
  return ordered;
}

function judge(input: PlanInput, node: Node, platform: Platform, forced: boolean): Freshness {
  const { graph, lock, images, replacedBases } = input;
  const own = input.ownInputs.get(node.layer);
  if (own === undefined) throw new Error(`no inputs were read of ${node.layer}`);
  const parents = new Map<LayerName, ImageDigest | undefined>();
  for (const { layer, decisions } of node.parents) {
    const decision = decisions.get(platform);
    parents.set(layer, decision?.action === "reuse" ? decision.image : undefined);
  }
  const bases = new Map<string, ImageDigest | undefined>();
  for (const image of graph.externalBases(node.layer)) {
    const replaced = replacedBases.get(image);
    bases.set(image, replaced === undefined ? pinOf(lock, image, platform) : replaced.digests.get(platform));
  }
  const freshness = judgeFreshness({
    own,
    platform,
    parents,
    lockedImage: (parent) => entryOf(lock, parent, platform)?.image,
    bases,
    entry: entryOf(lock, node.layer, platform),
    holds: (image) => images.holds(image),
    forced,
  });
  if (freshness.kind === "current" || replacedBases.size === 0) return freshness;
  return { ...freshness, reasons: freshness.reasons.map((reason) => nameReplacement(reason, replacedBases)) };
}

/** An image that is replaced is never pinned: what lacks a digest is what stands in for it. */
function nameReplacement(reason: Reason, replacedBases: PlanInput["replacedBases"]): Reason {
  const replaced = reason.kind === "base-unpinned" ? replacedBases.get(reason.image) : undefined;
  if (reason.kind !== "base-unpinned" || replaced === undefined) return reason;
  return { kind: "base-not-found", image: reason.image, reference: replaced.reference };
}

function decide(
  { options }: PlanInput,
  node: Node,
  platform: Platform,
  selected: boolean,
  freshness: Freshness,
): Decision {
  if (freshness.kind === "current") return { action: "reuse", image: freshness.image };
  if (options.only && !selected) return { action: "left-out" };
  const missing = new Set<LayerName>();
  for (const { layer, decisions } of node.parents) {
    const action = decisions.get(platform)?.action;
    if (action === "blocked" || action === "left-out") missing.add(layer);
  }
  if (missing.size === 0) return { action: "build", reasons: freshness.reasons };
  const reasons = freshness.reasons.map(
    (reason): Reason =>
      reason.kind === "parent-pending" && missing.has(reason.parent)
        ? { kind: "parent-not-current", parent: reason.parent }
        : reason,
  );
  return { action: "blocked", reasons };
}

function makeStep(
  input: PlanInput,
  { layer, parents }: Node,
  platform: Platform,
  freshness: Freshness,
  decision: Exclude<Decision, { action: "left-out" }>,
): Step {
  const { graph, history, leased, sizes } = input;
  const declaration = graph.layer(layer);
  const { workflow, directives } = declaration;
  const key = stepKey(layer, platform);
  const sources = {
    language: workflow.language,
    declared: declaredSizes(declaration, sizes?.override).map(({ size }) => size),
    approved: sizes?.approved.get(key),
    recorded: sizes?.recorded.get(key),
  };
  const runner = chooseSize(sources);
  const budgetMin = timeBudgetMin(sources);
  const builds = decision.action === "build";
  return {
    layer,
    platform,
    action: decision.action,
    reasons: decision.action === "reuse" ? [] : decision.reasons,
    mayBeReused: builds && freshness.kind === "stale" && freshness.mayBeReused,
    inputDigest: freshness.inputDigest,
    imageDigest: decision.action === "reuse" ? decision.image : null,
    parents: parents.map((parent) => parent.layer),
    runner,
    ...(directives?.runners?.reuse === "never" ? { ownMachine: true } : {}),
    timeBudgetMin: budgetMin,
    cache:
      input.caches === undefined
        ? noCaches
        : wireCaches(input.caches, layer, platform, graph.ancestors(layer).toReversed()),
    estimate: builds
      ? estimateBuild(typicalBuild(history, layer, platform), budgetMin, leased ? runner.tier : undefined)
      : nothing,
  };
}
