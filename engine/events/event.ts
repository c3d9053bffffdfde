// The union of all that can happen, by its wire schema, and what a part of it is called.

import type { Event } from "../../schemas/event.ts";

export type { Event };
/** One member of the union by its type. */
export type EventOf<T extends Event["type"]> = Extract<Event, { type: T }>;
