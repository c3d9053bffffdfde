// A pool that does not answer as it should. What a sound one answers is held by the laws of the port.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openHttpMetrics } from "../../../providers/metrics/http.ts";
import { build } from "../../ports/metrics.ts";

const token = "s3cr3t-token-of-a-pool";
let stop: () => void = () => {};
afterEach(() => stop());

/** A server that gives every request that answer; its address, and what it was asked. */
async function answering(status: number, body: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    request.resume();
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  stop = () => server.close();
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("listens on no port");
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

test("asks as the API has it, with the token, also below a path", async () => {
  const { url, asked } = await answering(200, '{"p95":[],"builds":[]}');
  const store = openHttpMetrics({ url: `${url}/pools/one/`, token });
  await store.p95("my-space");
  await store.builds("my-space", 7);
  await store.record(build(1));
  expect(asked).toEqual([
    `GET /pools/one/api/v1/p95?workspace=my-space Bearer ${token}`,
    `GET /pools/one/api/v1/metrics?workspace=my-space&limit=7 Bearer ${token}`,
    `POST /pools/one/api/v1/metrics Bearer ${token}`,
  ]);
});

test.each([
  [401, '{"error":{"code":"unauthorized","message":"a token is needed"}}', "refused", ": a token is needed"],
  [401, "<html>", "refused", ": answered with status 401 (is LAMINA_POOL_TOKEN right?)"],
  [404, "", "refused", ": answered with status 404"],
  [
    400,
    '{"error":{"code":"invalid_request","message":"layer: must be a name"}}',
    "refused",
    ": layer: must be a name",
  ],
  [429, "", "unreachable", ": answered with status 429"],
  [
    503,
    '{"error":{"code":"stopping","message":"the pool is going down"}}',
    "unreachable",
    ": the pool is going down",
  ],
  [500, "", "unreachable", ": answered with status 500"],
  [200, "hello", "refused", " does not answer as a pool does"],
])("status %d with %j", async (status, body, kind, words) => {
  const { url } = await answering(status, body);
  const store = openHttpMetrics({ url, token });
  const failure = { ok: false, error: { kind, message: `${url}${words}` } };
  expect(await store.p95("lamina")).toEqual(failure);
  expect(await store.builds("lamina", 1)).toEqual(failure);
});

test("where nobody answers", async () => {
  const { url } = await answering(200, "");
  stop();
  const store = openHttpMetrics({ url, token });
  expect(await store.p95("lamina")).toEqual({
    ok: false,
    error: { kind: "unreachable", message: `${url}: connect ECONNREFUSED ${url.slice("http://".length)}` },
  });
});
