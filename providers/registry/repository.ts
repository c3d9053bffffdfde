// GET requests to one repository of a registry, with the token that the registry asks for (distribution's token
// authentication, docs/spec/auth/token.md): anonymous, or with the credentials that `docker login` left.

import { z } from "zod";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { ResolveFailure } from "../../engine/ports/images.ts";
import { type HttpAnswer, type HttpFailure, httpGet } from "../host/http.ts";
import { parseJson } from "../store/oci-layout.ts";
import { basicAuthorization } from "./credentials.ts";
import { apiBase, type Reference } from "./reference.ts";

export interface Repository {
  /** `path` is below the repository: "manifests/latest". Any answer but 200 is a failure. */
  get(path: string, accept: string): Promise<Result<HttpAnswer, ResolveFailure>>;
}

/** `image` is what the user wrote, for failures. */
export function openRepository(
  reference: Reference,
  image: string,
  env: (name: string) => string | undefined,
  signal: AbortSignal,
): Repository {
  const base = `${apiBase(reference.registry)}/${reference.repository}`;
  let authorization: string | undefined;
  const ask = (path: string, accept: string): Promise<Result<HttpAnswer, HttpFailure>> =>
    httpGet(`${base}/${path}`, { accept, ...(authorization === undefined ? {} : { authorization }) }, signal);
  return {
    async get(path, accept) {
      let answer = await ask(path, accept);
      const challenge =
        answer.ok && answer.value.status === 401 ? answer.value.headers.get("www-authenticate") : null;
      if (challenge !== null && authorization === undefined) {
        const basic = basicAuthorization(reference.registry, env);
        authorization = /^basic\b/i.test(challenge)
          ? basic
          : await fetchToken(challenge, reference, basic, signal);
        if (authorization !== undefined) answer = await ask(path, accept);
      }
      if (!answer.ok) return err({ kind: "unreachable", image, message: answer.error.message });
      const { status } = answer.value;
      if (status === 200) return ok(answer.value);
      if (status === 404) return err({ kind: "not-found", image });
      if (status === 401 || status === 403) return err({ kind: "unauthorized", image });
      return err({
        kind: "unreachable",
        image,
        message: `${reference.registry} answered with HTTP ${status}`,
      });
    },
  };
}

const tokenSchema = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });

/** Answers a challenge such as `Bearer realm="https://auth.example/token",service="registry.example"`. */
async function fetchToken(
  challenge: string,
  reference: Reference,
  basic: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const fields = new Map(
    Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), (found) => [found[1] ?? "", found[2] ?? ""]),
  );
  const realm = fields.get("realm");
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  // Credentials go over TLS only, or to this machine.
  const isPlain = url.protocol !== "https:" && !/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  const service = fields.get("service");
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", fields.get("scope") ?? `repository:${reference.repository}:pull`);
  const headers = basic === undefined || isPlain ? {} : { authorization: basic };
  const answer = await httpGet(url.href, headers, signal);
  if (!answer.ok || answer.value.status !== 200) return undefined;
  const tokens = tokenSchema.safeParse(parseJson(answer.value.body)).data;
  const token = tokens?.token ?? tokens?.access_token;
  return token === undefined ? undefined : `Bearer ${token}`;
}
