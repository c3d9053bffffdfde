// Credentials for registries as `docker login` keeps them: the "auths" of Docker's config.json. Helpers that keep them
// elsewhere are not asked: an anonymous look-up is tried instead.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const configSchema = z.looseObject({
  auths: z.record(z.string(), z.looseObject({ auth: z.string().optional() })).default({}),
});

/** The value of an Authorization header with basic authentication; `undefined` when nothing is kept. */
export function basicAuthorization(
  registry: string,
  env: (name: string) => string | undefined,
): string | undefined {
  const directory = env("DOCKER_CONFIG") ?? join(env("HOME") ?? homedir(), ".docker");
  let auths: z.infer<typeof configSchema>["auths"];
  try {
    auths = configSchema.parse(JSON.parse(readFileSync(join(directory, "config.json"), "utf8"))).auths;
  } catch {
    return undefined;
  }
  // Docker Hub's key has been a URL since its first version; other tools wrote URLs for every registry.
  const hub = registry === "docker.io" ? ["https://index.docker.io/v1/", "index.docker.io"] : [];
  for (const key of [registry, `https://${registry}`, `https://${registry}/v2/`, ...hub]) {
    const auth = auths[key]?.auth;
    if (auth !== undefined && auth !== "") return `Basic ${auth}`;
  }
  return undefined;
}
