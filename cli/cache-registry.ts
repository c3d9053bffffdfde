// What is asked of the registries that keep build caches; what that takes is loaded at the first question.

import type { CacheRegistry } from "../engine/run/run-caches.ts";
import type { RegistryAddress } from "../schemas/registry-address.ts";
import { openRegistry } from "./wire.ts";

/** `plainHttp` are those that speak no TLS, beside this machine's; others may be put in while it is used. */
export function createCacheRegistry(plainHttp: ReadonlySet<RegistryAddress>): CacheRegistry {
  return {
    resolve: async (...asked) => (await openRegistry(plainHttp)).resolve(...asked),
    readManifest: async (...asked) => (await openRegistry(plainHttp)).readManifest(...asked),
    putManifest: async (...asked) => (await openRegistry(plainHttp)).putManifest(...asked),
    deleteTag: async (...asked) => (await openRegistry(plainHttp)).deleteTag(...asked),
  };
}
