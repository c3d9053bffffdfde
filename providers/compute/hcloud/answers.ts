// Of the API's answers what is read of them. Everything else may come and go: the API changes several times a year.

import { z } from "zod";

export const action = z.looseObject({
  id: z.int(),
  command: z.string().default("action"),
  status: z.enum(["running", "success", "error"]),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
});
export type Action = z.output<typeof action>;

const named = z.looseObject({ name: z.string() });

export const server = z.looseObject({
  id: z.int(),
  name: z.string(),
  /** "running", "initializing", "off", … */
  status: z.string(),
  /** An action runs. */
  locked: z.boolean().default(false),
  /** ISO 8601. */
  created: z.string(),
  labels: z.record(z.string(), z.string()),
  server_type: named,
  /** Older answers have it in their datacenter alone. */
  location: named.nullish(),
  datacenter: z.looseObject({ location: named }).nullish(),
  public_net: z.looseObject({
    ipv4: z.looseObject({ ip: z.string() }).nullish(),
    /** A network: "2001:db8::/64". */
    ipv6: z.looseObject({ ip: z.string() }).nullish(),
  }),
});
export type Server = z.output<typeof server>;

/** Decimal: "0.0104000000000000". */
const price = z.looseObject({ location: z.string(), price_hourly: z.looseObject({ net: z.string() }) });

export const serverType = z.looseObject({
  name: z.string(),
  /** "arm", "x86" */
  architecture: z.string(),
  /** "shared", "dedicated" */
  cpu_type: z.string(),
  cores: z.number(),
  /** In GB. */
  memory: z.number(),
  deprecated: z.boolean().nullish(),
  prices: z.array(price),
  locations: z
    .array(
      z.looseObject({
        name: z.string(),
        deprecation: z.looseObject({}).nullish(),
        /** An indicator only. */
        available: z.boolean().nullish(),
      }),
    )
    .nullish(),
});
export type ServerType = z.output<typeof serverType>;

export const image = z.looseObject({
  id: z.int(),
  /** Hetzner's own have one; snapshots have a description alone. */
  name: z.string().nullish(),
  description: z.string().default(""),
  /** "arm", "x86" */
  architecture: z.string(),
});
export type Image = z.output<typeof image>;

/** Of whatever else the project has: keys, firewalls, networks, placement groups. */
export const belonging = z.looseObject({ id: z.int(), name: z.string() });

export const pricing = z.looseObject({
  pricing: z.looseObject({
    primary_ips: z.array(z.looseObject({ type: z.string(), prices: z.array(price) })).default([]),
  }),
});

export const pageMeta = z.looseObject({
  meta: z.looseObject({ pagination: z.looseObject({ next_page: z.int().nullish() }).nullish() }).nullish(),
});

export const errorAnswer = z.looseObject({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    details: z
      .looseObject({
        fields: z
          .array(z.looseObject({ name: z.string(), messages: z.array(z.string()).nullish() }))
          .nullish(),
      })
      .nullish(),
  }),
});

export const imageAnswer = z.looseObject({ image });
export const imagesAnswer = z.looseObject({ images: z.array(image) });
export const serverAnswer = z.looseObject({ server });
export const createAnswer = z.looseObject({ server, action, next_actions: z.array(action).default([]) });
export const deleteAnswer = z.looseObject({ action: action.nullish() });
export const actionsAnswer = z.looseObject({ actions: z.array(action) });
