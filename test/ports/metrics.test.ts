// The laws of MetricsStore on the fake, on a file, and on a pool that is asked over HTTP.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../providers/host/clock.ts";
import { openHttpMetrics } from "../../providers/metrics/http.ts";
import { openSqliteMetrics } from "../../providers/metrics/sqlite.ts";
import { openPoolServer } from "../../providers/pool/server.ts";
import { parseTokens } from "../../providers/pool/tokens.ts";
import { FakeCompute } from "../fakes/compute.ts";
import { FakeMetrics } from "../fakes/metrics.ts";
import { describeMetrics } from "./metrics.ts";

describeMetrics("in memory", () => {
  const first = new FakeMetrics();
  return Promise.resolve({
    open: () => new FakeMetrics(first.recorded),
    close: () => Promise.resolve(),
  });
});

describeMetrics("a file", () => {
  const directory = mkdtempSync(join(tmpdir(), "lamina-metrics-"));
  return Promise.resolve({
    open: () => openSqliteMetrics(join(directory, ".lamina/metrics.db")),
    close: () => {
      rmSync(directory, { recursive: true });
      return Promise.resolve();
    },
  });
});

describeMetrics("a pool over HTTP", async () => {
  const directory = mkdtempSync(join(tmpdir(), "lamina-metrics-pool-"));
  const token = "a-token-of-the-test";
  const tokens = parseTokens(`tester ${token}`);
  if (!tokens.ok) throw new Error(tokens.error);
  const server = await openPoolServer({
    compute: new FakeCompute(),
    clock: systemClock,
    databasePath: join(directory, "pool.db"),
    tokens: tokens.value,
    pool: "test",
    caps: { maxMachines: 1, maxEurPerHour: undefined, maxCreatesPerHour: 1 },
    maxTtlMs: 60_000,
    host: "127.0.0.1",
    port: 0,
    tls: undefined,
    version: "0",
    report: () => {},
  });
  if (!server.ok) throw new Error(server.error);
  return {
    open: () => openHttpMetrics({ url: server.value.url, token }),
    close: async () => {
      await server.value.close();
      rmSync(directory, { recursive: true });
    },
  };
});
