// A pool's server on machines in memory, and a front before it that can be made to go wrong.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../engine/core/host.ts";
import { systemClock } from "../../../providers/host/clock.ts";
import { openPoolServer, type PoolServer, type PoolServerOptions } from "../../../providers/pool/server.ts";
import { parseTokens } from "../../../providers/pool/tokens.ts";
import { FakeCompute } from "../../fakes/compute.ts";

export const poolTokens = {
  ci: "ci-token-0123456789",
  dev: "dev-token-0123456789",
  operator: "operator-token-0123456789",
} as const;

export interface PoolRig {
  readonly compute: FakeCompute;
  readonly url: string;
  /** What the server told its operator. */
  readonly log: readonly string[];
  /** Where its database lies. */
  readonly folder: string;
  readonly options: PoolServerOptions;
  /** Ends the server as SIGTERM does, and starts another on the same database. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface PoolRigOptions extends Partial<Omit<PoolServerOptions, "compute">> {
  readonly compute?: FakeCompute;
}

export async function openPoolRig({ compute, ...options }: PoolRigOptions = {}): Promise<PoolRig> {
  const folder = mkdtempSync(join(tmpdir(), "lamina-pool-"));
  const clock: Clock = options.clock ?? systemClock;
  const machines = compute ?? new FakeCompute(clock);
  const log: string[] = [];
  const tokens = parseTokens(
    `ci ${poolTokens.ci}\ndev ${poolTokens.dev}\noperator ${poolTokens.operator} admin`,
  );
  if (!tokens.ok) throw new Error(tokens.error);
  const all: PoolServerOptions = {
    compute: machines,
    clock,
    databasePath: join(folder, "pool.sqlite"),
    tokens: tokens.value,
    pool: "served",
    caps: { maxMachines: 20, maxEurPerHour: undefined, maxCreatesPerHour: 100 },
    maxTtlMs: 4_000_000_000_000,
    host: "127.0.0.1",
    port: 0,
    tls: undefined,
    version: "0.0.0",
    report: (line) => log.push(line),
    ...options,
  };
  const start = async (port: number): Promise<PoolServer> => {
    const opened = await openPoolServer({ ...all, port });
    if (!opened.ok) throw new Error(opened.error);
    return opened.value;
  };
  let server = await start(0);
  const { url } = server;
  return {
    compute: machines,
    url,
    log,
    folder,
    options: all,
    restart: async () => {
      await server.close();
      server = await start(Number(new URL(url).port));
    },
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export interface Front {
  readonly url: string;
  /** What becomes of requests from now on; `lost` ones reach the server, and their answers nobody. */
  fault: "none" | "silent" | "gateway" | "wrong-token" | "next-post-lost";
  /** Headers of all answers that were passed on. */
  readonly answers: readonly IncomingHttpHeaders[];
  /** Resolves when a request has come in. */
  reached(): Promise<void>;
  close(): Promise<void>;
}

/** Passes requests on to `url`. */
export async function openFront(url: string): Promise<Front> {
  let reach: (() => void) | undefined;
  const answers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    reach?.();
    if (front.fault === "silent") return;
    if (front.fault === "gateway") {
      response.writeHead(503).end("<html>");
      return;
    }
    const isLost = front.fault === "next-post-lost" && request.method === "POST";
    if (isLost) front.fault = "none";
    pass(request, response, url, { isLost, wrongToken: front.fault === "wrong-token", answers });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the front has no port");
  const front: Front = {
    url: `http://127.0.0.1:${address.port}`,
    fault: "none",
    answers,
    reached: () =>
      new Promise((resolve) => {
        reach = resolve;
      }),
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return front;
}

interface Passing {
  readonly isLost: boolean;
  readonly wrongToken: boolean;
  readonly answers: IncomingHttpHeaders[];
}

function pass(
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
  { isLost, wrongToken, answers }: Passing,
): void {
  const headers = {
    ...request.headers,
    ...(wrongToken ? { authorization: "Bearer another-0123456789" } : {}),
  };
  const onward = sendRequest(`${url}${request.url ?? ""}`, { method: request.method, headers }, (answer) => {
    if (isLost) {
      answer.resume();
      answer.on("end", () => response.destroy());
      return;
    }
    answers.push(answer.headers);
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  // Who goes away here goes away there.
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}
