// What is asked of the registries that keep build caches; what that takes is loaded at the first question.

import type { Registry } from "../engine/ports/registry.ts";
import type { CacheRegistry } from "../engine/run/run-caches.ts";
import type { RegistryAddress } from "../schemas/registry-address.ts";
import { createHost } from "./wire.ts";

/** `plainHttp` are those that speak no TLS, beside this machine's; others may be put in while it is used. */
export function createCacheRegistry(plainHttp: ReadonlySet<RegistryAddress>): CacheRegistry {
  let opened: Promise<Registry> | undefined;
  const open = (): Promise<Registry> => {
    opened ??= import("../providers/registry/open-registry.ts").then(({ openRegistry }) => {
      const { env, clock } = createHost();
      return openRegistry({ env, clock, random: Math.random, plainHttp });
    });
    return opened;
  };
  return {
    resolve: async (...asked) => (await open()).resolve(...asked),
    readManifest: async (...asked) => (await open()).readManifest(...asked),
    putManifest: async (...asked) => (await open()).putManifest(...asked),
    deleteTag: async (...asked) => (await open()).deleteTag(...asked),
  };
}
