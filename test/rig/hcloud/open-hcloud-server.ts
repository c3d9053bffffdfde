// An HTTP server for tests that speaks the Hetzner Cloud API as its OpenAPI document has it, with state: a server that is
// created gets a machine of the given maker, and loses it when it is deleted. Listens on a free port of 127.0.0.1.

import type { Clock } from "../../../engine/core/host.ts";
import type { Faults } from "./faults.ts";
import type { MachineMaker } from "./machine-maker.ts";
import type { ServerState } from "./project.ts";

export interface HcloudServerSettings {
  /** What "Authorization: Bearer …" must have. */
  readonly token: string;
  readonly machines: MachineMaker;
  /** For what is told of times and for the rate limit; this machine's by default. */
  readonly clock?: Pick<Clock, "nowMs">;
  /** EUR an hour, net, by server type, such as {cax11: "0.0104"}; those of offering.ts by default. */
  readonly prices?: Readonly<Record<string, string>>;
  /** What `available` says in the locations of a server type, as "cax11:fsn1": false for these. Creating is not refused. */
  readonly soldOut?: readonly string[];
  /** Requests that may be made in a row; one more may every second. 3600 by default. */
  readonly requestLimit?: number;
  /** Without datacenters, as the API is since October 2026; with them, as the OpenAPI document and older clients have it. */
  readonly datacenters?: "served" | "gone";
}

/** One request that was answered, or was not. */
export interface LoggedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Undefined where the connection ended without an answer. */
  readonly status: number | undefined;
}

export interface HcloudServer {
  /** "http://127.0.0.1:40123/v1" */
  readonly endpoint: string;
  /** In order of their ends. */
  readonly requests: readonly LoggedRequest[];
  readonly faults: Faults;
  /** Those that cost money now, in order of their ids. */
  readonly servers: () => readonly ServerState[];
  /** Ends connections, and takes away the machines that are left. */
  readonly close: () => Promise<void>;
}
