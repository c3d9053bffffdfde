// The Authorization header of each request to a registry: what the registry asked for in its last 401, met with the credentials that
// `docker login` left, or with an anonymous token. Tokens are kept per registry and scopes until shortly before they expire; one
// request at a time is made for the same.

import { z } from "zod";
import type { Clock } from "../../engine/core/host.ts";
import type { Result } from "../../engine/core/result.ts";
import type { RegistryAddress } from "../../schemas/registry-address.ts";
import { type HttpAnswer, type HttpFailure, httpSend } from "../host/http.ts";
import { parseJson } from "../store/oci-layout.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import { type Credentials, encodeBasic, type FoundCredentials, findCredentials } from "./credentials.ts";
import { SharedWork } from "./shared-work.ts";
import { isTransientStatus } from "./waits.ts";

/** Clients take a token to last that long where nothing, or less, is said (distribution's token.md). */
const shortestLifeMs = 60_000;
const clientId = "lamina";

const tokenSchema = z.looseObject({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});

export interface Authorization {
  readonly header: string | undefined;
  /** A phrase: why there is none, or a weaker one than might be. */
  readonly trouble?: string | undefined;
  /** Whether trying again may help. */
  readonly isTransient?: boolean | undefined;
}

interface Token {
  readonly header: string;
  readonly untilMs: number;
}

export class Authorizer {
  readonly #env: (name: string) => string | undefined;
  readonly #clock: Clock;
  readonly #challenges = new Map<RegistryAddress, Challenge>();
  readonly #tokens = new Map<string, Token>();
  readonly #exchanges = new SharedWork<Authorization>();
  readonly #logins = new Map<RegistryAddress, FoundCredentials>();
  readonly #lookUps = new SharedWork<FoundCredentials>();
  readonly #secrets = new Set<string>();

  constructor(env: (name: string) => string | undefined, clock: Clock) {
    this.#env = env;
    this.#clock = clock;
  }

  /** The text without any password or token that was used so far. */
  blank(text: string): string {
    return Array.from(this.#secrets).reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  }

  /** What to send along with a first try: nothing where the registry has not asked for anything yet. */
  async prepare(
    registry: RegistryAddress,
    scopes: readonly string[],
    signal: AbortSignal,
  ): Promise<Authorization> {
    const challenge = this.#challenges.get(registry);
    return challenge === undefined ? { header: undefined } : this.#meet(registry, challenge, scopes, signal);
  }

  /**
   * What to send instead of `refused`, after a 401 with that WWW-Authenticate header. Without a `header` there is no other way in.
   */
  async answer(
    registry: RegistryAddress,
    {
      wwwAuthenticate,
      scopes,
      refused,
    }: { wwwAuthenticate: string; scopes: readonly string[]; refused: string | undefined },
    signal: AbortSignal,
  ): Promise<Authorization> {
    const challenge = parseChallenge(wwwAuthenticate);
    if (challenge === undefined)
      return { header: undefined, trouble: "it asks for no login that is known here" };
    this.#challenges.set(registry, challenge);
    for (const [key, { header }] of this.#tokens) if (header === refused) this.#tokens.delete(key);
    const wanted = challenge.kind === "bearer" ? [...scopes, ...challenge.scopes] : scopes;
    const found = await this.#meet(registry, challenge, wanted, signal);
    return found.header === refused ? { ...found, header: undefined } : found;
  }

  async #meet(
    registry: RegistryAddress,
    challenge: Challenge,
    scopes: readonly string[],
    signal: AbortSignal,
  ): Promise<Authorization> {
    const { credentials, trouble } = await this.#login(registry, signal);
    if (challenge.kind === "basic") {
      const header = credentials?.kind === "password" ? basicHeader(credentials) : undefined;
      return { header, trouble };
    }
    const key = JSON.stringify([registry, challenge.realm.href, challenge.service, mergeScopes(scopes)]);
    const kept = this.#tokens.get(key);
    if (kept !== undefined && kept.untilMs > this.#clock.nowMs()) return { header: kept.header };
    const work = (own: AbortSignal): Promise<Authorization> =>
      this.#exchange(key, challenge, mergeScopes(scopes), credentials, own);
    const got = await this.#exchanges.join(key, work, signal);
    return { ...got, header: got?.header, trouble: got?.trouble ?? trouble };
  }

  async #login(registry: RegistryAddress, signal: AbortSignal): Promise<FoundCredentials> {
    const kept = this.#logins.get(registry);
    if (kept !== undefined) return kept;
    const look = (own: AbortSignal): Promise<FoundCredentials> => findCredentials(registry, this.#env, own);
    const found = await this.#lookUps.join(registry, look, signal);
    if (found === undefined) return { credentials: undefined };
    this.#logins.set(registry, found);
    if (found.credentials?.kind === "password") {
      const { username, password } = found.credentials;
      this.#keepSecret(password, encodeBasic(username, password));
    } else if (found.credentials !== undefined) this.#keepSecret(found.credentials.token);
    return found;
  }

  async #exchange(
    key: string,
    challenge: Extract<Challenge, { kind: "bearer" }>,
    scopes: readonly string[],
    credentials: Credentials | undefined,
    signal: AbortSignal,
  ): Promise<Authorization> {
    const { realm } = challenge;
    // Credentials go over TLS only, or to this machine.
    const isPrivate =
      realm.protocol === "https:" || /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(realm.hostname);
    if (credentials !== undefined && !isPrivate)
      return { header: undefined, trouble: `no password is sent to ${realm.host} without TLS` };
    const startMs = this.#clock.nowMs();
    const answer = await requestToken(challenge, scopes, credentials, signal);
    const none = (why: string, isTransient: boolean): Authorization => ({
      header: undefined,
      trouble: `${realm.host} gave no token: ${why}`,
      isTransient,
    });
    if (!answer.ok) return none(answer.error.message, true);
    const { status, body } = answer.value;
    if (status !== 200) return none(`HTTP ${status}`, isTransientStatus(status));
    const tokens = tokenSchema.safeParse(parseJson(body)).data;
    const token = tokens?.token ?? tokens?.access_token;
    if (token === undefined) return none("its answer holds none", false);
    const lifeMs = Math.max(shortestLifeMs, (tokens?.expires_in ?? 0) * 1000);
    const header = `Bearer ${token}`;
    this.#keepSecret(token);
    // A request that takes a while must not end after its token.
    this.#tokens.set(key, { header, untilMs: startMs + lifeMs * 0.8 });
    return { header };
  }

  #keepSecret(...values: readonly string[]): void {
    for (const value of values) if (value.length >= 4) this.#secrets.add(value);
  }
}

function requestToken(
  { realm, service }: Extract<Challenge, { kind: "bearer" }>,
  scopes: readonly string[],
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, HttpFailure>> {
  if (credentials?.kind === "identity-token") {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      client_id: clientId,
      refresh_token: credentials.token,
      scope: scopes.join(" "),
      ...(service === undefined ? {} : { service }),
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return httpSend({ method: "POST", url: realm.href, headers, body: form.toString() }, signal);
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const headers = credentials === undefined ? {} : { authorization: basicHeader(credentials) };
  return httpSend({ method: "GET", url: url.href, headers }, signal);
}

function basicHeader({ username, password }: Extract<Credentials, { kind: "password" }>): string {
  return `Basic ${encodeBasic(username, password)}`;
}

/** "repository:a:pull" and "repository:a:push,pull" are one: sorted, so that equal wants are one token. */
function mergeScopes(scopes: readonly string[]): readonly string[] {
  const actions = new Map<string, Set<string>>();
  for (const scope of scopes) {
    const end = scope.lastIndexOf(":");
    const resource = scope.slice(0, Math.max(end, 0));
    const known = actions.get(resource) ?? new Set();
    for (const action of scope.slice(end + 1).split(",")) known.add(action);
    actions.set(resource, known);
  }
  return Array.from(actions, ([resource, set]) => `${resource}:${Array.from(set).sort().join(",")}`).sort();
}
