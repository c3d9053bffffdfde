// One operation of the API: where it is, what it takes, what it answers, and what it does. The server serves the table of
// these, and the description at /openapi.json is made of it.

import { z } from "zod";
import { ok, type Result } from "../../engine/core/result.ts";
import { fault, type PoolFault } from "./fault.ts";
import type { Caller } from "./tokens.ts";

export interface RouteAnswer {
  readonly status: number;
  /** Of the form that the route's `answers` have for the status; undefined for 204. */
  readonly body?: unknown;
}

interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: "GET" | "POST" | "DELETE";
  /** With parameters in braces: "/api/v1/vm-pool/{lease_id}". */
  readonly path: string;
  readonly summary: string;
  /** Of all routes, the name that clients made of the description call it by. */
  readonly operationId: string;
  readonly isPublic?: boolean;
  readonly parameters: P;
  readonly query: Q;
  readonly body: B;
  /** By status; null where there is no body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  readonly handle: (
    request: {
      readonly parameters: z.output<P>;
      readonly query: z.output<Q>;
      readonly body: z.output<B>;
    },
    caller: Caller,
  ) => Promise<Result<RouteAnswer, PoolFault>> | Result<RouteAnswer, PoolFault>;
}

export interface RawRequest {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Route extends Omit<RouteSpec<z.ZodType, z.ZodType, z.ZodType>, "handle"> {
  /** Holds a request against the schemas and answers it. */
  readonly serve: (request: RawRequest, caller: Caller) => Promise<Result<RouteAnswer, PoolFault>>;
}

/** For routes without parameters, query or body. */
export const nothing = z.strictObject({});
export const noBody = z.undefined();

export function defineRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>({
  handle,
  ...spec
}: RouteSpec<P, Q, B>): Route {
  return {
    ...spec,
    serve: async ({ parameters, query, body }, caller) => {
      const parsed = {
        parameters: spec.parameters.safeParse(parameters),
        query: spec.query.safeParse(query),
        body: spec.body.safeParse(body),
      };
      if (!parsed.parameters.success) return refuse("the path", parsed.parameters.error);
      if (!parsed.query.success) return refuse("the query", parsed.query.error);
      if (!parsed.body.success) return refuse("the body", parsed.body.error);
      return handle(
        {
          parameters: parsed.parameters.data,
          query: parsed.query.data,
          body: parsed.body.data,
        },
        caller,
      );
    },
  };
}

/** An answer with a body. */
export function answer(status: number, body?: unknown): Result<RouteAnswer, PoolFault> {
  return ok(body === undefined ? { status } : { status, body });
}

/** Says what is wrong by its place, never what stands there: it may be a key. */
function refuse(where: string, error: z.ZodError): Result<RouteAnswer, PoolFault> {
  const issues = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: [...issue.path, key], message: "is not a field of it" }))
      : [{ path: issue.path, message: issue.message }],
  );
  const [first] = issues;
  const place =
    first === undefined || first.path.length === 0 ? "" : ` \`${first.path.map(String).join(".")}\``;
  const more = issues.length > 1 ? `; and ${issues.length - 1} more` : "";
  return fault("invalid_request", `in ${where}${place}: ${first?.message ?? "is not as described"}${more}`);
}
