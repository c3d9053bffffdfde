// Where a registry is, as references to images spell it: "docker.io", "ghcr.io", "127.0.0.1:5000".

declare const brand: unique symbol;
/** Lower-case; Docker Hub is "docker.io", whatever its hosts are called. */
export type RegistryAddress = string & { readonly [brand]: "RegistryAddress" };

const label = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
const pattern = new RegExp(`^(${label}(\\.${label})*|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?$`);

/** Other names of Docker Hub's. */
const hubHosts: ReadonlySet<string> = new Set([
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
]);

function isRegistryAddress(text: string): text is RegistryAddress {
  // A word without a dot or a port is the first part of a name at Docker Hub (github.com/distribution/reference, splitDockerDomain).
  return pattern.test(text) && (/[.:]/.test(text) || text === "localhost");
}

/** `undefined` where the text is none, such as one with a scheme or a path. */
export function parseRegistryAddress(text: string): RegistryAddress | undefined {
  const lower = text.toLowerCase();
  const address = hubHosts.has(lower) ? "docker.io" : lower;
  return isRegistryAddress(address) ? address : undefined;
}
