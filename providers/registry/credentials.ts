// Credentials for registries as `docker login` keeps them: in Docker's config.json itself ("auths"), or with a program that it
// names ("credHelpers", "credsStore"; github.com/docker/docker-credential-helpers). An address comes in, a login or nothing comes out.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../store/oci-layout.ts";

export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** To be exchanged for tokens (distribution's docs/spec/auth/oauth.md). */
  | { readonly kind: "identity-token"; readonly token: string };

export interface FoundCredentials {
  readonly credentials: Credentials | undefined;
  /** A phrase: why a program that should have known gave none. */
  readonly trouble?: string | undefined;
}

type Env = (name: string) => string | undefined;

const helperName = z.string().regex(/^[\w.-]+$/);
const auth = z.looseObject({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const configSchema = z.looseObject({
  auths: z.record(z.string(), auth).catch({}),
  credsStore: helperName.optional().catch(undefined),
  credHelpers: z.record(z.string(), helperName).catch({}),
});
const answerSchema = z.looseObject({ Username: z.string(), Secret: z.string() });

/** A keychain may ask its user to unlock it. */
const helperTimeoutMs = 30_000;

/** `env` tells where config.json lies; `registry` is as in references. The most particular place that knows the registry counts. */
export async function findCredentials(
  registry: string,
  env: Env,
  signal: AbortSignal,
): Promise<FoundCredentials> {
  const config = readConfig(env);
  if (config === undefined) return { credentials: undefined };
  const keys = keysOf(registry);
  const helper = keys.flatMap((key) => config.credHelpers[key] ?? [])[0] ?? config.credsStore;
  const answer = helper === undefined ? { credentials: undefined } : await askHelper(helper, keys, signal);
  if (answer.credentials !== undefined) return answer;
  const kept = keys.flatMap((key) => readAuth(config.auths[key]) ?? [])[0];
  return kept === undefined ? answer : { credentials: kept };
}

/** As in a header of basic authentication. */
export function encodeBasic(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}

function readConfig(env: Env): z.infer<typeof configSchema> | undefined {
  const directory = env("DOCKER_CONFIG") ?? join(env("HOME") ?? homedir(), ".docker");
  try {
    return configSchema.safeParse(parseJson(readFileSync(join(directory, "config.json")))).data;
  } catch {
    return undefined;
  }
}

/** What a registry is kept under: Docker Hub's key has been a URL since its first version; other tools wrote URLs for every one. */
function keysOf(registry: string): readonly string[] {
  const hub = registry === "docker.io" ? ["https://index.docker.io/v1/", "index.docker.io"] : [];
  return [...hub, registry, `https://${registry}`, `https://${registry}/v2/`];
}

function readAuth(kept: z.infer<typeof auth> | undefined): Credentials | undefined {
  if (kept === undefined) return undefined;
  if (kept.identitytoken !== undefined && kept.identitytoken !== "")
    return { kind: "identity-token", token: kept.identitytoken };
  const [, username, password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(kept.auth ?? "", "base64").toString()) ?? [];
  if (username !== undefined && password !== undefined) return { kind: "password", username, password };
  if (kept.username === undefined || kept.password === undefined) return undefined;
  return { kind: "password", username: kept.username, password: kept.password };
}

/** Asks for the first of the keys alone, as Docker does; "<token>" in place of a name means an identity token. */
async function askHelper(
  name: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<FoundCredentials> {
  // Loaded where there is a helper: it is no small library.
  const { runProcess } = await import("../host/process.ts");
  const program = `docker-credential-${name}`;
  const timeout = AbortSignal.timeout(helperTimeoutMs);
  const request = { program, args: ["get"], input: keys[0] ?? "" };
  const ran = await runProcess(request, AbortSignal.any([signal, timeout]));
  if (ran.ok) {
    const answer = answerSchema.safeParse(parseJson(Buffer.from(ran.value.stdout))).data;
    if (answer === undefined) return trouble(`${program} gave no credentials`);
    const { Username: username, Secret: secret } = answer;
    if (secret === "") return { credentials: undefined };
    if (username === "<token>") return { credentials: { kind: "identity-token", token: secret } };
    return { credentials: { kind: "password", username, password: secret } };
  }
  switch (ran.error.kind) {
    case "canceled":
      return timeout.aborted
        ? trouble(`${program} did not answer within ${helperTimeoutMs / 1000} s`)
        : { credentials: undefined };
    case "not-started":
      return trouble(`${program} could not be started`);
    case "exited":
      // Its way to say that it knows none. Whatever else it prints is its own, and may be a secret.
      return /credentials not found/i.test(ran.error.stdout + ran.error.stderr)
        ? { credentials: undefined }
        : trouble(`${program} failed`);
  }
}

function trouble(text: string): FoundCredentials {
  return { credentials: undefined, trouble: text };
}
