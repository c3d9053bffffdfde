// GitHub's registry: the first part of a path is an owner; what is below it is one package a repository, private at first.

import type { RegistryMapper } from "../../engine/plan/registry-mapper.ts";
import { cacheOptions } from "./cache-options.ts";
import { nestedNames } from "./nested-names.ts";

export const ghcr: RegistryMapper = {
  name: "ghcr",
  ...nestedNames(1),
  cacheOptions,
  // "UNSUPPORTED" for tags and digests (podman-container-tools/skopeo#1880): packages are deleted by another API of GitHub's.
  tagDeletion: "none",
  clearsUntagged: false,
  countsPulls: false,
  listsRepositories: false,
};
