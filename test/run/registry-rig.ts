// A run that asks a registry and publishes there. Several of them may share one registry, as machines do.

import { type ImageDigest, sha256 } from "../../engine/core/digest.ts";
import { ok } from "../../engine/core/result.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type { Plan } from "../../engine/plan/step.ts";
import type { ImageInventory } from "../../engine/ports/image-inventory.ts";
import type { ImageTransfer, PushRequest } from "../../engine/ports/image-transfer.ts";
import type { RegistryFailure } from "../../engine/ports/registry.ts";
import { attest } from "../../engine/publish/attest.ts";
import { planPublished } from "../../engine/publish/plan-published.ts";
import { PromotionJournal } from "../../engine/publish/promotion-journal.ts";
import { type CollectFailure, Publication } from "../../engine/publish/publication.ts";
import { PublishedLayers } from "../../engine/publish/published-layers.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock } from "../../schemas/lock.ts";
import { imageOf } from "../fakes/images.ts";
import { FakeProcesses } from "../fakes/processes.ts";
import type { FakeRegistry } from "../fakes/registry.ts";
import type { Project } from "../plan/project.ts";
import { placeOf } from "../publish/places.ts";
import { RunRig } from "./rig.ts";

export class RegistryRig extends RunRig {
  readonly registry: FakeRegistry;
  readonly pushed: PushRequest[] = [];
  readonly pulled: ImageDigest[] = [];
  /** What is attached to images, as it was made: each manifest comes last. */
  readonly attached: string[] = [];
  /** What could not be looked into, in words. */
  readonly told: string[] = [];
  content: Awaited<ReturnType<ImageInventory["read"]>> = ok({
    distribution: undefined,
    packages: [],
    unread: [],
  });
  readonly silences: RegistryFailure[] = [];
  readonly processes = new FakeProcesses();
  /** What pushes come to; undefined: they succeed. */
  pushFailure: RegistryFailure | undefined;
  /** Layers whose artifacts were taken out of their images. */
  readonly collected: string[] = [];
  collectFailure: CollectFailure | undefined;
  readonly #asks: PublishedLayers;
  readonly #repositories: ReadonlyMap<LayerName, RepositoryPlace>;

  constructor(project: Project, registry: FakeRegistry, lock?: Lock) {
    super(project, lock);
    this.registry = registry;
    this.#repositories = new Map(project.graph.order.map((name) => [name, placeOf(name)]));
    this.#asks = new PublishedLayers({
      registry,
      clock: this.clock,
      registries: () => [this.#repositories],
      onSilence: (failure) => this.silences.push(failure),
    });
    this.published = this.#asks;
  }

  /** From now on its runs publish; each needs this anew. */
  publish(): void {
    const { registry, processes } = this;
    const transfer: ImageTransfer = {
      pull: async (_, image) => {
        this.pulled.push(image);
        this.images.add(image);
        return ok({ sentBytes: 1000, sentBlobs: 2, mountedBlobs: 0, presentBlobs: 0 });
      },
      push: async (request) => {
        if (this.pushFailure !== undefined) return { ok: false, error: this.pushFailure };
        if (this.attached.some((text) => sha256(text) === request.image)) {
          registry.plant(request.repository, request.image);
          return ok({ sentBytes: 10, sentBlobs: 1, mountedBlobs: 0, presentBlobs: 0 });
        }
        const isStored = this.images.holds(request.image) || this.collected.length > 0;
        if (!isStored) return { ok: false, error: { kind: "not-stored", message: "the store lacks it" } };
        this.pushed.push(request);
        registry.plant(request.repository, request.image);
        return ok({ sentBytes: 1000, sentBlobs: 2, mountedBlobs: 0, presentBlobs: 0 });
      },
    };
    this.publication = new Publication(
      {
        registry,
        transfer,
        processes,
        published: this.#asks,
        journal: new PromotionJournal(this.files, "/project/.lamina/promotions"),
        targets: [this.#repositories],
        workspace: "lamina",
        facts: { source: "https://git.example/catalog", revision: "0123abc" },
        clock: this.clock,
        collect: async (collected) => {
          this.collected.push(collected.name);
          const image = imageOf(`artifacts of ${collected.name}`);
          return this.collectFailure === undefined
            ? ok({ image, sizeBytes: 10 })
            : { ok: false, error: this.collectFailure };
        },
        attest: (image, signal) =>
          attest(
            image,
            {
              inventory: { read: async () => this.content },
              blobs: {
                add: (bytes) => {
                  this.attached.push(new TextDecoder().decode(bytes));
                  return ok(undefined);
                },
              },
              clock: this.clock,
              version: "1.2.3",
              source: { source: "https://git.example/catalog", revision: "0123abc" },
              tell: (text) => this.told.push(text),
            },
            signal,
          ),
        onPushed: ({ layer, platform, image, repository, sentBytes }) => {
          const at = this.clock.nowMs();
          this.log.emit({ type: "layer.pushed", at, layer, platform, image, repository, sentBytes });
        },
      },
      this.stop.signal,
    );
  }

  /** The plan of a project that asks the registry. */
  async planAsking(): Promise<Plan> {
    const { published } = this;
    if (published === undefined) throw new Error("it asks nobody");
    return planPublished(this.planInput(), () => Promise.resolve(published), this.stop.signal);
  }
}
