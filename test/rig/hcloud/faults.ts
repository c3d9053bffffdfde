// What goes wrong with the test API, by script: each fault is added for a kind of request and strikes as often as told.

/** `after`: the request takes effect first, and only its answer is lost or wrong. */
export type Fault =
  /** The API's own error body; 429 comes with its headers. */
  | {
      readonly kind: "error";
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly details?: Readonly<Record<string, unknown>>;
      readonly after?: boolean;
    }
  /** A gateway before the API: a page for people instead of JSON. */
  | { readonly kind: "gateway"; readonly status: 502 | 503 | 504; readonly after?: boolean }
  /** The connection is reset. */
  | { readonly kind: "reset"; readonly after?: boolean }
  /** No answer at all, until the client goes away or the server is closed. */
  | { readonly kind: "silence"; readonly after?: boolean }
  /** The answer comes when `until` is settled. */
  | { readonly kind: "slow"; readonly until: Promise<unknown>; readonly after?: boolean }
  /** The request is accepted, and the action that it starts ends in an error; of a create nothing boots. */
  | { readonly kind: "action-error"; readonly code: string; readonly message: string }
  /** Of POST /servers: the machine boots, and its action ends, only when `until` is settled. */
  | { readonly kind: "slow-boot"; readonly until: Promise<unknown> }
  /** Of POST /servers: the machine has another SSH host key than it was given. */
  | { readonly kind: "other-host-key" };

/** "POST /servers", "DELETE /servers/{id}", "GET /actions"; "*" for every request. */
export type RequestKind = "*" | `${"GET" | "POST" | "PUT" | "DELETE"} /${string}`;

/** One that struck. */
export interface StruckFault {
  readonly on: RequestKind;
  readonly fault: Fault;
}

/** Answers that the provider gives in the field, with the texts seen there. */
export const fieldFaults = {
  rateLimited: {
    kind: "error",
    status: 429,
    code: "rate_limit_exceeded",
    message: "limit of 3600 requests per hour reached",
  },
  unavailable: {
    kind: "error",
    status: 412,
    code: "resource_unavailable",
    message: "error during placement",
    details: {},
  },
  placement: {
    kind: "error",
    status: 412,
    code: "placement_error",
    message: "error during placement",
    details: {},
  },
  limitReached: {
    kind: "error",
    status: 403,
    code: "resource_limit_exceeded",
    message: "server limit exceeded",
    details: { limits: [{ name: "server_limit" }] },
  },
  duplicateName: {
    kind: "error",
    status: 409,
    code: "uniqueness_error",
    message: "server name is already used",
    details: { fields: [{ name: "name", messages: ["server name is already used"] }] },
  },
  serverError: { kind: "error", status: 500, code: "server_error", message: "internal server error" },
  locked: { kind: "error", status: 423, code: "locked", message: "server is locked", details: {} },
  maintenance: { kind: "error", status: 503, code: "maintenance", message: "maintenance in progress" },
} as const satisfies Readonly<Record<string, Fault>>;

interface Waiting {
  readonly on: RequestKind;
  readonly fault: Fault;
  left: number;
}

export class Faults {
  /** All that struck, in order. */
  readonly struck: StruckFault[] = [];
  /** Asked for each request that no added fault waits for. */
  decide: ((on: RequestKind) => Fault | undefined) | undefined;
  readonly #waiting: Waiting[] = [];

  /** The next `times` requests of that kind meet the fault; faults of one kind strike in the order in which they were added. */
  add(on: RequestKind, fault: Fault, times = 1): void {
    this.#waiting.push({ on, fault, left: times });
  }

  /** Takes back what was added and has not struck; what struck stays told. */
  clear(): void {
    this.#waiting.length = 0;
    this.decide = undefined;
  }

  /** How often a fault of that kind struck. */
  count(kind: Fault["kind"]): number {
    return this.struck.filter(({ fault }) => fault.kind === kind).length;
  }

  /** For the server: the fault that this request meets. */
  strike(on: RequestKind): Fault | undefined {
    const waiting = this.#waiting.find((one) => one.left > 0 && (one.on === on || one.on === "*"));
    const fault = waiting?.fault ?? this.decide?.(on);
    if (waiting !== undefined) waiting.left -= 1;
    if (fault !== undefined) this.struck.push({ on, fault });
    return fault;
  }
}
