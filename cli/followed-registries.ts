// What others have published, for whoever looks at a project again and again: asked are the registries that its directives name at the
// moment, through one memory, so that what was found stays found, and a registry that does not answer is told of once.

import type { Actor } from "../engine/plan/cache/actor.ts";
import type { Project } from "../engine/project.ts";
import { type LayerRepositories, PublishedLayers } from "../engine/publish/published-layers.ts";
import type { RegistryAddress } from "../schemas/registry-address.ts";
import { createCacheRegistry } from "./cache-registry.ts";
import { placeLayers } from "./place-layers.ts";
import type { PublishedSource } from "./project.ts";
import { describeSilence } from "./project-registry.ts";
import { findRegistries } from "./registry-base.ts";
import { createHost } from "./wire.ts";

export class FollowedRegistries {
  readonly published: PublishedLayers;
  readonly #plainHttp: Set<RegistryAddress>;
  #asked: readonly LayerRepositories[] = [];
  #key = "";

  /** Registries that speak no TLS are put into `plainHttp` while it is used. */
  constructor(plainHttp: Set<RegistryAddress>, tell: (text: string) => void) {
    this.#plainHttp = plainHttp;
    this.published = new PublishedLayers({
      registry: createCacheRegistry(plainHttp),
      clock: createHost().clock,
      registries: () => this.#asked,
      onSilence: (failure) => {
        if (failure.kind !== "canceled") tell(describeSilence(failure));
      },
    });
  }

  /** Takes up those of the project as it is now; undefined where nobody is to be asked. */
  follow(
    { graph, directives }: Pick<Project, "graph" | "directives">,
    actor: Actor | undefined,
  ): PublishedSource | undefined {
    const readable = findRegistries(directives, actor).filter(({ may }) => may("images", "pull"));
    const key = JSON.stringify([readable, graph.order]);
    if (key !== this.#key) {
      this.#key = key;
      this.#asked = readable.map((each) => placeLayers(each, graph, "catalog").repositories);
      for (const { base, plainHttp } of readable) if (plainHttp) this.#plainHttp.add(base.registry);
    }
    return readable.length === 0 ? undefined : { open: () => Promise.resolve(this) };
  }
}
