// What a request to the pool can end with instead of an answer: a code of the API and a phrase for people.

import { err } from "../../engine/core/result.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { ComputeFailure, SurveyFailure } from "../../engine/ports/compute.ts";
import type { PoolErrorCode } from "../../schemas/pool.ts";

export interface PoolFault {
  readonly code: PoolErrorCode;
  readonly message: string;
  readonly help?: string | undefined;
  /** When another try may fare better. */
  readonly retryAfterSeconds?: number | undefined;
}

/** A failed Result with a fault in it. */
export function fault(
  code: PoolErrorCode,
  message: string,
  more: Pick<PoolFault, "help" | "retryAfterSeconds"> = {},
): { readonly ok: false; readonly error: PoolFault } {
  return err({ code, message, ...more });
}

/** What the provider of machines says, in the codes of the API. */
export function faultOf(failure: ComputeFailure): PoolFault {
  switch (failure.kind) {
    case "no-capacity":
      return { code: "no_capacity", message: failure.message };
    case "limit-reached":
      return { code: "limit_reached", message: failure.message };
    case "refused":
      return { code: "refused", message: failure.message, help: failure.help };
    case "unavailable":
      return { code: "unavailable", message: failure.message };
    case "broken":
      return { code: "broken", message: failure.message };
    case "canceled":
      return { code: "stopping", message: "the pool is stopping" };
    default:
      return unreachable(failure);
  }
}

/** The same of what the provider says before anything is leased. */
export function surveyFaultOf(failure: SurveyFailure): PoolFault {
  if (failure.kind !== "misconfigured") return faultOf(failure);
  const faults = failure.faults.map(({ path, message }) => `runners.${path.join(".")} ${message}`);
  return { code: "refused", message: `the pool is not well configured: ${faults.join("; ")}` };
}
