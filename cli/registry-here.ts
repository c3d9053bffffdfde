// A project's registries, opened: what is published there, and the way of what is built into them.

import { join } from "node:path";
import { ok, type Result } from "../engine/core/result.ts";
import type { LayerGraph } from "../engine/graph/graph.ts";
import type { EventSink } from "../engine/ports/event-sink.ts";
import type { RegistryFailure } from "../engine/ports/registry.ts";
import type { Project } from "../engine/project.ts";
import { attest } from "../engine/publish/attest.ts";
import { compareLock, type LockedImage, type RemoteState } from "../engine/publish/compare-lock.ts";
import { explainPublication } from "../engine/publish/explain-publication.ts";
import { type PromotionDeps, resumePromotions } from "../engine/publish/promotion.ts";
import { PromotionJournal } from "../engine/publish/promotion-journal.ts";
import { Publication } from "../engine/publish/publication.ts";
import { PublishedLayers } from "../engine/publish/published-layers.ts";
import { type CollectorDeps, collectArtifacts } from "../engine/run/collect-artifacts.ts";
import { describeSource } from "../providers/git/describe-source.ts";
import { processTable } from "../providers/host/process-identity.ts";
import { openImageInventory } from "../providers/inventory/read-image.ts";
import { openImageTransfer } from "../providers/registry/image-transfer.ts";
import { openBlobWriter } from "../providers/store/write-blob.ts";
import type { UsageFault } from "./args.ts";
import { packageVersion } from "./package-root.ts";
import { placeLayers } from "./place-layers.ts";
import { describeSilence } from "./project-registry.ts";
import type { UsableRegistry } from "./registry-base.ts";
import { createHost, openRegistry, storeDirectory } from "./wire.ts";

export interface RegistryHere {
  readonly published: PublishedLayers;
  /** Why nothing can be published. */
  readonly refusal: UsageFault | undefined;
  /** Of one run. */
  readonly openPublication: (
    collector: Pick<CollectorDeps, "placer" | "images">,
    sink: EventSink,
    signal: AbortSignal,
  ) => Promise<Publication>;
  /** The lock's images beside those of each registry that images go to, or may be had from. */
  readonly compare: (
    locked: readonly LockedImage[],
    signal: AbortSignal,
  ) => Promise<Result<readonly RegistryStates[], RegistryFailure>>;
  /** Ends promotions of processes that are no more; a line for each. */
  readonly resume: () => Promise<readonly string[]>;
}

export interface RegistryStates {
  readonly registry: string;
  readonly states: readonly RemoteState[];
}

export async function openRegistryHere(
  { graph }: Pick<Project, "graph">,
  registries: readonly UsableRegistry[],
  kind: "catalog" | "project",
  tell: (text: string) => void,
): Promise<RegistryHere> {
  const { clock, files } = createHost();
  const registry = await openRegistry(
    registries.flatMap((each) => (each.plainHttp ? [each.base.registry] : [])),
  );
  const readable = registries.filter(({ may }) => may("images", "pull"));
  const targets = registries.filter(({ isTarget, may }) => isTarget && may("images", "push"));
  const repositories = readable.map((each) => placeLayers(each, graph, kind).repositories);
  const published = new PublishedLayers({
    registry,
    clock,
    registries: () => repositories,
    onSilence: (failure) => {
      if (failure.kind !== "canceled") tell(describeSilence(failure));
    },
  });
  const promotion: PromotionDeps = {
    registry,
    journal: new PromotionJournal(files, join(graph.root, ".lamina/promotions")),
    processes: processTable,
  };
  const [first] = graph.order;
  const sources = kind === "project" && first !== undefined ? graph.layer(first).directory : graph.root;
  return {
    published,
    refusal: findRefusal(registries, targets, graph, kind),
    openPublication: async ({ placer, images }, sink, signal) => {
      const store = storeDirectory(graph.root);
      const facts = await describeSource(sources, signal);
      const attestDeps = {
        inventory: openImageInventory(store),
        blobs: openBlobWriter(files, store),
        clock,
        version: packageVersion(),
        source: facts,
        tell,
      };
      return new Publication(
        {
          ...promotion,
          published,
          transfer: openImageTransfer(registry, store),
          targets: targets.map((each) => placeLayers(each, graph, kind).repositories),
          workspace: graph.workspace,
          newest: kind === "project" ? targets[0]?.tag : undefined,
          facts,
          clock,
          attest: (image, whole) => attest(image, attestDeps, whole),
          collect: (layer, platform, entry, whole) =>
            collectArtifacts(
              {
                placer,
                images,
                published,
                files,
                folder: join(graph.root, ".lamina/artifacts"),
                workspace: graph.workspace,
              },
              layer,
              platform,
              entry,
              whole,
            ),
          onPushed: (pushed) => sink.emit({ type: "layer.pushed", at: clock.nowMs(), ...pushed }),
        },
        signal,
      );
    },
    compare: async (locked, signal) => {
      const all: RegistryStates[] = [];
      for (const each of registries.filter(({ may }) => may("images", "pull"))) {
        const { repositories } = placeLayers(each, graph, kind);
        const states = await compareLock(locked, { registry, clock }, repositories, signal);
        if (!states.ok) return states;
        all.push({ registry: each.name, states: states.value });
      }
      return ok(all);
    },
    resume: async () => {
      const ended = await resumePromotions(promotion);
      return ended.map(({ record, end }) => {
        const tags = record.moves.length;
        if (end.kind === "moved") return `a promotion of ${tags} tags that was cut short is finished`;
        return `a promotion of ${tags} tags was cut short: ${explainPublication(end).message}`;
      });
    },
  };
}

function findRefusal(
  registries: readonly UsableRegistry[],
  targets: readonly UsableRegistry[],
  graph: LayerGraph,
  kind: "catalog" | "project",
): UsageFault | undefined {
  const wanted = registries.filter(({ isTarget }) => isTarget);
  const forbidden = wanted.find((each) => !targets.includes(each));
  if (wanted.length === 0)
    return {
      message: "the registry topology has no registry that images may be pushed to",
      help: "give one of them capabilities = { images = ['pull, 'push] }",
    };
  if (forbidden !== undefined)
    return {
      message: `whoever builds here may not push images to ${forbidden.name}`,
      help: "participants of registry_topology say who may; --actor says who builds",
    };
  const nameless = targets.flatMap((each) => placeLayers(each, graph, kind).nameless);
  const [message] = nameless;
  if (message === undefined) return undefined;
  return { message, help: "artifact.image in catalog/build_directives.ncl says where images go" };
}
