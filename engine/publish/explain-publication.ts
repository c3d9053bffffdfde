// Why tags did not move, and what would help, in words.

import { unreachable } from "../core/unreachable.ts";
import { nameOf, type PromotionEnd } from "./promotion.ts";
import type { PublicationEnd, PushFailure } from "./publication.ts";

export interface Explanation {
  readonly message: string;
  readonly help?: string;
}

export function explainPublication(end: Exclude<PublicationEnd, { kind: "moved" }>): Explanation {
  switch (end.kind) {
    case "not-pushed": {
      const [first] = end.failures;
      const others = end.failures.length > 1 ? `, and ${end.failures.length - 1} more` : "";
      return {
        message: `${first?.layer ?? "a layer"} could not be ${first?.failure.kind === "not-collected" ? "taken apart" : "pushed"}${others}: ${first === undefined ? "" : messageOf(first.failure)}`,
        ...helpFor(first?.failure),
      };
    }
    case "unprepared":
      return { message: `no tag was moved: ${messageOf(end.failure)}`, ...helpFor(end.failure) };
    case "unrecorded":
      return { message: `no tag was moved, as the journal of it cannot be written: ${end.failure.message}` };
    case "unfinished":
      return {
        message: `the registry failed while tags were moved: ${messageOf(end.failure)}`,
        help: "run `lamina build --push` once more: it goes on with the rest",
      };
    case "undone":
      return {
        message: `tags were put back, because ${end.cause}${describeLeft(end.left)}`,
        help: "run `lamina build --push` once more",
      };
    default:
      return unreachable(end);
  }
}

function describeLeft(left: Extract<PromotionEnd, { kind: "undone" }>["left"]): string {
  return left.length === 0 ? "" : `; left as they are: ${left.map(nameOf).join(", ")}`;
}

function messageOf(failure: PushFailure): string {
  return failure.kind === "canceled" ? "canceled" : failure.message;
}

function helpFor(failure: PushFailure | undefined): Pick<Explanation, "help"> {
  switch (failure?.kind) {
    case "unauthorized":
      return { help: "log in with `docker login`, or see that its credentials are found" };
    case "denied":
      return { help: "the login may not push there: another one, or another artifact.image" };
    case "not-stored":
      return { help: "build it anew: lamina build --force --only LAYER" };
    default:
      return {};
  }
}
