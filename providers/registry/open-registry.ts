// The one client for registries, over plain HTTP: see engine/ports/registry.ts for its laws.

import type { Registry } from "../../engine/ports/registry.ts";
import { type ApiSettings, RegistryApi } from "./api.ts";
import { openBlobs } from "./blobs.ts";
import { openLists } from "./lists.ts";
import { openManifests } from "./manifests.ts";
import { openPushes } from "./push-blob.ts";

export interface RegistrySettings extends ApiSettings {
  /** Of a large blob, what goes in one request. */
  readonly pieceBytes?: number | undefined;
}

/** Asks nothing of anybody until it is used; holds nothing that would have to be closed. */
export function openRegistry(settings: RegistrySettings): Registry {
  const api = new RegistryApi(settings);
  return {
    ...openManifests(api),
    ...openBlobs(api),
    ...openPushes(api, settings.pieceBytes),
    ...openLists(api),
  };
}
