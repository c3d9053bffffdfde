// What went wrong with a request to the API, what to do about it, and what it means to whoever leases machines.
// Codes: hcloud-go error.go; which are tried again: client_handler_retry.go there.

import type { ComputeFailure } from "../../../engine/ports/compute.ts";

export type ApiFailure =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** "" where a gateway answered in the API's place. */
      readonly code: string;
      /** What was asked, the answer, its code and its correlation id: a phrase for people. */
      readonly message: string;
    }
  /** No answer, or half of one, or one that cannot be read: what became of the request is not known. */
  | { readonly kind: "unanswered"; readonly message: string }
  | { readonly kind: "canceled" };

/**
 * - transient: gone in seconds, or never;
 * - locked: another action on the same server ends first, which may take a minute.
 */
export type RetryClass = "transient" | "locked" | "never";

const transientCodes: ReadonlySet<string> = new Set([
  "rate_limit_exceeded",
  "conflict",
  "bad_gateway",
  "timeout",
]);
const transientStatuses: ReadonlySet<number> = new Set([429, 502, 504]);

export function retryClassOf(failure: ApiFailure): RetryClass {
  if (failure.kind === "canceled") return "never";
  if (failure.kind === "unanswered") return "transient";
  if (failure.code === "locked") return "locked";
  if (transientCodes.has(failure.code)) return "transient";
  return transientStatuses.has(failure.status) ? "transient" : "never";
}

const refusalHelp: ReadonlyMap<string, string> = new Map([
  ["unauthorized", "HCLOUD_TOKEN must hold a token of the project, made for reading and writing"],
  ["forbidden", "HCLOUD_TOKEN must hold a token of the project, made for reading and writing"],
  ["token_readonly", "make a token for reading and writing, and put it into HCLOUD_TOKEN"],
  ["maintenance", "wait until Hetzner's maintenance is over: status.hetzner.com"],
  ["resource_locked", "ask Hetzner's support why the resource is locked"],
  ["deprecated_api_endpoint", "a newer lamina may know what took the place of this request"],
]);

export function computeFailure(failure: ApiFailure): ComputeFailure {
  if (failure.kind === "canceled") return { kind: "canceled" };
  const { message } = failure;
  if (failure.kind === "unanswered") return { kind: "unavailable", message };
  const { code, status } = failure;
  if (code === "resource_unavailable" || code === "placement_error") return { kind: "no-capacity", message };
  if (code === "resource_limit_exceeded") return { kind: "limit-reached", message };
  if (code === "invalid_input" && message.includes("unsupported location for server type"))
    return { kind: "refused", message, help: "name another type and location in runners.candidates" };
  const help = refusalHelp.get(code);
  if (help !== undefined) return { kind: "refused", message, help };
  // Who had the name is looked for elsewhere: by now nobody has it.
  if (code === "uniqueness_error") return { kind: "unavailable", message };
  if (retryClassOf(failure) !== "never" || status >= 500) return { kind: "unavailable", message };
  return { kind: "refused", message };
}
