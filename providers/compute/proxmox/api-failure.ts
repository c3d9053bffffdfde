// What goes wrong with requests to Proxmox VE, told apart by the words of its errors: nearly all of them are HTTP 500. Words as
// in qemu-server, pve-storage and pve-guest-common.

import { unreachable } from "../../../engine/core/unreachable.ts";
import type { ComputeFailure } from "../../../engine/ports/compute.ts";

export type ApiFailure =
  | { readonly kind: "canceled" }
  /** No answer, or none that can be read: it may have taken effect. */
  | { readonly kind: "unanswered"; readonly message: string }
  /** Something else holds the machine or the storage. */
  | { readonly kind: "locked"; readonly message: string }
  /** The number is another machine's. */
  | { readonly kind: "taken"; readonly message: string }
  | { readonly kind: "missing"; readonly message: string }
  /** The node or the storage is full. */
  | { readonly kind: "full"; readonly message: string }
  /** The guest agent does not answer, yet or ever. */
  | { readonly kind: "no-agent"; readonly message: string }
  | { readonly kind: "unauthorized"; readonly message: string }
  /** The other side could not prove itself. */
  | { readonly kind: "untrusted"; readonly message: string }
  /** Any other complaint. */
  | { readonly kind: "failed"; readonly status: number; readonly message: string };

const wordings: readonly (readonly [
  RegExp,
  Exclude<ApiFailure["kind"], "canceled" | "failed" | "untrusted">,
])[] = [
  [/guest agent is not running|no qemu guest agent configured|agent.*(timeout|not running)/i, "no-agent"],
  [
    /can't lock file|is locked|(lock|timeout).*got timeout|got timeout|got lock (request )?timeout|trying to acquire lock/i,
    "locked",
  ],
  [/already exists/i, "taken"],
  [
    /configuration file '[^']*' does not exist|no such (vm|task)|unable to find configuration file/i,
    "missing",
  ],
  [
    /cannot allocate memory|out of (memory|space)|no space left|not enough (free )?(memory|space)|insufficient free space/i,
    "full",
  ],
];

/** Of an error's words, whether they come with an answer's status or as the end of a task; `what` was asked. */
export function readFailure(status: number, what: string, words: string): ApiFailure {
  const message = `${what}: ${words}`;
  if (status === 401 || status === 403) return { kind: "unauthorized", message };
  // Its own proxy: the node is not reached (595, 596, 599).
  if (status === 502 || status === 503 || status === 504 || status >= 595)
    return { kind: "unanswered", message };
  const known = wordings.find(([wording]) => wording.test(words));
  return known === undefined ? { kind: "failed", status, message } : { kind: known[1], message };
}

/** In the words of Compute. */
export function computeFailure(failure: ApiFailure): ComputeFailure {
  switch (failure.kind) {
    case "canceled":
      return failure;
    case "full":
      return { kind: "no-capacity", message: failure.message };
    case "unauthorized":
      return {
        kind: "refused",
        message: failure.message,
        help: "the token of PROXMOX_VE_API_TOKEN needs rights on the template, the resource pool, the storage and the bridge",
      };
    case "untrusted":
      return {
        kind: "refused",
        message: failure.message,
        help: "runners.settings.fingerprint or .authority says whom to trust; Proxmox VE shows both under Certificates",
      };
    case "failed":
      // Below 500 it is about what was asked.
      return { kind: failure.status < 500 ? "refused" : "unavailable", message: failure.message };
    case "unanswered":
    case "locked":
    case "taken":
    case "missing":
    case "no-agent":
      return { kind: "unavailable", message: failure.message };
    default:
      return unreachable(failure);
  }
}
