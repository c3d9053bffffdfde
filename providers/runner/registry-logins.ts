// The credentials that a solve needs of this user's `docker login`s, for a buildctl that runs on another machine: a request in,
// the value of DOCKER_AUTH_CONFIG (Docker CLI 28.3) out, of its registries alone.

import type { SolveRequest } from "../../engine/ports/builder.ts";
import type { ReadEnv } from "../builder/find-tools.ts";
import { basicAuthorization } from "../registry/credentials.ts";
import { parseReference } from "../registry/reference.ts";

export interface RegistryLogins {
  readonly config: string;
  /** To be blanked in every text. */
  readonly secretValues: readonly string[];
}

/** `undefined` where no login is kept for any of them. */
export function findRegistryLogins(request: SolveRequest, env: ReadEnv): RegistryLogins | undefined {
  const references = [
    ...request.namedContexts.flatMap(({ source }) => (source.kind === "registry" ? [source.ref] : [])),
    ...[...request.cacheFrom, ...request.cacheTo].flatMap(referenceOf),
  ];
  const registries = new Set(references.flatMap((text) => parseReference(text)?.registry ?? []));
  const auths: Record<string, { readonly auth: string }> = {};
  const secretValues: string[] = [];
  for (const registry of registries) {
    const auth = basicAuthorization(registry, env)?.replace(/^Basic /, "");
    if (auth === undefined) continue;
    auths[registry === "docker.io" ? "https://index.docker.io/v1/" : registry] = { auth };
    const password = Buffer.from(auth, "base64")
      .toString()
      .replace(/^[^:]*:/, "");
    secretValues.push(auth, password);
  }
  return secretValues.length === 0 ? undefined : { config: JSON.stringify({ auths }), secretValues };
}

/** Of a cache as buildctl takes it: "type=registry,ref=ghcr.io/cache/rust:main", or the reference alone. */
function referenceOf(cache: string): readonly string[] {
  const fields = cache.split(",");
  if (fields.length === 1 && !cache.includes("=")) return [cache];
  return fields.flatMap((field) => (field.startsWith("ref=") ? [field.slice("ref=".length)] : []));
}
