// The pool as a server over HTTP or HTTPS: whoever bears a token leases machines of a provider, and tells and asks what builds
// used of them. Comes up with what the server before it left, goes down without losing a lease.

import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { Compute } from "../../engine/ports/compute.ts";
import type { PoolCaps } from "./caps.ts";
import { openDatabase } from "./database.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { LeaseStore } from "./lease-store.ts";
import { MetricsTables } from "./metrics-tables.ts";
import { describeApi } from "./openapi.ts";
import { Reaper } from "./reaper.ts";
import { createRoutes } from "./routes.ts";
import { type ServeContext, serve } from "./serve.ts";
import type { PoolToken } from "./tokens.ts";

export interface PoolServerOptions {
  readonly compute: Compute;
  readonly clock: Clock;
  /** Absolute path of the database. */
  readonly databasePath: string;
  readonly tokens: readonly PoolToken[];
  /** Marks the server's machines at the provider; no other's. */
  readonly pool: string;
  readonly caps: PoolCaps;
  /** Longest life of a machine. */
  readonly maxTtlMs: number;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM; undefined: HTTP. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** The program's. */
  readonly version: string;
  /** Told what happens, a line for each; without secrets. */
  readonly report: (line: string) => void;
}

export interface PoolServer {
  /** "https://127.0.0.1:8077" */
  readonly url: string;
  /** Takes no requests any more, answers those that are there, ends what is under way; leases stay. */
  close(): Promise<void>;
}

/** Below what proxies usually wait for. */
const answerWithinMs = 20_000;
const finishMs = 10_000;

/** Fails, in a phrase for people, where the database or the address cannot be had. */
export async function openPoolServer(options: PoolServerOptions): Promise<Result<PoolServer, string>> {
  const { compute, clock, pool, caps, maxTtlMs, report } = options;
  const opened = openDatabase(options.databasePath);
  if (!opened.ok) return opened;
  const database = opened.value;
  const store = new LeaseStore(database, clock);
  const keeper = new LeaseKeeper({ compute, store, clock, pool, caps, maxTtlMs, report });
  const reaper = new Reaper({ keeper, store, compute, clock, pool, report });
  const routes = createRoutes({ keeper, metrics: new MetricsTables(database), answerWithinMs });
  const description = JSON.stringify(describeApi(routes, options.version));
  let closing: Promise<void> | undefined;
  const context: ServeContext = {
    routes,
    description,
    tokens: options.tokens,
    report,
    isStopping: () => closing !== undefined,
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void serve(request, response, context);
  };
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 60_000 };
  let server: ReturnType<typeof createHttpServer>;
  try {
    server =
      options.tls === undefined
        ? createHttpServer(limits, listener)
        : createHttpsServer({ ...limits, cert: options.tls.certificate, key: options.tls.key }, listener);
  } catch (error) {
    database.close();
    return err(`the certificate and its key cannot be used: ${told(error)}`);
  }
  const listening = await listen(server, options.host, options.port);
  if (!listening.ok) {
    database.close();
    return listening;
  }
  reaper.start();
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeIdleConnections();
    await Promise.all([reaper.close(), keeper.close(finishMs)]);
    // Who was waiting has its answer now, or is still sending what it asks for.
    const forget = clock.after(finishMs, () => server.closeAllConnections());
    await closed;
    forget();
    database.close();
    await compute.close();
  };
  const { address, family, port } = listening.value;
  const host = family === "IPv6" ? `[${address}]` : address;
  return ok({
    url: `${options.tls === undefined ? "http" : "https"}://${host}:${port}`,
    close: () => {
      closing ??= close();
      return closing;
    },
  });
}

function listen(
  server: ReturnType<typeof createHttpServer>,
  host: string,
  port: number,
): Promise<Result<AddressInfo, string>> {
  return new Promise((resolve) => {
    server.once("error", (error) => resolve(err(error.message)));
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("listens on no port");
      resolve(ok(address));
    });
  });
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
