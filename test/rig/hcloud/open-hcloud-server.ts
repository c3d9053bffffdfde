// An HTTP server for tests that speaks the Hetzner Cloud API as its OpenAPI document has it, with state: a server that is
// created gets a machine of the given maker, and loses it when it is deleted. Listens on a free port of 127.0.0.1.

import { once } from "node:events";
import { createServer } from "node:http";
import type { Clock } from "../../../engine/core/host.ts";
import { Conversation, type LoggedRequest } from "./conversation.ts";
import { Faults } from "./faults.ts";
import type { MachineMaker } from "./machine-maker.ts";
import { images, serverTypes, type snapshot, withPrice } from "./offering.ts";
import { Presenter } from "./presenter.ts";
import { Project, type ServerState } from "./project.ts";
import type { Belongings } from "./provider.ts";
import { RateLimit } from "./rate-limit.ts";

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
  /** Images that the project made. */
  readonly snapshots?: readonly ReturnType<typeof snapshot>[];
  /** None of each by default. */
  readonly belongings?: Partial<Belongings>;
  /** Requests that may be made in a row; one more may every second. 3600 by default. */
  readonly requestLimit?: number;
  /** Without datacenters, as the API is since October 2026; with them, as the OpenAPI document and older clients have it. */
  readonly datacenters?: "served" | "gone";
}

export interface HcloudServer {
  /** "http://127.0.0.1:40123/v1" */
  readonly endpoint: string;
  readonly requests: readonly LoggedRequest[];
  readonly faults: Faults;
  /** Those that cost money now, in order of their creation. */
  readonly servers: () => readonly ServerState[];
  /** Ends connections, and takes away the machines that are left. */
  readonly close: () => Promise<void>;
}

export async function openHcloudServer(settings: HcloudServerSettings): Promise<HcloudServer> {
  const { token, machines, prices = {}, soldOut = [], requestLimit = 3600 } = settings;
  const clock = settings.clock ?? { nowMs: () => Date.now() };
  const datacentersGone = settings.datacenters === "gone";
  const project = new Project(clock, machines);
  const sold = serverTypes.map((type) => withPrice(type, prices[type.name]));
  const provider = {
    project,
    presenter: new Presenter(sold, soldOut, !datacentersGone),
    serverTypes: sold,
    images: [...images, ...(settings.snapshots ?? [])],
    belongings: { firewalls: [], networks: [], placementGroups: [], ...settings.belongings },
    datacentersGone,
  };
  const faults = new Faults();
  const requests: LoggedRequest[] = [];
  const conversation = new Conversation({
    token,
    provider,
    faults,
    rateLimit: new RateLimit(requestLimit, clock),
    log: (request) => requests.push(request),
  });
  const http = createServer((request, response) => void conversation.answer(request, response));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    endpoint: `http://127.0.0.1:${String(address.port)}/v1`,
    requests,
    faults,
    servers: () => project.servers,
    close: async () => {
      http.closeAllConnections();
      http.close();
      await project.close();
    },
  };
}
