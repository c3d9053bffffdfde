// What a registry's refusal means: its status and the codes of its body (OCI distribution spec, "Error Codes") come in, a failure of
// the port comes out, with the registry's own words.

import { z } from "zod";
import type { RegistryFailure } from "../../engine/ports/registry.ts";
import type { HttpAnswer } from "../host/http.ts";
import { parseJson } from "../store/oci-layout.ts";

const errorsSchema = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string().catch(""), message: z.string().catch("") })),
});
/** Of the registry's own words. */
const maxWords = 300;

/** Codes of the specification's, upper case; empty where the body has none. */
export function errorCodes(answer: HttpAnswer): readonly string[] {
  return (errorsSchema.safeParse(parseJson(answer.body)).data?.errors ?? []).map(({ code }) =>
    code.toUpperCase(),
  );
}

/** For any answer that is no success; `registry` is for the message. */
export function answerFailure(registry: string, answer: HttpAnswer): RegistryFailure {
  const { status } = answer;
  const codes = errorCodes(answer);
  const words = registryWords(answer);
  const said = `${registry} answered with HTTP ${status}${words === "" ? "" : `: ${words}`}`;
  const has = (...known: readonly string[]): boolean => codes.some((code) => known.includes(code));
  // ghcr.io says so with a 403 (markrussinovich/refchecker#67).
  if (status === 429 || (status === 403 && /rate limit/i.test(words)))
    return { kind: "rate-limited", message: said, retryAfterMs: undefined };
  if (status >= 500) return { kind: "unreachable", message: said };
  if (status === 401) return { kind: "unauthorized", message: said };
  if (status === 405 || has("UNSUPPORTED")) return { kind: "unsupported", message: said };
  if (status === 403 || has("DENIED")) return { kind: "denied", message: said };
  // What a manifest speaks of is not there: that is no answer to where the manifest is.
  if (has("MANIFEST_BLOB_UNKNOWN")) return { kind: "refused", message: said };
  if (has("DIGEST_INVALID", "SIZE_INVALID")) return { kind: "damaged", message: said };
  // zot says NAME_UNKNOWN with a 400 where a manifest is deleted from a repository that is none.
  if (status === 404 || has("NAME_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN"))
    return { kind: "not-found", message: said };
  return { kind: "refused", message: said };
}

/** The registry's codes and messages, on one line. */
function registryWords(answer: HttpAnswer): string {
  const errors = errorsSchema.safeParse(parseJson(answer.body)).data?.errors ?? [];
  const text = errors
    .map(({ code, message }) => [code, message].filter((part) => part !== "").join(": "))
    .join("; ");
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length > maxWords ? `${line.slice(0, maxWords)}…` : line;
}
