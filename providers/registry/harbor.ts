// Harbor: the first part of a path is a project, which must be there; what is in it is a repository by being written.

import type { RegistryMapper } from "../../engine/plan/registry-mapper.ts";
import { cacheOptions } from "./cache-options.ts";
import { nestedNames } from "./nested-names.ts";

export const harbor: RegistryMapper = {
  name: "harbor",
  ...nestedNames(1),
  cacheOptions,
  // By digest only (src/server/registry/manifest.go, deleteManifest), and then with all tags of the artifact.
  tagDeletion: "image",
  // Garbage collection clears them where whoever starts it says so.
  clearsUntagged: false,
  countsPulls: false,
  // For administrators of the system only (goharbor/harbor#6784, #22194).
  listsRepositories: false,
};
