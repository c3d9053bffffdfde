// zot: repositories are paths of any depth, and whoever may write makes them by writing.

import type { RegistryMapper } from "../../engine/plan/registry-mapper.ts";
import { cacheOptions } from "./cache-options.ts";
import { nestedNames } from "./nested-names.ts";

export const zot: RegistryMapper = {
  name: "zot",
  ...nestedNames(0),
  cacheOptions,
  // Its manifest stays, and is untagged then (pkg/storage/imagestore, RemoveManifestDescByReference).
  tagDeletion: "tag",
  // An hour after they were pushed (pkg/storage/constants, DefaultGCDelay).
  clearsUntagged: true,
  countsPulls: false,
  listsRepositories: true,
};
