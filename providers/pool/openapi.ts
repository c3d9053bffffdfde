// The description of the API (OpenAPI 3.1), made of its routes and their zod schemas.

import { z } from "zod";
import {
  kindList,
  leaseList,
  leaseRequest,
  machineSize,
  metricsList,
  offerList,
  p95List,
  poolEndpoint,
  poolError,
  poolErrorStatus,
  poolKind,
  poolLease,
  poolMetrics,
  poolOffer,
  poolP95,
  renewRequest,
} from "../../schemas/pool.ts";
import type { Route } from "./route.ts";

/** What stands under components: the schemas with a name of their own. */
const named = {
  Error: poolError,
  Kind: poolKind,
  KindList: kindList,
  Lease: poolLease,
  LeaseEndpoint: poolEndpoint,
  LeaseList: leaseList,
  LeaseRequest: leaseRequest,
  MachineSize: machineSize,
  Metrics: poolMetrics,
  MetricsList: metricsList,
  Offer: poolOffer,
  OfferList: offerList,
  P95: poolP95,
  P95List: p95List,
  RenewRequest: renewRequest,
} as const;

type Json = Readonly<Record<string, unknown>>;

/** `version` is the program's. */
export function describeApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = describeRoute(route);
    paths[route.path] = operations;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "lamina pool",
      version,
      description:
        "Machines that are leased and given back, and what builds used of them. Times are milliseconds since the epoch, money " +
        "is net of VAT. Answers may gain fields.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: describeNamed(),
    },
  };
}

function describeRoute(route: Route): Json {
  const body = describe(route.body);
  const answers = Object.entries(route.answers).map(([status, schema]) => [
    status,
    { description: status === "204" ? "Done" : "As asked for", ...(schema === null ? {} : jsonOf(schema)) },
  ]);
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.isPublic === true ? { security: [] } : {}),
    parameters: [...parametersOf(route.parameters, "path"), ...parametersOf(route.query, "query")],
    ...(body === undefined ? {} : { requestBody: { required: true, ...jsonOf(route.body) } }),
    responses: {
      ...Object.fromEntries(answers),
      default: {
        description: `By code: ${Object.entries(poolErrorStatus)
          .map(([code, status]) => `${code} (${status})`)
          .join(", ")}`,
        ...jsonOf(poolError),
      },
    },
  };
}

function parametersOf(schema: z.ZodType, place: "path" | "query"): readonly Json[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, "output");
  return Object.entries(properties).map(([name, property]) => {
    const hasDefault = typeof property === "object" && "default" in property;
    return { name, in: place, required: required.includes(name) && !hasDefault, schema: property };
  });
}

function jsonOf(schema: z.ZodType): Json {
  return { content: { "application/json": { schema: describe(schema) } } };
}

/** A reference where the schema has a name; undefined for one that nothing matches. */
function describe(schema: z.ZodType): unknown {
  const name = Object.entries(named).find(([, one]) => one === schema)?.[0];
  if (name !== undefined) return { $ref: reference(name) };
  if (schema instanceof z.ZodUndefined) return undefined;
  const { $schema: _schema, ...described } = toJsonSchema(schema, "input");
  return described;
}

function toJsonSchema(schema: z.ZodType, io: "input" | "output") {
  return z.toJSONSchema(schema, { unrepresentable: "any", io });
}

function describeNamed(): Json {
  const registry = z.registry<{ readonly id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { unrepresentable: "any", io: "input", uri: reference });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [
      id,
      Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "$id")),
    ]),
  );
}

function reference(name: string): string {
  return `#/components/schemas/${name}`;
}
