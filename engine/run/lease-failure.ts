// Why a layer has no machine, in words.

import { unreachable } from "../core/unreachable.ts";
import type { LayerFailure } from "./layer-failure.ts";
import type { LeaseFailure } from "./lease.ts";
import type { PlacementRequest } from "./placer.ts";

/** `provider` is its name, as in build directives. */
export function explainLeaseFailure(
  provider: string,
  { cpu, memoryGb }: PlacementRequest["size"],
  failure: LeaseFailure,
): LayerFailure {
  const why = failure.kind === "canceled" ? "canceled" : failure.message;
  const message = `${provider} gave no machine of ${cpu} cpu and ${memoryGb} GB: ${why}`;
  return { kind: "no-machine", message, help: advise(failure), logTail: [] };
}

function advise(failure: LeaseFailure): string | undefined {
  switch (failure.kind) {
    case "no-capacity":
      return "name further kinds and places under runners.candidates in build_directives.ncl, or try again later";
    case "limit-reached":
      return "`lamina runners list` shows what lives; raise the limit, or lower --concurrency";
    case "refused":
      return failure.help;
    case "unavailable":
      return "try again when the provider can be reached";
    case "broken":
    case "not-ready":
      return "see that the image boots, lets root log in by key and starts buildkitd: runners.image and runners.ready_timeout_s";
    case "no-journal":
      return "see that .lamina/leases can be written: without it nobody would find machines that a crash leaves behind";
    case "canceled":
      return undefined;
    default:
      return unreachable(failure);
  }
}
