// The name of what an image is based on, whole: others than Docker do not know what stands for a registry that is left out (OCI
// image-spec, annotations.md: image.base.name).

import { parseRegistryAddress } from "../../schemas/registry-address.ts";

/** "docker.io/library/debian:trixie" for "debian:trixie". Without a digest, which has an annotation of its own. */
export function qualifyBaseName(reference: string): string {
  const [named = reference] = reference.split("@");
  const slash = named.indexOf("/");
  const hasRegistry = slash > 0 && parseRegistryAddress(named.slice(0, slash)) !== undefined;
  const whole = hasRegistry ? named : `docker.io/${slash < 0 ? "library/" : ""}${named}`;
  return /:[^/]*$/.test(whole) ? whole : `${whole}:latest`;
}
