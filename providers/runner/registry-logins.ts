// The credentials that a solve needs of this user's `docker login`s, for a buildctl that runs on another machine: a request in,
// the value of DOCKER_AUTH_CONFIG (Docker CLI 28.3) out, of its registries alone.

import type { SolveRequest } from "../../engine/ports/builder.ts";
import type { ReadEnv } from "../builder/find-tools.ts";
import { encodeBasic, findCredentials } from "../registry/credentials.ts";
import { parseReference } from "../registry/reference.ts";

export interface RegistryLogins {
  readonly config: string;
  /** To be blanked in every text. */
  readonly secretValues: readonly string[];
}

/** `undefined` where no login is kept for any of them. */
export async function findRegistryLogins(
  request: SolveRequest,
  env: ReadEnv,
  signal: AbortSignal,
): Promise<RegistryLogins | undefined> {
  const references = [
    ...request.namedContexts.flatMap(({ source }) => (source.kind === "registry" ? [source.ref] : [])),
    ...request.cacheFrom.map(({ address }) => address),
  ];
  const registries = new Set(references.flatMap((text) => parseReference(text)?.registry ?? []));
  const auths: Record<string, { readonly auth: string } | { readonly identitytoken: string }> = {};
  const secretValues: string[] = [];
  for (const registry of registries) {
    const { credentials } = await findCredentials(registry, env, signal);
    if (credentials === undefined) continue;
    const key = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
    if (credentials.kind === "password") {
      const auth = encodeBasic(credentials.username, credentials.password);
      auths[key] = { auth };
      secretValues.push(auth, credentials.password);
    } else {
      auths[key] = { identitytoken: credentials.token };
      secretValues.push(credentials.token);
    }
  }
  return secretValues.length === 0 ? undefined : { config: JSON.stringify({ auths }), secretValues };
}
