// A project's registry, opened: what is published there, and the way of what is built into it.

import { join } from "node:path";
import type { RepositoryPlace } from "../engine/plan/registry-mapper.ts";
import type { EventSink } from "../engine/ports/event-sink.ts";
import type { Project } from "../engine/project.ts";
import { explainPublication } from "../engine/publish/explain-publication.ts";
import { type PromotionDeps, resumePromotions } from "../engine/publish/promotion.ts";
import { PromotionJournal } from "../engine/publish/promotion-journal.ts";
import { Publication } from "../engine/publish/publication.ts";
import { PublishedLayers } from "../engine/publish/published-layers.ts";
import { describeSource } from "../providers/git/describe-source.ts";
import { processTable } from "../providers/host/process-identity.ts";
import { openImageTransfer } from "../providers/registry/image-transfer.ts";
import { mapperOf } from "../providers/registry/mappers.ts";
import { openRegistry } from "../providers/registry/open-registry.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import { createHost, storeDirectory } from "./wire.ts";

export interface RegistryHere {
  readonly published: PublishedLayers;
  /** What keeps layers from being published: the registry has no names for them. Phrases. */
  readonly nameless: readonly string[];
  /** Of one run. */
  openPublication(sink: EventSink, signal: AbortSignal): Promise<Publication>;
  /** Ends promotions of processes that are no more; a line for each. */
  resume(): Promise<readonly string[]>;
}

export function openRegistryHere(
  { graph, directives }: Pick<Project, "graph" | "directives">,
  base: RepositoryPlace,
  tell: (text: string) => void,
): RegistryHere {
  const { clock, files, env } = createHost();
  const registry = openRegistry({ env, clock, random: Math.random, plainHttp: new Set() });
  const mapper = mapperOf(directives.registry_provider ?? "zot");
  const repositories = new Map<LayerName, RepositoryPlace>();
  const nameless: string[] = [];
  for (const layer of graph.order) {
    const place = mapper.imagesOf(base, layer);
    if (place.ok) repositories.set(layer, place.value);
    else
      nameless.push(
        `${layer} has no place below ${base.registry}/${base.name}: the repository ${place.error}`,
      );
  }
  const published = new PublishedLayers({
    registry,
    repositories,
    onSilence: (failure) => {
      if (failure.kind !== "canceled")
        tell(`what others have published is not looked for: ${failure.message}`);
    },
  });
  const promotion: PromotionDeps = {
    registry,
    journal: new PromotionJournal(files, join(graph.root, ".lamina/promotions")),
    processes: processTable,
  };
  return {
    published,
    nameless,
    openPublication: async (sink, signal) =>
      new Publication(
        {
          ...promotion,
          transfer: openImageTransfer(registry, storeDirectory(graph.root)),
          repositories,
          workspace: graph.workspace,
          facts: await describeSource(graph.root, signal),
          onPushed: (pushed) => sink.emit({ type: "layer.pushed", at: clock.nowMs(), ...pushed }),
        },
        signal,
      ),
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
