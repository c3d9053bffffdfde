// The words for what a registry may be used for, apart from the schema of a topology: most commands need no more.

/** To read what is there; to write there; to keep build caches there. */
export const capabilities = ["pull", "push", "cache"] as const;
export type Capability = (typeof capabilities)[number];

/** Promoted images; canonical build caches; those of people and agents. */
export const registryNamespaces = ["images", "ci", "dev"] as const;
export type RegistryNamespace = (typeof registryNamespaces)[number];
