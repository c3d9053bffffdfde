// The kinds of registry that are known, as the directives name them.

export const registryProviders = ["zot", "harbor", "ghcr", "dockerhub"] as const;
export type RegistryProvider = (typeof registryProviders)[number];
